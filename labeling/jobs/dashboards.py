"""Figures for the home pages: counted in the database, a fixed number of queries each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from labeling.jobs.models import Batch, Job, JobItem
from labeling.jobs.states import ItemState, Status

DAYS_SHOWN = 14


@dataclass(frozen=True)
class OwnProgress:
    """One annotator's own figures.

    Attributes:
        today, week: items confirmed today, and in the last seven days.
        accepted_share: accepted of all decided items, 0 to 1; None before the first decision.
        days: items confirmed on each of the last days, oldest first.
    """

    today: int
    week: int
    accepted_share: float | None
    days: list[tuple[date, int]]

    @property
    def accepted_percent(self) -> int | None:
        """The accepted share as people read it."""
        return None if self.accepted_share is None else round(self.accepted_share * 100)


def start_of_day(day: date) -> datetime:
    """Midnight of a day in the reader's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def own_progress(user_id: int, team_id: int) -> OwnProgress:
    """What one person confirmed lately in a team."""
    today = timezone.localdate()
    mine = JobItem.objects.filter(job__team=team_id, done_by=user_id)
    days = by_day(mine, "done_at", today)
    decided = mine.aggregate(
        accepted=Count("pk", filter=Q(state=ItemState.ACCEPTED)),
        rejected=Count("pk", filter=Q(state=ItemState.REJECTED)),
    )
    total = decided["accepted"] + decided["rejected"]
    return OwnProgress(
        today=days[-1][1],
        week=sum(count for _day, count in days[-7:]),
        accepted_share=decided["accepted"] / total if total else None,
        days=days,
    )


def by_day(rows: QuerySet[JobItem], field: str, today: date) -> list[tuple[date, int]]:
    """How many rows fall on each of the last days, today last; days without any count zero."""
    first = today - timedelta(days=DAYS_SHOWN - 1)
    counted = (
        rows.filter(**{f"{field}__gte": start_of_day(first)})
        .annotate(day=TruncDate(field))
        .values("day")
        .annotate(count=Count("pk"))
        .values_list("day", "count")
    )
    counts = Counter(dict(counted.order_by()))
    days = [first + timedelta(days=step) for step in range(DAYS_SHOWN)]
    return [(day, counts[day]) for day in days]


def team_figures(team_id: int, now: datetime) -> Mapping[str, Any]:
    """The tiles of a team's home page: one query over its jobs and one over their items."""
    jobs = Job.objects.filter(team=team_id, archived_at=None)
    figures = jobs.aggregate(
        pending=Count("pk", filter=Q(status=Status.PENDING)),
        in_progress=Count("pk", filter=Q(status=Status.IN_PROGRESS)),
        on_review=Count("pk", filter=Q(status=Status.ON_REVIEW)),
        pool=Count("pk", filter=Q(annotator=None, status__in=(Status.PENDING, Status.IN_PROGRESS))),
        overdue=Count("pk", filter=Q(due_at__lt=now) & ~Q(status=Status.COMPLETED)),
    )
    done = by_day(JobItem.objects.filter(job__team=team_id), "done_at", timezone.localdate())
    return {**figures, "done_today": done[-1][1], "days": done}


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
