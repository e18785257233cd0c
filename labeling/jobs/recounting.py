"""Counts that jobs and annotations store, counted afresh."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from django.db.models import Count

from labeling.core.recounting import Difference, recounters
from labeling.jobs.actions.base import COUNTERS
from labeling.jobs.models import Annotation, Job, JobItem
from labeling.projects.documents import count

CHUNK = 500
COLUMNS = ("items", "done", "accepted", "rejected")


@recounters.register("jobs")
def recount_jobs() -> Iterator[Difference]:
    """Items, done, accepted and rejected of each job."""
    counted: dict[int, Counter[str]] = {}
    states = JobItem.objects.order_by().values_list("job", "state").annotate(number=Count("pk"))
    for job_id, state, number in states:
        tally = counted.setdefault(job_id, Counter())
        tally["items"] += number
        for column, each in COUNTERS[state].items():
            tally[column] += each * number
    for job in Job.objects.order_by("pk").only(*COLUMNS).iterator(chunk_size=CHUNK):
        tally = counted.get(job.pk, Counter())
        wrong = {
            column: tally[column] for column in COLUMNS if getattr(job, column) != tally[column]
        }
        # One UPDATE mends all columns of a job: half of them might not fit its constraints.
        fix = partial(Job.objects.filter(pk=job.pk).update, **wrong)
        for column, number in wrong.items():
            yield Difference(f"job {job.pk} {column}", getattr(job, column), number, fix)


@recounters.register("annotations")
def recount_annotations() -> Iterator[Difference]:
    """Objects and tags of each annotation's document."""
    stored = Annotation.objects.order_by("pk").only("document", "object_count", "tag_count")
    for annotation in stored.iterator(chunk_size=CHUNK):
        counts = count(annotation.document)
        found = {"object_count": counts.objects, "tag_count": counts.tags}
        for column, number in found.items():
            if getattr(annotation, column) != number:
                yield Difference(
                    f"annotation {annotation.pk} {column}",
                    getattr(annotation, column),
                    number,
                    partial(Annotation.objects.filter(pk=annotation.pk).update, **{column: number}),
                )
