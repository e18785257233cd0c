"""What was done, by day, by person and by hour of the week."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Sum

from labeling.jobs.dashboards.days import (
    A_DAY,
    A_WEEK,
    AN_HOUR,
    Period,
    day_of,
    hour_of_week,
)
from labeling.jobs.models import Activity


@dataclass(frozen=True)
class Acts:
    """How many items were done, and how many decisions were made."""

    done: int = 0
    accepted: int = 0
    rejected: int = 0

    @property
    def decided(self) -> int:
        """Decisions of either kind."""
        return self.accepted + self.rejected

    @property
    def all(self) -> int:
        """Everything that was done."""
        return self.done + self.decided

    def __add__(self, other: "Acts") -> "Acts":
        return Acts(
            self.done + other.done, self.accepted + other.accepted, self.rejected + other.rejected
        )


NOTHING = Acts()
COUNTS = ("done", "accepted", "rejected")


@dataclass(frozen=True)
class Throughput:
    """The acts of some people together in a period.

    Attributes:
        days: every day, oldest first.
        hours: by weekday (Monday is 0) and hour of the day; hours without any are left out.
    """

    period: Period
    days: Sequence[tuple[date, Acts]]
    hours: Mapping[tuple[int, int], Acts]

    @cached_property
    def total(self) -> Acts:
        """All of it."""
        return total(acts for _day, acts in self.days)

    @property
    def today(self) -> Acts:
        """Of the last day."""
        return self.days[-1][1]


def total(several: Iterable[Acts]) -> Acts:
    """Their sum."""
    done = accepted = rejected = 0
    for acts in several:
        done += acts.done
        accepted += acts.accepted
        rejected += acts.rejected
    return Acts(done, accepted, rejected)


def throughput_of(activity: QuerySet[Activity], period: Period) -> Throughput:
    """What was done in a period, in one query.

    The database sums everybody's acts by quarter of an hour in the order of an index that holds
    them; there are at most 96 such sums a day, however many people work.

    Arguments:
        activity: of one team, as far as the reader sees it.
    """
    by_day: dict[int, list[int]] = {}
    by_hour: dict[int, list[int]] = {}
    for quarter, *counts in _sums(_within(activity, period), "quarter"):
        local = period.local(quarter)
        _add(by_day.setdefault(local // A_DAY, [0, 0, 0]), counts)
        _add(by_hour.setdefault(local % A_WEEK // AN_HOUR, [0, 0, 0]), counts)
    days = {day_of(day): Acts(*counts) for day, counts in by_day.items()}
    hours = {hour_of_week(hour): Acts(*counts) for hour, counts in by_hour.items()}
    return Throughput(period, [(day, days.get(day, NOTHING)) for day in period.dates], hours)


def _add(sums: list[int], counts: Sequence[int]) -> None:
    """Add in place: this runs for up to 96 quarters a day."""
    for place, count in enumerate(counts):
        sums[place] += count


def acts_by_person(
    activity: QuerySet[Activity], period: Period, user_ids: Collection[int] | None = None
) -> Mapping[int, Mapping[date, Acts]]:
    """What single people did on each day, without the days on which they did nothing. One query.

    Arguments:
        activity: of one team, as far as the reader sees it.
        user_ids: whose; None for everybody's.
    """
    rows = _within(activity, period)
    if user_ids is not None:
        rows = rows.filter(user__in=user_ids)
    people: dict[int, dict[date, Acts]] = {}
    for user, day, *counts in _sums(rows.annotate(day=period.local_quarter / A_DAY), "user", "day"):
        people.setdefault(user, {})[day_of(day)] = Acts(*counts)
    return people


def _within(activity: QuerySet[Activity], period: Period) -> QuerySet[Activity]:
    return activity.filter(quarter__gte=period.start, quarter__lt=period.end).order_by()


def _sums(rows: QuerySet[Activity], *by: str) -> Iterable[Any]:
    sums: Any = {name: Sum(name) for name in COUNTS}
    found: Iterable[Any] = rows.values(*by).annotate(**sums).values_list(*by, *COUNTS)
    return found
