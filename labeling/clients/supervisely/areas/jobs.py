"""Labeling jobs: those that the person sees, and what scripts keep with them."""

from functools import partial

from labeling.clients.supervisely.calls import Answer, Asking, call
from labeling.clients.supervisely.job_json import job_shape, seen_jobs, with_entities
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.core.http import get_visible_or_404
from labeling.jobs.models import Job
from labeling.jobs.states import Status

STATUSES = {status.value: [status.value] for status in Status}
FIELDS = {
    "id": Field("pk"),
    "name": Field("name", "text"),
    "createdBy": Field("created_by"),
    "userId": Field("annotator"),
    "reviewerId": Field("reviewer"),
    "projectId": Field("project"),
    "datasetId": Field("dataset"),
    "labelingQueueId": Field("queue_id"),
    "status": Field("status", "word", STATUSES),
    "createdAt": Field("created_at", "time"),
    "updatedAt": Field("updated_at", "time"),
    "startedAt": Field("started_at", "time"),
    "finishedAt": Field("completed_at", "time"),
}
ORDERS = {
    "id": "pk",
    "name": "name",
    "userId": "annotator",
    "createdBy": "created_by",
    "projectId": "project",
    "datasetId": "dataset",
    "status": "status",
    "priority": "priority",
    "labelingQueueId": "queue_id",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "startedAt": "started_at",
    "annotationFinishedAt": "submitted_at",
    "finishedAt": "completed_at",
}


@call("jobs.list")
def job_list(asking: Asking) -> Answer:
    """The jobs of a team; archived ones only when they are asked for.

    Every job comes with its images, as the vendor's tutorial prints it.
    """
    body = asking.body
    found = seen_jobs(asking.actor).filter(team=asking.team())
    if not body.flag("showDisabled"):
        found = found.filter(archived_at=None)
    if "participantUserIds" in body:
        people = body.keys("participantUserIds")
        found = found.filter(annotator__in=people) | found.filter(reviewer__in=people)
    found = narrowed(found, body, FIELDS)
    if body.texts("fields") == ["id"]:
        return paged(asking, found, lambda job: {"id": job.pk}, ORDERS)
    prepare = partial(with_entities, asking.actor)
    return paged(asking, found, lambda pair: job_shape(*pair), ORDERS, prepare=prepare)


@call("jobs.info")
def job_info(asking: Asking) -> Answer:
    """One job, also an archived one."""
    return told(asking, asking.body.key("id"))


def told(asking: Asking, job_id: int) -> Answer:
    """A job's shape; Http404 when the person may not see it."""
    job = get_visible_or_404(seen_jobs(asking.actor), job_id)
    [pair] = with_entities(asking.actor, [job])
    return job_shape(*pair)


def job_named(asking: Asking, name: str = "id") -> Job:
    """The job that the body names; Http404 when the person may not see it."""
    jobs = Job.objects.visible_to(asking.actor).select_related("batch")
    return get_visible_or_404(jobs, asking.body.key(name))
