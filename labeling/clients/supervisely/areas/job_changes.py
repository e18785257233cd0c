"""What scripts do with a labeling job and its images: the verbs of our pages."""

from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.clients.supervisely.areas.jobs import job_named
from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Job, JobItem
from labeling.jobs.states import FINISHED, SUBMITTED, ItemState, Status

# A rejection says why; the SDK has no words for it.
REASON = gettext_lazy("Rejected by a script.")
DONE = {"success": True}


def do(asking: Asking, verb: str, job: Job, **data: Any) -> Job:
    """A verb on a job; the job as it is then."""
    changed: Job = perform(actions[Job, verb], job, asking.actor, data).obj
    return changed


@call("jobs.stop")
def job_stop(asking: Asking) -> Answer:
    """Hide a job from its annotator; one that is stopped stays so."""
    job = job_named(asking)
    if job.stopped_at is None:
        do(asking, "stop", job)
    return DONE


@call("jobs.archive")
def job_archive(asking: Asking) -> Answer:
    """Put a job away."""
    with transaction.atomic():
        _archive(asking, job_named(asking))
    return DONE


@call("jobs.bulk.archive")
def jobs_archive(asking: Asking) -> Answer:
    """Put several jobs away, all or none."""
    with transaction.atomic():
        for job in _jobs_named(asking):
            _archive(asking, job)
    return DONE


@call("jobs.bulk.unarchive")
def jobs_unarchive(asking: Asking) -> Answer:
    """Take several jobs back, all or none."""
    with transaction.atomic():
        for job in _jobs_named(asking):
            if job.archived_at is not None:
                do(asking, "unarchive", job)
    return DONE


@call("jobs.bulk.remove")
def jobs_remove(asking: Asking) -> Answer:
    """Delete jobs for good, all or none; ours are archived before."""
    with transaction.atomic():
        for job in _jobs_named(asking):
            do(asking, "delete", _archive(asking, job))
    return DONE


def _archive(asking: Asking, job: Job) -> Job:
    """Ours are stopped or completed before, so that nobody is at work on them."""
    if job.stopped_at is None and (job.stage, job.state) != FINISHED:
        job = do(asking, "stop", job)
    return job if job.archived_at is not None else do(asking, "archive", job)


def _jobs_named(asking: Asking) -> list[Job]:
    keys = asking.body.keys("ids")
    found = list(Job.objects.visible_to(asking.actor).filter(pk__in=keys).order_by("pk"))
    if len(found) < len(keys):
        raise Http404
    return found


@call("jobs.set-status")
def job_set_status(asking: Asking) -> Answer:
    """Give a job its status, in whatever order."""
    status = asking.body.text("status")
    if status not in Status.values:
        told = _("Jobs are %s.") % ", ".join(Status.values)
        raise asking.body.wrong("status", told)
    do(asking, "set-status", job_named(asking), status=status)
    return DONE


@call("jobs.editInfo")
def job_edit(asking: Asking) -> Answer:
    """Other people, another name, or what scripts keep with the job; all or nothing."""
    body, job = asking.body, job_named(asking)
    with transaction.atomic():
        if "reviewerId" in body and job.reviewer_id == body.key_or_none("userId"):
            # They change places: first the one leaves, then the other comes.
            job = do(asking, "set-reviewer", job, reviewer=body.key("reviewerId"))
        if "userId" in body and body.key("userId") != job.annotator_id:
            job = do(asking, "assign", job, annotator=body.key("userId"))
        if "reviewerId" in body and body.key("reviewerId") != job.reviewer_id:
            job = do(asking, "set-reviewer", job, reviewer=body.key("reviewerId"))
        if "name" in body:
            job = do(asking, "edit", job, name=body.text("name"))
        if "customData" in body:
            do(asking, "edit", job, custom_data=body.object("customData").given)
    return DONE


@call("jobs.entities.update-review-status")
def entity_status(asking: Asking) -> Answer:
    """An annotator confirms an image of theirs; a reviewer accepts or rejects one."""
    body, job = asking.body, job_named(asking, "jobId")
    places = JobItem.objects.visible_to(asking.actor).filter(job=job)
    place = places.filter(item=body.key("entityId")).first()
    if place is None:
        raise Http404
    status = body.text("status")
    if status == "done":
        perform(actions[JobItem, "confirm-item"], place, asking.actor)
    elif status in ("accepted", "rejected"):
        with transaction.atomic():
            _begin_review(asking, job)
            _decide(asking, place, status)
    elif status == "none" and place.state == ItemState.NONE:
        pass
    else:
        raise body.wrong("status", _("An image becomes done, accepted or rejected."))
    return DONE


def _begin_review(asking: Asking, job: Job) -> None:
    if (job.stage, job.state) == SUBMITTED:
        do(asking, "start-review", job)


def _decide(asking: Asking, place: JobItem, status: str) -> None:
    # By the version that this request has read: a script that decides anew means it.
    data = {"version": place.version, "reason": str(REASON)}
    verb = "accept-item" if status == "accepted" else "reject-item"
    perform(actions[JobItem, verb], place, asking.actor, data)


@call("jobs.reject")
def job_reject(asking: Asking) -> Answer:
    """Reject all images of a job on review, or those that nobody has decided on."""
    body, job = asking.body, job_named(asking)
    mode = body.text("mode", "all")
    if mode not in ("all", "unmarked"):
        raise body.wrong("mode", _("“all” or “unmarked”."))
    wanted = [ItemState.NONE, ItemState.DONE]
    if mode == "all":
        wanted.append(ItemState.ACCEPTED)
    with transaction.atomic():
        _begin_review(asking, job)
        places = JobItem.objects.visible_to(asking.actor).filter(job=job, state__in=wanted)
        for place in places.order_by("position"):
            _decide(asking, place, "rejected")
    return DONE


refuse(
    gettext_lazy("Jobs cannot be paused; stop the job, and resume it on its page."), "jobs.pause"
)
