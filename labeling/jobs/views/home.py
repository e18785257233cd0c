"""The team's home page."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import Team
from accounts.roles import Capability, Role
from labeling.core.charts import sparkline
from labeling.core.http import Request, get_visible_or_404
from labeling.core.navigation import nav_item, place
from labeling.jobs.dashboards.asking import team_figures
from labeling.jobs.dashboards.days import CHOICES
from labeling.jobs.dashboards.people import Person
from labeling.jobs.dashboards.team import TeamFigures
from labeling.jobs.history import described
from labeling.jobs.models import Event, Job
from labeling.jobs.views.figures import days_picture, hours_picture
from labeling.projects.models import Dataset

SHOWN_JOBS = 6
SHOWN_PEOPLE = 10
SHOWN_REVIEWERS = 6
SHOWN_EVENTS = 10

place("home", "jobs:home")


@require_GET
def start(request: Request) -> HttpResponse:
    """The root leads to the team that was used last, or to the choice of teams."""
    last = request.session.get("team")
    team_ids = request.actor.team_ids
    if last in team_ids:
        return redirect("jobs:home", team_id=last)
    if team_ids:
        return redirect("jobs:home", team_id=min(team_ids))
    return redirect("accounts:teams")


@require_GET
@nav_item(
    "home",
    label=gettext_lazy("Home"),
    icon="home",
    url_name="jobs:home",
    capability=Capability.VIEW,
    order=10,
)
def home(request: Request, team_id: int) -> HttpResponse:
    """What runs, what is late, who has too much or nothing; annotators are led to their own work.

    Everything is read here, in a number of queries that does not depend on how much there is.
    """
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    request.session["team"] = team.pk
    if request.actor.role_in(team.pk) == Role.ANNOTATOR:
        return redirect("jobs:my-work", team_id=team.pk)
    figures = team_figures(request.actor, team_id, request.GET)
    context = {
        "title": _("Home"),
        "nav": "home",
        "current_team": team,
        "figures": figures,
        "choices": CHOICES,
        "by_day": days_picture(figures.throughput),
        "by_hour": hours_picture(figures.throughput),
        "decided": decided_line(figures),
        "people": people_shown(figures) if figures.sees_people else None,
        "reviewers": figures.backlog.reviewers[:SHOWN_REVIEWERS],
        "overdue": overdue_jobs(figures)[:SHOWN_JOBS],
        "lines": described(recent_events(request, team)),
        "may_manage": request.actor.can(Capability.MANAGE_JOBS, team.pk),
        "may_review": request.actor.can(Capability.REVIEW, team.pk),
        "is_fresh": not Dataset.objects.visible_to(request.actor).filter(team=team).exists(),
    }
    return render(request, "jobs/home.html", context)


def people_shown(figures: TeamFigures) -> list[tuple[Person, Any]]:
    """The people who need a manager first, each with what they did a day as a line."""
    return [(each, own_line(each, figures)) for each in figures.people(SHOWN_PEOPLE)]


def own_line(person: Person, figures: TeamFigures) -> Any:
    """What somebody did on each day."""
    words = _("%(name)s: %(done)d items done in %(days)d days, %(decided)d decided") % {
        "name": person.user.name,
        "done": person.acts.done,
        "days": figures.period.days,
        "decided": person.acts.decided,
    }
    return sparkline([acts.all for acts in person.days], words)


def decided_line(figures: TeamFigures) -> Any:
    """Decisions a day."""
    throughput = figures.throughput
    words = _("%(decided)d items decided in %(days)d days") % {
        "decided": throughput.total.decided,
        "days": figures.period.days,
    }
    return sparkline([acts.decided for _day, acts in throughput.days], words)


def overdue_jobs(figures: TeamFigures) -> QuerySet[Job]:
    """Jobs that should have been completed by now, the longest overdue first."""
    late = figures.jobs.live().overdue(figures.now)  # type: ignore[attr-defined]
    shown: QuerySet[Job] = late.select_related("annotator", "batch").order_by("due_at")
    return shown


def recent_events(request: Request, team: Team) -> Any:
    """What people did with batches and jobs last."""
    events = Event.objects.visible_to(request.actor).filter(
        team=team, batch__isnull=False, job_item=None
    )
    # A launch is one line, however many jobs it made.
    events = events.exclude(verb="launch", job__number__gt=1)
    return events.select_related("actor", "job", "batch")[:SHOWN_EVENTS]
