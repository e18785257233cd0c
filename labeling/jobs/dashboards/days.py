"""Days and hours of a team, as sums of quarters of an hour; and the periods that pages show."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Any

from django.db.models import Case, F, IntegerField, Value, When
from django.utils.translation import gettext_lazy as _

from labeling.core.errors import Invalid
from labeling.jobs.models.activity import QUARTER_SECONDS, quarter_of

CHOICES = (7, 30, 90)
"""The periods that a reader chooses from, in days."""
DEFAULT = 30

EPOCH = date(1970, 1, 1)
FIRST_WEEKDAY = EPOCH.weekday()
A_DAY = 96
A_WEEK = 7 * A_DAY
AN_HOUR = 4


def days_wanted(text: str) -> int:
    """How many days a query asks for; 30 where it asks for none.

    Raises:
        Invalid: another number, or none.
    """
    known = {str(days): days for days in CHOICES}
    if text and text not in known:
        choices = ", ".join(known)
        raise Invalid({"days": [_("Choose one of %(choices)s.") % {"choices": choices}]})
    return known[text] if text else DEFAULT


@dataclass(frozen=True)
class Period:
    """Some days up to today, in the zone whose days they are.

    Attributes:
        last: today.
        days: how many, today included.
    """

    last: date
    days: int
    zone: tzinfo

    @classmethod
    def until(cls, now: datetime, days: int, zone: tzinfo) -> "Period":
        """The days that end with the one in which `now` lies."""
        return cls(now.astimezone(zone).date(), days, zone)

    @property
    def first(self) -> date:
        """Its first day."""
        return self.last - timedelta(days=self.days - 1)

    @cached_property
    def dates(self) -> Sequence[date]:
        """Every day, oldest first."""
        return [self.first + timedelta(days=step) for step in range(self.days)]

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def start(self) -> int:
        """Its first quarter."""
        return quarter_of(self.since)

    @property
    def end(self) -> int:
        """The first quarter after it."""
        after = self.last + timedelta(days=1)
        return quarter_of(datetime.combine(after, time.min, self.zone))

    @cached_property
    def shifts(self) -> Sequence[tuple[int, int]]:
        """From which quarter on the zone is how many quarters ahead of UTC; ascending."""
        found = [(self.start, shift_of(self.zone, self.start))]
        for quarter in range(self.start, self.end, A_DAY):
            stop = min(quarter + A_DAY, self.end)
            if shift_of(self.zone, stop) == found[-1][1]:
                continue
            for each in range(quarter, stop + 1):
                if shift_of(self.zone, each) != found[-1][1]:
                    found.append((each, shift_of(self.zone, each)))
        return found

    def local(self, quarter: int) -> int:
        """The quarter by the zone's clocks: such numbers make days and hours by division."""
        if len(self.shifts) == 1:  # no change of the clocks
            return quarter + self.shifts[0][1]
        place = bisect_right(self.shifts, quarter, key=lambda shift: shift[0])
        return quarter + self.shifts[max(place - 1, 0)][1]

    @property
    def local_quarter(self) -> Any:
        """`local`, said to the database of its column `quarter`."""
        (_start, first), *later = self.shifts
        if not later:
            return F("quarter") + Value(first)
        whens = [When(quarter__gte=start, then=Value(shift)) for start, shift in reversed(later)]
        shift: Any = Case(*whens, default=Value(first), output_field=IntegerField())
        return F("quarter") + shift


def shift_of(zone: tzinfo, quarter: int) -> int:
    """How many quarters a zone is ahead of UTC at the start of a quarter."""
    moment = datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC).astimezone(zone)
    offset = moment.utcoffset() or timedelta(0)
    return int(offset.total_seconds()) // QUARTER_SECONDS


def day_of(local: int) -> date:
    """The date of a day that was counted from 1970: `local` quarters by A_DAY."""
    return EPOCH + timedelta(days=local)


def hour_of_week(hour: int) -> tuple[int, int]:
    """Weekday (Monday is 0) and hour of an hour that was counted from a Thursday's midnight."""
    return (hour // 24 + FIRST_WEEKDAY) % 7, hour % 24
