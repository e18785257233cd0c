"""The pages on which people label and review; their scripts do the rest over REST."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.roles import Capability
from labeling.core.http import Request, get_visible_or_404
from labeling.core.workflow import actions, allows
from labeling.jobs.bootstrap import bootstrap
from labeling.jobs.models import Job
from labeling.jobs.page_strings import strings
from labeling.jobs.states import ANNOTATING, FINAL_CHECK, VALIDATING


def may_label(job: Job, request: Request) -> bool:
    """Whether this is the annotator of a job that is being labeled."""
    live = job.stopped_at is None and job.archived_at is None
    mine = job.annotator_id == request.user.pk and request.actor.can(Capability.LABEL, job.team_id)
    return live and mine and (job.stage, job.state) in ANNOTATING


def may_review(job: Job, request: Request) -> bool:
    """Whether this person may decide on the items of a job that is being reviewed."""
    live = job.stopped_at is None and job.archived_at is None
    own = job.annotator_id == request.user.pk and not job.batch.allow_own_review
    reviewing = (job.stage, job.state) in {VALIDATING, *FINAL_CHECK}
    return live and reviewing and not own and request.actor.can(Capability.REVIEW, job.team_id)


@require_GET
def label(request: Request, pk: int) -> HttpResponse:
    """The labeling page; everybody else who sees the job gets it read-only."""
    job = _job(request, pk)
    mode = "label" if may_label(job, request) else "view"
    return _page(request, "jobs/label.html", job, mode)


@require_GET
def review(request: Request, pk: int) -> HttpResponse:
    """The review page; read-only before the review begins and for those who may not decide."""
    job = _job(request, pk)
    mode = "review" if may_review(job, request) else "view"
    return _page(request, "jobs/review.html", job, mode)


def _job(request: Request, pk: int) -> Job:
    jobs = Job.objects.visible_to(request.actor).select_related("batch", "project")
    return get_visible_or_404(jobs, pk)


def _page(request: Request, template: str, job: Job, mode: str) -> HttpResponse:
    item = request.GET.get("item", "")
    start = int(item) if item.isdecimal() and len(item) < 19 else None
    context = {
        "job": job,
        "mode": mode,
        "current_team": job.team,
        "bootstrap": {
            **bootstrap(job, mode, request.user, start_item=start),
            "may_comment": request.actor.can(Capability.COMMENT, job.team_id),
            "may_begin": allows(actions[Job, "start-review"], job, request.actor),
        },
        "strings": strings(),
    }
    return render(request, template, context)
