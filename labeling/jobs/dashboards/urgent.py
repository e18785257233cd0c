"""The batches that run, those first that somebody has to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet

from labeling.jobs.dashboards.progress import with_progress
from labeling.jobs.estimates.reading import Estimate, estimates_of
from labeling.jobs.models import Batch
from labeling.jobs.states import BatchStatus, ForecastOf, Standing

RUNNING = (
    BatchStatus.LOADING,
    BatchStatus.QUEUED,
    BatchStatus.PROCESSING,
    BatchStatus.NO_MONEY,
    BatchStatus.STOPPING,
    BatchStatus.ERROR,
)
MOST_LOOKED_AT = 500
"""A team that runs more batches at once sees those of the highest priority."""

FAR_OFF = datetime.max.replace(tzinfo=UTC)
FIRST = (Standing.LATE, Standing.AT_RISK)
STUCK = (BatchStatus.ERROR, BatchStatus.NO_MONEY)


@dataclass(frozen=True)
class Running:
    """A batch with its progress and its estimate."""

    batch: Batch
    estimate: Estimate


@dataclass(frozen=True)
class Urgent:
    """The first of the running batches.

    Attributes:
        total: how many run in all.
        late, at_risk: how many of them.
    """

    shown: Sequence[Running]
    total: int
    late: int
    at_risk: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.shown)


def urgent_batches(batches: QuerySet[Batch], most: int) -> Urgent:
    """The running batches: late, at risk, stuck, then the rest by due date and priority.

    Three queries, whatever their number.

    Arguments:
        batches: those of the team that the reader may see.
        most: how many to show.
    """
    running = batches.filter(status__in=RUNNING).order_by("-priority", "rank", "pk")
    known = list(running.only("pk", "due_at", "status", "priority", "rank")[:MOST_LOOKED_AT])
    due = {batch.pk: batch.due_at for batch in known}
    estimates = estimates_of(ForecastOf.BATCH, due, due)
    standings = [estimates[batch.pk].standing for batch in known]
    first = sorted(known, key=lambda batch: _urgency(batch, estimates[batch.pk]))[:most]
    full = with_progress(batches.select_related("project")).in_bulk([each.pk for each in first])
    return Urgent(
        [Running(full[each.pk], estimates[each.pk]) for each in first if each.pk in full],
        len(known),
        standings.count(Standing.LATE),
        standings.count(Standing.AT_RISK),
    )


def _urgency(batch: Batch, estimate: Estimate) -> tuple[int, datetime, int, int]:
    if estimate.standing in FIRST:
        level = FIRST.index(estimate.standing)
    else:
        level = len(FIRST) + (batch.status not in STUCK)
    return level, batch.due_at or FAR_OFF, -batch.priority, batch.rank
