"""The page of working hours: the team's, everybody's, and what was changed lately."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Team
from accounts.roles import Capability
from accounts.views.verbs import verb_page
from labeling.core.errors import Forbidden
from labeling.core.http import Request, get_visible_or_404, redirect_htmx, toast
from labeling.core.workflow import actions
from labeling.jobs.actions.working_hours import WEEKDAYS, hours_written
from labeling.jobs.history import described
from labeling.jobs.hours.drawing import day_bars
from labeling.jobs.hours.writing import words_of, words_of_days
from labeling.jobs.models import Event, WorkingHours

SHOWN_EVENTS = 20
VERBS = ("set-own-hours", "set-team-hours")


@dataclass(frozen=True)
class Hours:
    """One row of the page.

    Attributes:
        days: (weekday, its bar, hours in words).
    """

    row: WorkingHours
    days: list[tuple[Any, SafeString, str]]
    days_off: str
    edit_url: str


@require_GET
def hours(request: Request, team_id: int) -> HttpResponse:
    """Whose hours are set, and to what."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    may_manage = request.actor.can(Capability.MANAGE_JOBS, team.pk)
    rows = WorkingHours.objects.visible_to(request.actor).filter(team=team).select_related("user")
    ordered = sorted(rows, key=lambda row: row.user.name.casefold() if row.user else "")
    context = {
        "title": _("Working hours"),
        "nav": "people",
        "current_team": team,
        "rows": [_shown(row, team, request, may_manage=may_manage) for row in ordered if row.week],
        "may_manage": may_manage,
        "may_label": request.actor.can(Capability.LABEL, team.pk),
        "lines": described(_events(request, team)),
    }
    return render(request, "jobs/working_hours.html", context)


def _shown(row: WorkingHours, team: Team, request: Request, *, may_manage: bool) -> Hours:
    week = row.week or [[]] * 7
    edit_url = ""
    if row.user_id == request.user.pk and request.actor.can(Capability.LABEL, team.pk):
        edit_url = reverse("jobs:set-own-hours", args=[team.pk])
    elif may_manage:
        person = f"?person={row.user_id}" if row.user_id else ""
        edit_url = reverse("jobs:set-team-hours", args=[team.pk]) + person
    names = [label for _name, label in WEEKDAYS]
    words = [words_of(spans) for spans in week]
    days = list(zip(names, day_bars(week), words, strict=False))
    return Hours(row, days, words_of_days(row.days_off), edit_url)


def _events(request: Request, team: Team) -> QuerySet[Event]:
    seen = Event.objects.visible_to(request.actor).filter(team=team, subject_type="team")
    return seen.filter(verb__in=VERBS).select_related("actor", "job_item")[:SHOWN_EVENTS]


@require_http_methods(["GET", "POST"])
def set_own_hours(request: Request, team_id: int) -> HttpResponseBase:
    """The verb `set-own-hours`."""
    return _verb(request, team_id, "set-own-hours")


@require_http_methods(["GET", "POST"])
def set_team_hours(request: Request, team_id: int) -> HttpResponseBase:
    """The verb `set-team-hours`; `?person=` shows that person's hours to begin with."""
    return _verb(request, team_id, "set-team-hours")


def _verb(request: Request, team_id: int, verb: str) -> HttpResponseBase:
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    action = actions[Team, verb]
    back = reverse("jobs:working-hours", args=[team.pk])

    def done(_change: Any) -> HttpResponseBase:
        toast(request, _("The hours are saved. Estimates follow within two minutes."))
        return redirect_htmx(request, back)

    return verb_page(
        request,
        action,
        team,
        back,
        done,
        initial=_initial(request, team),
        current_team=team,
        title=action.label,
        submit_label=_("Save"),
        breadcrumbs=[{"url": back, "label": _("Working hours")}],
    )


def _initial(request: Request, team: Team) -> dict[str, Any] | None:
    """The hours of the person that the address names, for the form."""
    person = request.GET.get("person", "")
    if not person.isdecimal():
        return None
    if not request.actor.can(Capability.MANAGE_JOBS, team.pk):
        raise Forbidden(_("Only managers and owners set the hours of others."))
    rows = WorkingHours.objects.visible_to(request.actor).filter(team=team)
    return {**hours_written(rows.filter(user=int(person)).first()), "person": int(person)}
