"""Human work on a dataset that is purged: jobs and batches, with all that was done in them.

The ledger stays: what was paid for the work was paid, also when the work is gone.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from labeling.core.key_lists import among
from labeling.jobs.actions.base import COUNTERS
from labeling.jobs.models import Annotation, Batch, Comment, Event, Forecast, Job, JobItem
from labeling.jobs.money.booking import follow
from labeling.jobs.states import BatchStatus, ForecastOf
from labeling.projects.models import Dataset, Project
from labeling.projects.purging import Counts, Part, Purged, parts


class HumanWork(Part):
    """Batches, jobs, their items, annotations, comments and history."""

    def begin(self, dataset_id: int, at: datetime) -> None:
        """Archive what is not archived yet: nobody goes on with it."""
        batches = Batch.objects.filter(dataset=dataset_id, archived_at=None)
        batches.update(
            archived_at=at,
            archived_status=F("status"),
            status=BatchStatus.ARCHIVED,
            updated_at=at,
        )
        jobs = Job.objects.filter(dataset=dataset_id, archived_at=None)
        ids = list(jobs.values_list("pk", flat=True))
        jobs.update(archived_at=at, updated_at=at)
        follow(ids, at)

    def remove_from_items(self, items: Sequence[int]) -> Counts:
        """The items' places in jobs; the jobs' counters go down with them."""
        places = JobItem.objects.filter(item__in=items)
        _count_down(places)
        keys = among(list(places.values_list("pk", flat=True)))
        hanging: dict[str, QuerySet[Any]] = {
            "annotations": Annotation.objects.filter(job_item__in=keys),
            "comments": Comment.objects.filter(job_item__in=keys),
            "events": Event.objects.filter(job_item__in=keys),
            "job_items": JobItem.objects.filter(pk__in=keys),
        }
        return {name: _removed(rows) for name, rows in hanging.items()}

    def remove_rest(self, dataset_id: int, most: int) -> Counts:
        """What is said of whole jobs and batches, then these."""
        own = Q(subject_type=Dataset._meta.model_name, subject_id=dataset_id)
        hanging: dict[str, QuerySet[Any]] = {
            "events": Event.objects.filter(
                Q(job__dataset=dataset_id) | Q(batch__dataset=dataset_id) | own
            ),
            "comments": Comment.objects.filter(job__dataset=dataset_id),
            "jobs": Job.objects.filter(dataset=dataset_id),
            "batches": Batch.objects.filter(dataset=dataset_id),
        }
        for name, rows in hanging.items():
            keys = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
            if keys:
                _forget_forecasts(name, keys)
                return {name: _removed(rows.model._default_manager.filter(pk__in=among(keys)))}
        return {}

    def record(self, purged: Purged) -> None:
        """One line, in the history of the project."""
        facts = {"name": purged.name, "dataset": purged.dataset_id, "removed": dict(purged.counts)}
        Event.objects.create(
            team_id=purged.team_id,
            verb="purge",
            actor_id=purged.actor_id,
            subject_type=Project._meta.model_name or "",
            subject_id=purged.project_id,
            from_state="deleted",
            data=facts,
            at=purged.at,
        )


parts.add("jobs", HumanWork())


def _count_down(places: QuerySet[JobItem]) -> None:
    """A purge that is stopped leaves jobs whose counters are true."""
    tallies: defaultdict[int, Counter[str]] = defaultdict(Counter)
    states = places.order_by().values_list("job", "state").annotate(number=Count("pk"))
    for job_id, state, number in states:
        tallies[job_id]["items"] += number
        for column, each in COUNTERS[state].items():
            tallies[job_id][column] += each * number
    for job_id in sorted(tallies):
        less = {column: F(column) - number for column, number in tallies[job_id].items()}
        Job.objects.filter(pk=job_id).update(**less)


def _removed(rows: QuerySet[Any]) -> int:
    """Remove rows; answers how many of this very model there were."""
    _all, by_model = rows.delete()
    return by_model.get(rows.model._meta.label, 0)


def _forget_forecasts(name: str, keys: Sequence[int]) -> None:
    about = {"jobs": ForecastOf.JOB, "batches": ForecastOf.BATCH}.get(name)
    if about is not None:
        Forecast.objects.filter(of=about, subject_id__in=among(keys)).delete()
