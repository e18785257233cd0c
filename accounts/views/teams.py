"""Teams: those one is in, making another, and renaming one."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.filters import TeamFilter
from accounts.models import Team, User
from accounts.views.verbs import action_of, back_with_toast, own_account, verb_page
from labeling.core import workflow
from labeling.core.http import Request, get_visible_or_404
from labeling.core.listing import Column, ListPage
from labeling.core.navigation import place, place_url

place("teams", "accounts:teams")


class TeamsPage(ListPage[Team]):
    """The teams one is in."""

    filterset_class = TeamFilter
    title = gettext_lazy("Teams")
    count_words = ngettext_lazy("%(shown)s team", "%(shown)s teams", "number")
    template_name = "accounts/teams.html"
    empty_template = "accounts/no_team.html"
    columns: ClassVar[Sequence[Column]] = (
        Column("name", gettext_lazy("Name"), ordering="name", priority=1, is_link=True),
        Column("role", gettext_lazy("Your role"), value="own_role", priority=1),
        Column("members", gettext_lazy("Members"), value="member_count", is_number=True),
    )

    def get_queryset(self) -> QuerySet[Team]:
        """The actor's teams with their size."""
        active = Count("memberships", filter=Q(memberships__deactivated_at=None))
        return Team.objects.visible_to(self.request.actor).annotate(member_count=active)

    def row_url(self, row: Team) -> str:
        """To the team's start; to its members while nothing else is there."""
        return place_url("home", row) or row.get_absolute_url()

    def decorate(self, rows: list[Team]) -> None:
        """What the actor is in each; how many others there are is no business of the restricted."""
        actor = self.request.actor
        for row in rows:
            membership = actor.memberships[row.pk]
            row.own_role = membership.role_label  # type: ignore[attr-defined]
            if membership.is_restricted:
                row.member_count = None  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the actor may make another team."""
        account = own_account(self.request)
        create = action_of(User, "create-team")
        return {**kwargs, "create": create if create.permits(account, self.request.actor) else None}


@require_http_methods(["GET", "POST"])
def create_team(request: Request) -> HttpResponseBase:
    """Make another team and go to it."""
    account = own_account(request)
    back = reverse("accounts:teams")

    def done(change: workflow.Change) -> HttpResponseBase:
        team = change.outcome
        members = reverse("accounts:members", args=[team.pk])
        message = _("%(name)s is made. Invite the first people.") % {"name": team.name}
        return back_with_toast(request, change, message, members)

    return verb_page(request, action_of(User, "create-team"), account, back, done)


@require_http_methods(["GET", "POST"])
def edit_team(request: Request, team_id: int) -> HttpResponseBase:
    """The settings of a team."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    back = reverse("accounts:members", args=[team.pk])

    def done(change: workflow.Change) -> HttpResponseBase:
        message = _("The team is called %(name)s now.") % {"name": change.obj.name}
        return back_with_toast(request, change, message, back)

    action = action_of(Team, "edit-team")
    return verb_page(request, action, team, back, done, submit_label=_("Save"), nav="members")
