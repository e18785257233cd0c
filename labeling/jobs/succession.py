"""Jobs made from other jobs: the rejected items again, or the same settings again."""

from typing import cast

from django.db.models import Max, QuerySet

from labeling.jobs.models import Annotation, Batch, Job, JobItem
from labeling.jobs.states import JobType
from labeling.projects.documents import Document, count, empty_document
from labeling.projects.models import Item


def make_successor(
    job: Job,
    job_items: QuerySet[JobItem],
    job_type: JobType,
    created_by_id: int,
    *,
    keep_annotations: bool,
) -> Job:
    """A new job of the same batch over the items of some job items.

    Arguments:
        keep_annotations: start from the job items' own labels; otherwise from the labels that
            their items have now.
    """
    # The batch's row lock makes the numbers of its jobs one sequence; SQLite has one writer anyway.
    batch = Batch.objects.select_for_update().get(pk=job.batch_id)
    number = (job.batch.jobs.aggregate(last=Max("number"))["last"] or 0) + 1
    rows = list(job_items.select_related("annotation", "item__labels").order_by("position"))
    successor = Job.objects.create(
        team_id=job.team_id,
        project_id=job.project_id,
        dataset_id=job.dataset_id,
        batch_id=job.batch_id,
        name=f"{job.batch.name} {number}"[:200],
        number=number,
        type=job_type,
        annotator_id=job.annotator_id,
        reviewer_id=job.reviewer_id,
        priority=job.priority,
        rank=batch.rank,
        segment=job.segment,
        due_at=job.due_at,
        parent=job,
        items=len(rows),
        created_by_id=created_by_id,
    )
    fill_job(
        successor,
        [
            (row.item_id, _document(row, keep_annotations=keep_annotations), row.reason)
            for row in rows
        ],
    )
    return successor


def fill_job(job: Job, contents: list[tuple[int, Document, str]], first_position: int = 1) -> None:
    """Make the job items of a job, each with its starting document.

    Arguments:
        contents: (item id, document, reason of an earlier rejection or empty), in order.
        first_position: of the first of them within the job.
    """
    rows = JobItem.objects.bulk_create(
        [
            JobItem(job=job, item_id=item_id, position=position, reason=reason)
            for position, (item_id, _doc, reason) in enumerate(contents, first_position)
        ]
    )
    Annotation.objects.bulk_create(
        [
            Annotation(
                job_item=row,
                document=document,
                object_count=count(document).objects,
                tag_count=count(document).tags,
            )
            for row, (_item, document, _reason) in zip(rows, contents, strict=True)
        ]
    )


def _document(row: JobItem, *, keep_annotations: bool) -> Document:
    if keep_annotations:
        return cast(Document, row.annotation.document)
    return labels_of(row.item)


def labels_of(item: Item) -> Document:
    """The labels that an item has now; an empty document without any."""
    labels = getattr(item, "labels", None)
    return cast(Document, labels.document) if labels else empty_document()
