"""The team's home page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.models import Team
from accounts.roles import Capability, Role
from labeling.core.charts import Bar, bar_chart
from labeling.core.http import Request, get_visible_or_404
from labeling.core.navigation import nav_item, place
from labeling.core.times import day as day_name
from labeling.jobs.dashboards import team_figures, with_progress
from labeling.jobs.history import described
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.states import BatchStatus
from labeling.projects.models import Dataset

SHOWN_BATCHES = 8
SHOWN_EVENTS = 12

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
    label=_("Home"),
    icon="home",
    url_name="jobs:home",
    capability=Capability.VIEW,
    order=10,
)
def home(request: Request, team_id: int) -> HttpResponse:
    """What runs, what waits, what is late; annotators are led to their own work."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    request.session["team"] = team.pk
    if request.actor.role_in(team.pk) == Role.ANNOTATOR:
        return redirect("jobs:my-work", team_id=team.pk)
    figures = team_figures(team.pk, timezone.now())
    context = {
        "title": _("Home"),
        "nav": "home",
        "current_team": team,
        "figures": figures,
        "throughput": throughput(figures["days"]),
        "batches": running_batches(request, team),
        "overdue": overdue_jobs(request, team),
        "lines": described(recent_events(request, team)),
        "may_manage": request.actor.can(Capability.MANAGE_JOBS, team.pk),
        "is_fresh": not Dataset.objects.visible_to(request.actor).filter(team=team).exists(),
    }
    return render(request, "jobs/home.html", context)


def throughput(days: Any) -> Any:
    """Items confirmed a day, as a chart."""
    today = days[-1][0]
    bars = [Bar(label=str(day_name(day, today)), value=count) for day, count in days]
    return bar_chart(bars, str(_("Items done a day")))


def running_batches(request: Request, team: Team) -> Any:
    """Batches that are not finished, the most urgent first."""
    running = Batch.objects.visible_to(request.actor).filter(
        team=team,
        status__in=(BatchStatus.LOADING, BatchStatus.PROCESSING, BatchStatus.ERROR),
    )
    return with_progress(running.select_related("project")).order_by("-priority", "due_at")[
        :SHOWN_BATCHES
    ]


def overdue_jobs(request: Request, team: Team) -> Any:
    """Jobs that should have been completed by now."""
    jobs = Job.objects.visible_to(request.actor).live().filter(team=team)
    late = jobs.overdue(timezone.now()).select_related("annotator", "batch")
    return late.order_by("due_at")[:SHOWN_BATCHES]


def recent_events(request: Request, team: Team) -> Any:
    """What people did with batches and jobs last."""
    events = Event.objects.visible_to(request.actor).filter(
        team=team, batch__isnull=False, job_item=None
    )
    # A launch is one line, however many jobs it made.
    events = events.exclude(verb="launch", job__number__gt=1)
    return events.select_related("actor", "job", "batch")[:SHOWN_EVENTS]
