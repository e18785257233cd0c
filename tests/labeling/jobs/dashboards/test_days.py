"""Days and hours are those of the zone, over summer time too, in memory as in the database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.core.errors import Invalid
from labeling.jobs.dashboards.days import (
    A_DAY,
    A_WEEK,
    AN_HOUR,
    CHOICES,
    Period,
    day_of,
    days_wanted,
    hour_of_week,
)
from labeling.jobs.dashboards.throughput import acts_by_person, throughput_of, total
from labeling.jobs.models import Activity
from labeling.jobs.models.activity import QUARTER_SECONDS, add_activity, quarter_of

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)
PERIODS = st.builds(
    Period,
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.sampled_from(CHOICES),
    st.sampled_from([ZoneInfo(name) for name in ZONES]),
)


@given(PERIODS, st.data())
def test_a_quarter_lies_on_the_day_and_in_the_hour_that_clocks_show(period, data):
    quarter = data.draw(st.integers(period.start, period.end - 1))
    there = datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC).astimezone(period.zone)
    local = period.local(quarter)
    assert day_of(local // A_DAY) == there.date()
    assert hour_of_week(local % A_WEEK // AN_HOUR) == (there.weekday(), there.hour)
    assert there.date() in period.dates


@given(PERIODS)
def test_a_period_ends_with_its_last_day_and_has_as_many_as_it_says(period):
    assert len(period.dates) == period.days
    assert (period.dates[0], period.dates[-1]) == (period.first, period.last)
    assert quarter_of(period.since) == period.start


@pytest.mark.parametrize("zone", ZONES)
def test_the_database_counts_by_the_same_days_and_hours(team, annotator, manager, zone):
    """Half a year that holds a change of the clocks in each direction."""
    last = date(2026, 11, 20)
    period = Period(last, 270, ZoneInfo(zone))
    for step, quarter in enumerate(range(period.start - 5, period.end + 5, 37)):
        person = (annotator, manager)[step % 2]
        at = datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC)
        add_activity(team.pk, person.pk, at, done=step % 7, accepted=step % 3, rejected=step % 2)
    found = throughput_of(Activity.objects.filter(team=team), period)
    days: dict[date, int] = dict.fromkeys(period.dates, 0)
    hours: dict[tuple[int, int], int] = {}
    for row in Activity.objects.all():
        there = datetime.fromtimestamp(row.quarter * QUARTER_SECONDS, UTC).astimezone(period.zone)
        if there.date() not in days:
            continue
        days[there.date()] += row.done
        place = (there.weekday(), there.hour)
        hours[place] = hours.get(place, 0) + row.done + row.accepted + row.rejected
    assert {day: acts.done for day, acts in found.days} == days
    assert {place: acts.all for place, acts in found.hours.items()} == hours
    people = acts_by_person(Activity.objects.filter(team=team), period)
    by_person = {day: total(acts[day] for acts in people.values() if day in acts) for day in days}
    assert list(by_person.items()) == list(found.days)
    assert found.total.done > 0
    alone = acts_by_person(Activity.objects.filter(team=team), period, [manager.pk])
    assert alone == {manager.pk: people[manager.pk]}


def test_work_before_midnight_is_yesterdays_where_the_team_is(team, annotator):
    at = datetime(2026, 3, 3, 18, 40, tzinfo=UTC)  # 00:25 of the 4th in Kathmandu
    add_activity(team.pk, annotator.pk, at, done=4)
    rows = Activity.objects.filter(team=team)
    now = at + timedelta(hours=1)
    here = throughput_of(rows, Period.until(now, 7, UTC))
    there = throughput_of(rows, Period.until(now, 7, ZoneInfo("Asia/Kathmandu")))
    assert (here.days[-1][0], here.today.done) == (date(2026, 3, 3), 4)
    assert (there.days[-1][0], there.today.done) == (date(2026, 3, 4), 4)
    assert (list(here.hours), list(there.hours)) == ([(1, 18)], [(2, 0)])


def test_a_choice_of_days_is_one_of_those_offered():
    assert [days_wanted(str(days)) for days in CHOICES] == list(CHOICES)
    assert days_wanted("") == 30
    for wrong in ("8", "x", "-7", "7.0"):
        with pytest.raises(Invalid):
            days_wanted(wrong)
