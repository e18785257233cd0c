"""How many working days in a row somebody worked. A pure rule of the calendar."""

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = frozenset(range(5))
"""Monday to Friday: the working days of whoever set none."""


@dataclass(frozen=True)
class Calendar:
    """On which days somebody is expected to work.

    Attributes:
        weekdays: Monday is 0.
        days_off: ISO dates.
    """

    weekdays: Collection[int] = WEEKDAYS
    days_off: Container[str] = frozenset()

    @classmethod
    def of_week(cls, week: Sequence[Sequence[object]], days_off: Collection[str]) -> "Calendar":
        """From set working hours; a week without any hours says nothing, so it is the usual one."""
        set_days = frozenset(day for day, hours in enumerate(week) if hours)
        return cls(set_days or WEEKDAYS, frozenset(days_off))

    def expects(self, day: date) -> bool:
        """Whether a day without work would be one missed."""
        return day.weekday() in self.weekdays and day.isoformat() not in self.days_off


def streak(worked: Collection[date], today: date, calendar: Calendar) -> int:
    """How many days in a row somebody worked, up to today.

    A day that was not expected to be worked on does not break the row; work on it counts. Today
    counts once there is work on it, and does not break the row before that.

    Arguments:
        worked: the days with work; those after today do not count.
    """
    days = {day for day in worked if day <= today}
    if not days:
        return 0
    first, day, count = min(days), today, 0
    while day >= first:
        if day in days:
            count += 1
        elif day != today and calendar.expects(day):
            break
        day -= timedelta(days=1)
    return count
