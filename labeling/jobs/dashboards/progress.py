"""How far batches are, and the figures of a team's jobs."""

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from labeling.jobs.models import Batch, Job
from labeling.jobs.states import Status


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """Midnight of a day in a zone."""
    return datetime.combine(day, time.min, zone)


def team_figures(jobs: QuerySet[Job], now: datetime) -> Mapping[str, Any]:
    """The tiles of a team's home page, in one query.

    Arguments:
        jobs: those of the team that the reader may see.
    """
    return jobs.filter(archived_at=None).aggregate(
        pending=Count("pk", filter=Q(status=Status.PENDING)),
        in_progress=Count("pk", filter=Q(status=Status.IN_PROGRESS)),
        on_review=Count("pk", filter=Q(status=Status.ON_REVIEW)),
        pool=Count("pk", filter=Q(annotator=None, status__in=(Status.PENDING, Status.IN_PROGRESS))),
        overdue=Count("pk", filter=Q(due_at__lt=now) & ~Q(status=Status.COMPLETED)),
    )


def with_progress(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Batches with the sums of their jobs' counters: items, done, accepted, rejected, job_count."""
    live = Q(jobs__archived_at=None) | Q(archived_at__isnull=False)
    return batches.annotate(
        job_count=Count("jobs", filter=live),
        items=Sum("jobs__items", filter=live, default=0),
        done=Sum("jobs__done", filter=live, default=0),
        accepted=Sum("jobs__accepted", filter=live, default=0),
        rejected=Sum("jobs__rejected", filter=live, default=0),
    )
