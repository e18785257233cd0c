"""Cutting a job that nobody has begun: its last items become a job of their own."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Max

from labeling.jobs.models import Batch, Comment, Event, Job, JobItem


def cut(job: Job, sizes: Sequence[int], by_id: int | None, at: datetime) -> list[Job]:
    """The jobs that it is cut into, the first of which is the job itself; all of its annotator.

    The caller holds the job, has seen that nobody has begun it, and books and settles afterwards.

    Arguments:
        sizes: items of each, from the first item on; together those of the job.
        by_id: who wants it, for the history.
    """
    made = [job]
    for size in reversed(sizes[1:]):
        made.insert(1, _cut_off(job, size, by_id, at))
    return made


def _cut_off(job: Job, items: int, by_id: int | None, at: datetime) -> Job:
    """The last items of a job, as a new one."""
    # The batch's row lock makes the numbers of its jobs one sequence; SQLite has one writer anyway.
    batch = Batch.objects.select_for_update(no_key=True).get(pk=job.batch_id)
    number = (batch.jobs.aggregate(last=Max("number"))["last"] or 0) + 1
    kept = job.items - items
    new = Job.objects.create(
        team_id=job.team_id,
        project_id=job.project_id,
        dataset_id=job.dataset_id,
        batch=batch,
        name=f"{batch.name[:185]} {number}",
        number=number,
        type=job.type,
        annotator_id=job.annotator_id,
        reviewer_id=job.reviewer_id,
        priority=job.priority,
        rank=job.rank,
        due_at=job.due_at,
        items=items,
        created_by_id=by_id or job.created_by_id,
    )
    moved = JobItem.objects.filter(job=job, position__gt=kept)
    Comment.objects.filter(job=job, job_item__in=moved).update(job=new)
    moved.update(job=new, position=F("position") - kept)
    Job.objects.filter(pk=job.pk).update(items=kept, updated_at=at)
    job.items = kept
    for each, beside in ((job, new), (new, job)):
        Event.objects.create(
            team_id=job.team_id,
            verb="cut",
            actor_id=by_id,
            subject_type="job",
            subject_id=each.pk,
            batch=batch,
            job=each,
            data={"items": items, "beside": beside.pk, "is_new": each is new},
            at=at,
        )
    return new
