"""What was done, by day, by person and by hour of the week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet, Sum

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
    """The acts of some people in a period.

    Attributes:
        people: by person and day; days and people without any are left out.
        hours: by weekday (Monday is 0) and hour of the day.
    """

    period: Period
    people: Mapping[int, Mapping[date, Acts]]
    hours: Mapping[tuple[int, int], Acts]

    @cached_property
    def days(self) -> Sequence[tuple[date, Acts]]:
        """Everybody's acts of every day, oldest first; days without any have zeros."""
        return [(day, total(self._of_day(day))) for day in self.period.dates]

    @cached_property
    def total(self) -> Acts:
        """All of it."""
        return total(acts for _day, acts in self.days)

    @property
    def today(self) -> Acts:
        """Of the last day."""
        return self.days[-1][1]

    def of_person(self, user_id: int) -> Sequence[Acts]:
        """Somebody's acts of every day, oldest first."""
        mine = self.people.get(user_id, {})
        return [mine.get(day, NOTHING) for day in self.period.dates]

    def _of_day(self, day: date) -> Iterable[Acts]:
        return (days[day] for days in self.people.values() if day in days)


def total(several: Iterable[Acts]) -> Acts:
    """Their sum."""
    done = accepted = rejected = 0
    for acts in several:
        done += acts.done
        accepted += acts.accepted
        rejected += acts.rejected
    return Acts(done, accepted, rejected)


def throughput_of(activity: QuerySet[Activity], period: Period) -> Throughput:
    """What was done in a period, in two queries over its rows of one index.

    Arguments:
        activity: of one team, as far as the reader sees it.
    """
    rows = activity.filter(quarter__gte=period.start, quarter__lt=period.end).order_by()
    by_hour = F("local") % A_WEEK / AN_HOUR
    rows = rows.annotate(local=period.local_quarter)
    people: dict[int, dict[date, Acts]] = {}
    for user, day, *counts in _sums(rows.annotate(day=F("local") / A_DAY), "user", "day"):
        people.setdefault(user, {})[day_of(day)] = Acts(*counts)
    hours = {
        hour_of_week(hour): Acts(*counts)
        for hour, *counts in _sums(rows.annotate(hour=by_hour), "hour")
    }
    return Throughput(period, people, hours)


def _sums(rows: QuerySet[Activity], *by: str) -> Iterable[Any]:
    sums: Any = {name: Sum(name) for name in COUNTS}
    found: Iterable[Any] = rows.values(*by).annotate(**sums).values_list(*by, *COUNTS)
    return found
