"""What one person has to do, most urgent first, and the way to the next job."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.http import Request, get_visible_or_404
from labeling.core.navigation import nav_item
from labeling.core.workflow import actions, perform
from labeling.jobs.dashboards.asking import own_figures
from labeling.jobs.dashboards.days import CHOICES
from labeling.jobs.models import Job, JobItem
from labeling.jobs.queue.eligibility import claimable_by
from labeling.jobs.queue.ranks import QUEUE_ORDER
from labeling.jobs.states import ANNOTATING, ItemState, Status, any_of
from labeling.jobs.views.figures import (
    days_picture,
    decisions_picture,
    hours_picture,
)

SHOWN_DONE = 10


def waiting(request: Any, team: Any) -> int:
    """How many jobs wait for this person, for the sidebar."""
    return int(_own_jobs(request, team).filter(any_of(ANNOTATING)).count())


@require_GET
@nav_item(
    "my-work",
    label=_("My work"),
    icon="work",
    url_name="jobs:my-work",
    capability=Capability.LABEL,
    order=50,
    count=waiting,
)
def my_work(request: Request, team_id: int) -> HttpResponse:
    """Sent back first, then own jobs in the order of the queue; and how one does oneself."""
    figures = own_figures(request.actor, team_id, request.GET)
    team = figures.team
    own = _own_jobs(request, team).select_related("batch", "project", "reviewer")
    unfinished = list(own.filter(any_of(ANNOTATING)).order_by(*QUEUE_ORDER))
    sent_back = [job for job in unfinished if job.sent_back]
    context = {
        "title": _("My work"),
        "current_team": team,
        "sent_back": with_reasons(request, sent_back),
        "assigned": [job for job in unfinished if not job.sent_back],
        "on_review": own.filter(status=Status.ON_REVIEW).order_by("-updated_at")[:SHOWN_DONE],
        "completed": own.filter(status=Status.COMPLETED).order_by("-completed_at")[:SHOWN_DONE],
        "pool": pool_size(request, team),
        "figures": figures,
        "choices": CHOICES,
        "by_day": days_picture(figures.throughput),
        "decided_by_day": decisions_picture(figures.throughput),
        "by_hour": hours_picture(figures.throughput),
        "may_review": request.actor.can(Capability.REVIEW, team.pk),
    }
    return render(request, "jobs/my_work.html", context)


@require_POST
def take_next(request: Request, team_id: int) -> HttpResponse:
    """Take the next job of the pool and open it."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    job = perform(actions[Team, "take-next"], team, request.actor, request.POST).outcome
    return redirect("jobs:label", pk=job.pk)


def _own_jobs(request: Any, team: Any) -> Any:
    return Job.objects.visible_to(request.actor).live().filter(team=team, annotator=request.user)


def pool_size(request: Request, team: Team) -> int:
    """How many jobs of the pool this person could take now."""
    return claimable_by(request.actor.user.pk, team.pk).count()


def with_reasons(request: Request, jobs: list[Job]) -> list[tuple[Job, list[JobItem]]]:
    """Each job that was sent back with its rejected items, in one query for all."""
    rejected = (
        JobItem.objects.visible_to(request.actor)
        .filter(job__in=jobs, state=ItemState.REJECTED)
        .select_related("item", "decided_by")
        .order_by("position")
    )
    by_job: dict[int, list[JobItem]] = {job.pk: [] for job in jobs}
    for job_item in rejected:
        by_job[job_item.job_id].append(job_item)
    return [(job, by_job[job.pk]) for job in jobs]
