"""Stored estimates, read for a page at once; and how each stands against its due date."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext

from labeling.core.key_lists import among
from labeling.jobs.models import Batch, Event, Forecast, Job
from labeling.jobs.states import BatchStatus, ForecastOf, Standing, Status

FINISHED = (BatchStatus.COMPLETED, BatchStatus.CANCELED, BatchStatus.ARCHIVED)
"""Of these nothing is expected any more, so they are neither late nor at risk."""

UNKNOWN = (None, None, "", None)


@dataclass(frozen=True)
class Estimate:
    """When something will be finished, as pages show it.

    Attributes:
        p50_at, p90_at: by then it is finished in 5 and in 9 of ten cases; None without an estimate.
        reason: why there is none; empty when there is one, and when nobody has looked yet.
        computed_at: when it was made; None when there was none yet.
        standing: against the due date.
        is_overdue: whether the due date has passed.
        is_stale: whether work has changed since; it is then being refreshed.
    """

    p50_at: datetime | None = None
    p90_at: datetime | None = None
    reason: str = ""
    computed_at: datetime | None = None
    standing: Standing = Standing.NONE
    is_stale: bool = False
    is_overdue: bool = False

    @property
    def badge(self) -> str:
        """The badge to show, empty where all is well."""
        return str(self.standing) if self.standing in (Standing.AT_RISK, Standing.LATE) else ""

    @property
    def band(self) -> timedelta | None:
        """From the median to the time by which it is done in nine of ten cases."""
        return None if self.p50_at is None or self.p90_at is None else self.p90_at - self.p50_at


def standing_of(
    p50_at: datetime | None, p90_at: datetime | None, due_at: datetime | None, now: datetime
) -> Standing:
    """How an unfinished thing stands: the rule that `standing_expression` says to the database."""
    if due_at is None:
        return Standing.NONE
    if due_at < now or (p50_at is not None and p50_at > due_at):
        return Standing.LATE
    if p90_at is None:
        return Standing.NONE
    return Standing.AT_RISK if p90_at > due_at else Standing.ON_TIME


def estimates_of(
    of: ForecastOf,
    subject_ids: Collection[int],
    due: Mapping[int, datetime | None],
    *,
    team_id: int | None = None,
) -> dict[int, Estimate]:
    """The stored estimates of these subjects, one entry for each, in one query.

    Arguments:
        subject_ids: of subjects that the reader may see.
        due: by subject its due date; leave finished ones out, they cannot be late.
        team_id: for people, who may be in several teams.
    """
    wanted = list(dict.fromkeys(subject_ids))
    if not wanted:
        return {}
    rows = Forecast.objects.filter(of=of, subject_id__in=among(wanted))
    if team_id is not None:
        rows = rows.filter(team=team_id)
    now = timezone.now()
    columns = ("subject_id", "p50_at", "p90_at", "reason", "computed_at", "changed_at", "told_at")
    found = {row[0]: row[1:] for row in with_change(rows).values_list(*columns)}
    estimates = {}
    for subject in wanted:
        p50_at, p90_at, reason, computed_at, *changes = found.get(subject, UNKNOWN)
        estimates[subject] = Estimate(
            p50_at,
            p90_at,
            gettext(reason) if reason else "",
            computed_at,
            standing_of(p50_at, p90_at, due.get(subject), now),
            computed_at is not None and any(each and each > computed_at for each in changes),
            (due.get(subject) or now) < now,
        )
    return estimates


def with_change(rows: QuerySet[Forecast]) -> QuerySet[Forecast]:
    """Forecasts with `changed_at` and `told_at`: their team's last change, and last event."""
    team = OuterRef("team")
    jobs = Job.objects.filter(team=team).order_by("-updated_at").values("updated_at")
    events = Event.objects.filter(team=team).order_by("-at").values("at")
    return rows.annotate(changed_at=Subquery(jobs[:1]), told_at=Subquery(events[:1]))


def batch_estimates(batches: Iterable[Batch]) -> dict[int, Estimate]:
    """The estimates of these batches by key; finished ones have none."""
    due = {batch.pk: batch.due_at for batch in batches if batch.status not in FINISHED}
    return estimates_of(ForecastOf.BATCH, due, due)


def job_estimates(jobs: Iterable[Job]) -> dict[int, Estimate]:
    """The estimates of these jobs by key; finished ones have none."""
    due = {
        job.pk: job.due_at
        for job in jobs
        if job.status != Status.COMPLETED and job.archived_at is None
    }
    return estimates_of(ForecastOf.JOB, due, due)
