"""Dates for the whole queue: simple cases by hand, and what must hold for any facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.jobs.eta.facts import Acts, Did, Facts, Hours, Work
from labeling.jobs.eta.forecasting import forecast
from labeling.jobs.eta.observing import habits_of

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
NOW = MONDAY + timedelta(days=10, hours=11, minutes=30)
"""A Thursday, in the middle of a morning."""
OFFICE = Hours(week=[[(9 * 60, 17 * 60)]] * 5 + [[], []])


def steady(people=(1,), seconds=60, since=MONDAY, until=NOW, batch=1):
    """Everybody does one item after the other on weekdays from 9 to 17."""
    rows = []
    for day in range(11):
        begin = since + timedelta(days=day, hours=9)
        if begin.weekday() < 5:
            for number in range(8 * 3600 // seconds + 1):
                at = begin + timedelta(seconds=number * seconds)
                if at <= until:
                    rows += [(at.timestamp(), person, batch, Did.DONE) for person in people]
    return sorted(rows)


def work(to_do=60, people=(1,), key="a", **rest):
    return Work(
        key=key, batch=1, order=rest.pop("order", (3, 1)), people=people, to_do=to_do, **rest
    )


def facts(*works, people=(1,), rows=None, **rest):
    acts = Acts.of(steady(people) if rows is None else rows)
    return Facts(NOW, UTC, works, acts, **rest)


def answers_of(given_facts, habits=None):
    return forecast(given_facts, habits)


def mean(finish):
    """A number for the whole band, so that no quantile's luck decides."""
    return sum(each.timestamp() for each in (finish.p10, finish.p50, finish.p90)) / 3


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (60, MONDAY + timedelta(days=10, hours=12, minutes=30)),
        (300, MONDAY + timedelta(days=10, hours=16, minutes=30)),
        (330 + 120, MONDAY + timedelta(days=11, hours=11)),
        (330 + 480 + 60, MONDAY + timedelta(days=14, hours=10)),
    ],
)
def test_one_person_at_a_steady_pace_with_set_hours_is_done_when_the_hand_says(items, expected):
    finish = answers_of(facts(work(items), hours={1: OFFICE}))["a"]
    slack = max(timedelta(minutes=8), timedelta(seconds=items * 60 * 0.06))
    assert finish.p50 is not None
    assert abs(finish.p50 - expected) < slack


def test_days_off_are_not_worked():
    off = replace(OFFICE, days_off=frozenset({"2026-03-13"}))
    at_work = answers_of(facts(work(450), hours={1: OFFICE}))["a"].p50
    away = answers_of(facts(work(450), hours={1: off}))["a"].p50
    assert abs(away - at_work - timedelta(days=3)) < timedelta(minutes=10)


def test_observed_hours_do_without_a_calendar():
    finish = answers_of(facts(work(330 + 120)))["a"]
    assert finish.p50.date() == datetime(2026, 3, 13, tzinfo=UTC).date()
    assert 9 <= finish.p50.hour < 14


def test_what_cannot_be_estimated_says_why():
    answers = answers_of(
        facts(
            work(people=(), key="nobody"),
            work(key="held", is_paused=True),
            work(0, key="done"),
            work(key="going"),
            rows=steady()[:1],
        )
    )
    assert str(answers["nobody"].reason) == "no one is assigned"
    assert str(answers["held"].reason) == "paused"
    assert str(answers["going"].reason) == "2 more items needed"
    assert answers["done"].p50 == NOW


def test_a_group_is_finished_with_its_last_work_and_has_no_date_without_one_of_it():
    answers = answers_of(
        facts(
            work(30, key="a", order=(1, 1), groups=("both",)),
            work(30, key="b", order=(1, 2), groups=("both", "torn")),
            work(30, key="c", people=(), groups=("torn",)),
        )
    )
    assert answers["both"] == answers["b"]
    assert answers["torn"].p50 is None
    assert str(answers["torn"].reason) == "no one is assigned"


def test_what_is_first_in_the_queue_is_finished_first():
    answers = answers_of(
        facts(work(100, key="late", order=(4, 1)), work(100, key="now", order=(1, 2)))
    )
    assert answers["now"].p90 < answers["late"].p90
    assert answers["now"].p50 < answers["late"].p10


def test_review_is_a_second_station_that_others_work_at():
    plain = answers_of(facts(work(300, people=(1, 2)), people=(1, 2, 3)))["a"]
    slow = [(at + 30, 3, 1, Did.ACCEPTED) for at, *_rest in steady((3,), seconds=600)]
    rows = sorted([*steady((1, 2)), *slow])
    reviewed = answers_of(facts(work(300, people=(1, 2), review=True), people=(1, 2), rows=rows))[
        "a"
    ]
    assert mean(reviewed) > mean(plain) + 3600


def test_what_only_waits_for_review_needs_nobody_to_label():
    waiting = work(0, people=(), to_review=5, review=True, reviewers=(2,))
    assert answers_of(facts(waiting, rows=steady((1, 2))))["a"].p90 < NOW + timedelta(days=2)
    nobody = replace(waiting, reviewers=())
    assert str(answers_of(facts(nobody))["a"].reason) == "no one reviews"


def test_a_what_if_may_add_somebody_of_whom_the_habits_at_hand_do_not_know():
    alone = facts(work(900))
    habits = habits_of(alone)
    together = replace(alone, works=[work(900, people=(1, 7))])
    added = answers_of(together, habits)
    assert added == forecast(together)
    assert added["a"].p50 < answers_of(alone, habits)["a"].p50


def test_somebody_named_twice_is_still_one_person():
    once, twice = (answers_of(facts(work(200, people=who)))["a"] for who in ((1,), (1, 1)))
    assert once == twice


def test_a_team_without_work_or_acts_has_no_answers_and_no_error():
    assert answers_of(Facts(NOW, UTC, [], Acts.of([]))) == {}
    assert str(answers_of(facts(work(), rows=[]))["a"].reason) == "3 more items needed"


def test_the_same_facts_give_the_same_answer():
    given_facts = facts(work(500, people=(1, 2)), people=(1, 2))
    assert answers_of(given_facts) == answers_of(given_facts)


def test_what_comes_after_now_is_not_looked_at():
    before = steady((1, 2))
    after = [((NOW + timedelta(minutes=n)).timestamp(), 2, 1, Did.DONE) for n in range(1, 90)]
    works = work(500, people=(1, 2))
    assert answers_of(facts(works, rows=before)) == answers_of(facts(works, rows=[*before, *after]))


QUANTILES = ("p10", "p50", "p90")


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(20, 2_000), st.integers(1, 3), st.integers(0, 1_500), st.booleans())
def test_more_work_or_fewer_people_never_make_it_earlier(items, people, more, review):
    everybody = tuple(range(1, people + 2))
    rows = steady(everybody, seconds=120)

    def finish(to_do, who):
        return answers_of(
            facts(work(to_do, people=who, review=review, reviewers=everybody), rows=rows)
        )["a"]

    usual, longer = finish(items, everybody), finish(items + more, everybody)
    alone = finish(items, everybody[:-1])
    for each in QUANTILES:
        assert getattr(longer, each) >= getattr(usual, each)
        # One more hand is one more last item to wait for, and no more than that.
        assert getattr(alone, each) >= getattr(usual, each) - timedelta(seconds=2 * 120)
    assert mean(alone) >= mean(usual) - 120


@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 800),
            st.integers(0, 40),
            st.booleans(),
            st.sets(st.integers(1, 4), max_size=4),
            st.integers(1, 5),
            st.booleans(),
        ),
        max_size=6,
    ),
    st.integers(0, 400),
)
def test_whatever_there_is_to_do_has_a_band_in_order_from_now_on_or_a_reason(given_works, acts):
    works = [
        Work(
            key=f"{place}",
            batch=place % 3,
            order=(level, place),
            people=sorted(people),
            to_do=to_do,
            to_review=to_review if review else 0,
            review=review,
            groups=("all",),
            is_paused=is_paused and place % 2 == 0,
        )
        for place, (to_do, to_review, review, people, level, is_paused) in enumerate(given_works)
    ]
    rows = steady((1, 2, 3), seconds=300)[:acts]
    answers = answers_of(facts(*works, rows=rows))
    assert set(answers) == {work.key for work in works} | ({"all"} if works else set())
    for finish in answers.values():
        if finish.reason:
            assert finish.p10 is finish.p50 is finish.p90 is None
        else:
            assert NOW <= finish.p10 <= finish.p50 <= finish.p90


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 500))
def test_shifting_everything_by_whole_weeks_shifts_the_answer(weeks):
    by = timedelta(weeks=weeks)
    given_facts = facts(work(500), hours={1: OFFICE})
    acts = given_facts.acts
    later = replace(
        given_facts,
        now=NOW + by,
        acts=Acts(acts.at + by.total_seconds(), acts.person, acts.batch, acts.did),
    )
    here, there = answers_of(given_facts)["a"], answers_of(later)["a"]
    assert abs(there.p50 - here.p50 - by) < timedelta(seconds=1)
    assert abs(there.p90 - here.p90 - by) < timedelta(seconds=1)
