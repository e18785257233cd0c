"""A streak counts working days in a row; days off do not break it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.jobs.dashboards.streaks import WEEKDAYS, Calendar, streak

FRIDAY = date(2026, 3, 6)
MONDAY = date(2026, 3, 9)
USUAL = Calendar()

DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))
WORKED = st.sets(DAYS, max_size=60)
CALENDARS = st.builds(
    Calendar,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(DAYS.map(date.isoformat), max_size=20),
)


def before(day: date, *ago: int) -> set[date]:
    return {day - timedelta(days=each) for each in ago}


@pytest.mark.parametrize(
    ("worked", "today", "length"),
    [
        (set(), MONDAY, 0),
        ({MONDAY}, MONDAY, 1),
        ({FRIDAY, MONDAY}, MONDAY, 2),  # the weekend between does not break it
        ({FRIDAY}, MONDAY, 1),  # today is not over
        ({FRIDAY}, MONDAY + timedelta(days=1), 0),  # Monday was missed
        (before(FRIDAY, 0, 1, 2, 3, 4), FRIDAY, 5),
        (before(FRIDAY, 0, 1, 3, 4), FRIDAY, 2),
        ({FRIDAY, FRIDAY + timedelta(days=1), MONDAY}, MONDAY, 3),  # work on a Saturday counts
    ],
)
def test_a_streak_of_the_usual_week(worked, today, length):
    assert streak(worked, today, USUAL) == length


def test_a_day_off_does_not_break_it():
    worked = before(FRIDAY, 0, 2)
    thursday = (FRIDAY - timedelta(days=1)).isoformat()
    assert streak(worked, FRIDAY, USUAL) == 1
    assert streak(worked, FRIDAY, Calendar(WEEKDAYS, {thursday})) == 2


def test_working_hours_say_which_days_are_expected():
    hours = [[540, 1020]]
    part_time = Calendar.of_week([hours, [], hours, [], [], [], []], ["2026-03-04"])
    assert part_time.weekdays == {0, 2}
    assert not part_time.expects(date(2026, 3, 4))
    assert Calendar.of_week([[]] * 7, []).weekdays == WEEKDAYS


@given(WORKED, DAYS, CALENDARS)
def test_it_counts_days_with_work_and_no_more(worked, today, calendar):
    length = streak(worked, today, calendar)
    past = {day for day in worked if day <= today}
    assert 0 <= length <= len(past)
    assert (length > 0) >= (today in worked)


@given(WORKED, DAYS, CALENDARS, DAYS)
def test_more_work_never_shortens_it(worked, today, calendar, extra):
    assert streak(worked | {extra}, today, calendar) >= streak(worked, today, calendar)


@given(WORKED, DAYS, CALENDARS, DAYS)
def test_another_day_off_never_shortens_it(worked, today, calendar, off):
    more_off = Calendar(calendar.weekdays, {*calendar.days_off, off.isoformat()})
    assert streak(worked, today, more_off) >= streak(worked, today, calendar)


@given(WORKED, DAYS, CALENDARS)
def test_beginning_to_work_today_makes_it_one_longer(worked, today, calendar):
    earlier = worked - {today}
    assert streak(earlier | {today}, today, calendar) == streak(earlier, today, calendar) + 1
