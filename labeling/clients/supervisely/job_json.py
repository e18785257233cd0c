"""A job in the SDK's words. `LabelingJobInfo` reads keys that must all be there."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, F, QuerySet, When

from accounts.actor import Actor
from labeling.clients.supervisely.wire import moment
from labeling.jobs.models import Batch, Job, JobItem
from labeling.jobs.states import ItemState, Split

Row = dict[str, Any]

REVIEW_STATUS: Mapping[str, str] = {
    ItemState.NONE: "none",
    ItemState.DONE: "done",
    ItemState.ACCEPTED: "accepted",
    ItemState.REJECTED: "rejected",
}
# Jobs of such a batch are made for the pool: that is the vendor's queue.
QUEUE = Case(When(batch__split=Split.SEGMENTS, then=F("batch")))


def seen_jobs(actor: Actor) -> QuerySet[Job]:
    """The jobs that the actor sees, with what their shape needs."""
    return (
        Job.objects.visible_to(actor)
        .annotate(queue_id=QUEUE)
        .select_related(
            "batch", "project__workspace", "dataset", "annotator", "reviewer", "created_by"
        )
        .prefetch_related("batch__classes", "batch__tags")
    )


def entities_of(actor: Actor, job_ids: Iterable[int]) -> dict[int, list[Row]]:
    """The images of jobs with where each stands, in the jobs' order; one query."""
    seen = JobItem.objects.visible_to(actor)
    rows = seen.filter(job__in=list(job_ids)).order_by("job", "position")
    found: dict[int, list[Row]] = {}
    for job_id, item_id, name, state in rows.values_list("job", "item", "item__name", "state"):
        shape = {"reviewStatus": REVIEW_STATUS[state], "id": item_id, "name": name}
        found.setdefault(job_id, []).append(shape)
    return found


def with_entities(actor: Actor, jobs: list[Job]) -> Iterable[tuple[Job, list[Row]]]:
    """Jobs of a page, each with its images."""
    entities = entities_of(actor, [job.pk for job in jobs])
    return [(job, entities.get(job.pk, [])) for job in jobs]


def job_shape(job: Job, entities: list[Row]) -> Row:
    """A job of `seen_jobs` as the SDK reads it."""
    batch, project = job.batch, job.project
    return {
        "id": job.pk,
        "name": job.name,
        "readme": batch.instructions,
        "description": batch.description,
        "teamId": job.team_id,
        "workspaceId": project.workspace_id,
        "workspaceTitle": project.workspace.name,
        "projectId": job.project_id,
        "projectTitle": project.name,
        "datasetId": job.dataset_id,
        "datasetTitle": job.dataset.name,
        "createdBy": job.created_by_id,
        "managerLogin": job.created_by.username,
        "userId": job.annotator_id,
        "labelerLogin": job.annotator.username if job.annotator else None,
        "reviewerId": job.reviewer_id,
        "reviewerLogin": job.reviewer.username if job.reviewer else None,
        "createdAt": moment(job.created_at),
        "updatedAt": moment(job.updated_at),
        "startedAt": moment(job.started_at),
        "annotationFinishedAt": moment(job.submitted_at),
        "finishedAt": moment(job.completed_at),
        "status": str(job.status),
        "disabled": job.archived_at is not None,
        "labelingQueueId": job.queue_id,  # type: ignore[attr-defined]
        "labelingExamId": None,
        "imagesCount": job.items,
        "finishedImagesCount": job.done,
        "rejectedImagesCount": job.rejected,
        "acceptedImagesCount": job.accepted,
        "progressImagesCount": job.done + job.rejected,
        "priority": job.priority,
        "customData": job.custom_data,
        "meta": meta_shape(batch),
        "entities": entities,
    }


def meta_shape(batch: Batch) -> Row:
    """The settings of a batch, as those of the vendor's job or queue."""
    selection = batch.selection
    return {
        "classes": [{"id": each.pk, "name": each.name} for each in batch.classes.all()],
        "projectTags": [{"id": each.pk, "name": each.name} for each in batch.tags.all()],
        "imageTags": list(_tag_filters(batch)),
        "imageFiguresLimit": batch.objects_limit,
        "imageTagsLimit": batch.tags_limit,
        "range": {"start": selection.get("first"), "end": selection.get("last")},
        "guide": batch.pk if batch.instructions else None,
        "dynamicClasses": False,
        "dynamicTags": False,
        "allowRestore": False,
    }


def _tag_filters(batch: Batch) -> Iterable[Row]:
    wanted = {
        **dict.fromkeys(batch.selection.get("with_tags", ()), True),
        **dict.fromkeys(batch.selection.get("without_tags", ()), False),
    }
    if not wanted:
        return
    names = dict(
        batch.project.tag_definitions.filter(pk__in=wanted).values_list("pk", "name")
    )  # fmt: skip
    for pk, positive in wanted.items():
        if pk in names:
            yield {"id": pk, "name": names[pk], "positive": positive}
