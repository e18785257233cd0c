"""How a batch grew: items done and accepted by the hour, counted by the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Func, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from labeling.jobs.models import Batch, JobItem
from labeling.jobs.states import ItemState

HOUR = timedelta(hours=1)


class HourOf(Func):
    """The hour of a moment in UTC, "2026-11-22 09": quicker than what SQLite asks Python for."""

    output_field = CharField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite stores moments as text in UTC."""
        return super().as_sql(
            compiler, connection, template="SUBSTR(%(expressions)s, 1, 13)", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """PostgreSQL says it in any zone."""
        template = "TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
        return super().as_sql(compiler, connection, template=template, **context)


@dataclass(frozen=True)
class Level:
    """How far a batch was at a moment: items done, the accepted ones included."""

    at: datetime
    done: int
    accepted: int


def growth_of(batch: Batch, now: datetime) -> list[Level]:
    """The batch's levels at the end of each hour in which something was done, from its start on.

    Two queries. Items that were sent back count when they were done again.
    """
    items = JobItem.objects.filter(job__batch=batch)
    if batch.archived_at is None:
        items = items.filter(job__archived_at=None)
    accepted = items.filter(state=ItemState.ACCEPTED, decided_at__isnull=False)
    done = items.filter(state__in=(ItemState.DONE, ItemState.ACCEPTED))
    when_done = dict(_by_hour(done, Coalesce("done_at", "decided_at")))
    when_accepted = dict(_by_hour(accepted, "decided_at"))
    hours = sorted({*when_done, *when_accepted})
    start = min([batch.created_at, *hours[:1]])
    levels = [Level(start, 0, 0)]
    for hour in hours:
        last = levels[-1]
        levels.append(
            Level(
                min(hour + HOUR, now),
                last.done + when_done.get(hour, 0),
                last.accepted + when_accepted.get(hour, 0),
            )
        )
    return levels


def _by_hour(items: Any, moment: Any) -> Iterator[tuple[datetime, int]]:
    rows = (
        items.order_by()
        .annotate(hour=HourOf(moment))
        .filter(~Q(hour=None))
        .values("hour")
        .annotate(count=Count("pk"))
    )
    for hour, count in rows.values_list("hour", "count"):
        yield datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC), count


def by_day(levels: list[Level]) -> list[tuple[date, int, int]]:
    """The last level of each day in the reader's zone: (day, done, accepted)."""
    days = {}
    for level in levels[1:]:
        # An hour's end at midnight belongs to the day that it ends.
        moment = timezone.localtime(level.at - timedelta(seconds=1))
        days[moment.date()] = (level.done, level.accepted)
    return [(day, done, accepted) for day, (done, accepted) in days.items()]
