"""Who has what open, how they do, and moving work from one to others."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import Membership, User
from accounts.roles import Capability
from labeling.core.errors import Forbidden
from labeling.core.http import Request, get_visible_or_404, redirect_htmx, render_page
from labeling.core.listing import Column
from labeling.core.navigation import nav_item
from labeling.core.templatetags.desk import person
from labeling.core.times import span
from labeling.jobs.actions.base import people_who
from labeling.jobs.dashboards import start_of_day
from labeling.jobs.dashboards.calendars import team_days
from labeling.jobs.filters import PeopleFilterSet
from labeling.jobs.models import Job
from labeling.jobs.operations.changing import CHANGE
from labeling.jobs.queue.ranks import QUEUE_ORDER
from labeling.jobs.states import ANNOTATING, any_of
from labeling.jobs.views.cells import NOTHING
from labeling.jobs.views.team_lists import TeamListPage
from labeling.jobs.workload import ACCEPTANCE_DAYS, with_workload
from labeling.operations.engine import start


def name_cell(member: Any) -> SafeString:
    """The person."""
    return person(member.user)


def pace_cell(member: Any) -> SafeString:
    """Seconds an item."""
    if member.pace is None:
        return NOTHING
    return format_html("{}", span(member.pace))


def acceptance_cell(member: Any) -> SafeString:
    """The share of accepted items, and of how many."""
    if member.acceptance is None:
        return NOTHING
    title = _("%(accepted)d of %(decided)d decided items, last %(days)d days") % {
        "accepted": member.accepted,
        "decided": member.decided,
        "days": ACCEPTANCE_DAYS,
    }
    return format_html('<span title="{}">{} %</span>', title, round(100 * member.acceptance))


def jobs_cell(member: Any) -> SafeString:
    """How many open jobs, as a link to them."""
    if not member.open_jobs:
        return format_html("{}", 0)
    return format_html('<a href="{}">{}</a>', open_jobs_url(member), member.open_jobs)


def open_jobs_url(member: Membership) -> str:
    """The jobs list narrowed to what somebody has open."""
    url = reverse("jobs:job-list", args=[member.team_id])
    return f"{url}?annotator={member.user_id}&stage=annotation&status=pending&status=in_progress"


@nav_item(
    "people",
    label=gettext_lazy("People"),
    icon="people",
    url_name="jobs:people",
    capability=Capability.MANAGE_JOBS,
    order=60,
    on_phone=False,
)
class PeoplePage(TeamListPage[Membership]):
    """Everybody active in a team with their work. For those who give it out."""

    filterset_class = PeopleFilterSet
    capability = Capability.MANAGE_JOBS
    title = gettext_lazy("People")
    count_words = ngettext_lazy("%(shown)s person", "%(shown)s people", "number")
    nav = "people"
    view_page = "jobs:people"
    template_name = "jobs/people.html"
    row_actions_template = "jobs/person_actions.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(
            "name",
            gettext_lazy("Name"),
            name_cell,
            csv="user.name",
            ordering="name",
            priority=1,
            is_link=True,
        ),
        Column("role", gettext_lazy("Role"), "role_label", ordering="role"),
        Column(
            "open_jobs",
            gettext_lazy("Open jobs"),
            jobs_cell,
            csv="open_jobs",
            ordering="open_jobs",
            priority=1,
            is_number=True,
        ),
        Column(
            "open_items",
            gettext_lazy("Open items"),
            ordering="open_items",
            priority=1,
            is_number=True,
        ),
        Column("done_today", gettext_lazy("Today"), ordering="done_today", is_number=True),
        Column("done_week", gettext_lazy("This week"), ordering="done_week", is_number=True),
        Column(
            "pace",
            gettext_lazy("An item takes"),
            pace_cell,
            csv="pace",
            ordering="pace",
            is_number=True,
        ),
        Column(
            "acceptance",
            gettext_lazy("Accepted"),
            acceptance_cell,
            csv="acceptance",
            ordering="acceptance",
            is_number=True,
        ),
        Column(
            "backlog", gettext_lazy("To review"), ordering="backlog", priority=3, is_number=True
        ),
    )

    def get_queryset(self) -> QuerySet[Membership]:
        """The team's active members with their figures."""
        zone = team_days(self.team.pk).zone
        today = timezone.localdate(timezone=zone)
        members = Membership.objects.visible_to(self.request.actor).active()
        return with_workload(
            members.filter(team=self.team).select_related("user"),
            today=start_of_day(today, zone),
            week=start_of_day(today - timedelta(days=today.weekday()), zone),
        )

    def row_url(self, row: Membership) -> str:
        """The jobs that the person has, whatever their status."""
        url = reverse("jobs:job-list", args=[row.team_id])
        return f"{url}?annotator={row.user_id}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The team."""
        return {**kwargs, "current_team": self.team}


class ReassignForm(forms.Form):
    """Whom somebody's open jobs go to; several people share them evenly."""

    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("To"),
        help_text=gettext_lazy("Several people get about the same number of items to hold."),
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def reassign(request: Request, pk: int) -> HttpResponseBase:
    """Move everything that a member has open to other people, as one change of many jobs."""
    members = Membership.objects.visible_to(request.actor).select_related("user", "team")
    member = get_visible_or_404(members, pk)
    if not request.actor.can(Capability.MANAGE_JOBS, member.team_id):
        raise Forbidden(_("Only managers and owners give out work."))
    jobs = open_jobs(request, member)
    others = people_who(Capability.LABEL, member.team_id).exclude(pk=member.user_id)
    form = ReassignForm(request.POST if request.method == "POST" else None, people=others)
    if request.method == "POST" and jobs and form.is_valid():
        people = [each.pk for each in form.cleaned_data["people"]]
        data = {"verb": "spread", "people": people, "jobs": jobs}
        start(CHANGE, request.actor, member.team, data)
        return redirect_htmx(request, reverse("jobs:job-list", args=[member.team_id]))
    return _form_page(request, member, form, len(jobs))


def open_jobs(request: Request, member: Membership) -> list[int]:
    """The unfinished live jobs of a member, the most urgent first."""
    jobs = Job.objects.visible_to(request.actor).live()
    own = jobs.filter(any_of(ANNOTATING), team=member.team_id, annotator=member.user_id)
    return list(own.order_by(*QUEUE_ORDER).values_list("pk", flat=True))


def _form_page(
    request: Request, member: Membership, form: ReassignForm, count: int
) -> HttpResponse:
    words = {"count": count, "name": member.user.name}
    title = ngettext(
        "Move %(count)d open job of %(name)s", "Move %(count)d open jobs of %(name)s", count
    )
    context = {
        "title": title % words,
        "current_team": member.team,
        "nav": "people",
        "member": member,
        "count": count,
        "form": form,
        "url": request.path,
        "people_url": reverse("jobs:people", args=[member.team_id]),
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render_page(request, "jobs/reassign.html", context, partial="form", status=status)
