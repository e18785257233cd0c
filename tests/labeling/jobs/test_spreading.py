"""Spreading over people: shares by the rules, and jobs as even as they allow."""

from hypothesis import given
from hypothesis import strategies as st

from labeling.jobs.spreading import Able, exact, shares_of_people, spread_jobs
from labeling.jobs.states import Spread

JOBS = st.dictionaries(st.integers(1, 40), st.integers(0, 60), max_size=30)
PEOPLE = st.dictionaries(st.integers(1, 9), st.integers(0, 100), min_size=1)

weights = st.integers(1, 50) | st.floats(0.1, 50).map(lambda number: round(number, 2))
ables = st.lists(
    st.tuples(weights, st.floats(0.5, 400), st.floats(0, 50_000), st.none() | st.integers(0, 300)),
    max_size=7,
).map(
    lambda rows: [
        Able(at, weight, seconds, ahead, most)
        for at, (weight, seconds, ahead, most) in enumerate(rows, 1)
    ]
)


def unlimited(people: list[Able]) -> list[Able]:
    """The same people without limits."""
    return [
        Able(each.person_id, each.weight, each.item_seconds, each.seconds_ahead) for each in people
    ]


@given(st.integers(0, 500), ables, st.sampled_from([Spread.EQUAL, Spread.WEIGHTS, Spread.PACE]))
def test_everything_is_given_out_up_to_the_limits(total, people, spread):
    shares = shares_of_people(total, people, spread)
    rooms = [total if each.most_items is None else each.most_items for each in people]
    assert sum(shares.values()) == min(total, sum(rooms))
    assert all(
        0 <= shares[each.person_id] <= room for each, room in zip(people, rooms, strict=True)
    )


@given(st.integers(0, 500), ables)
def test_equal_shares_differ_by_one_at_most(total, people):
    shares = shares_of_people(total, unlimited(people), Spread.EQUAL).values()
    assert max(shares, default=0) - min(shares, default=0) <= 1


@given(st.integers(0, 500), ables)
def test_weights_are_met_to_less_than_one_item(total, people):
    shares = shares_of_people(total, unlimited(people), Spread.WEIGHTS)
    together = sum(exact(each.weight) for each in people)
    for each in people:
        assert abs(shares[each.person_id] - total * exact(each.weight) / together) < 1


@given(st.integers(1, 500), ables.filter(len))
def test_by_pace_all_finish_within_an_item_of_each_other(total, people):
    people = unlimited(people)
    shares = shares_of_people(total, people, Spread.PACE)
    slowest = max(each.item_seconds for each in people)
    ends = {each.person_id: each.seconds_with(shares[each.person_id]) for each in people}
    busy = [ends[person] for person, items in shares.items() if items]
    assert max(busy) - min(ends.values()) <= 2 * slowest + 1e-6


def test_whoever_is_twice_as_fast_gets_twice_as_much():
    people = [Able(1, item_seconds=30), Able(2, item_seconds=60)]
    assert shares_of_people(90, people, Spread.PACE) == {1: 60, 2: 30}


def test_open_work_counts_so_that_all_finish_together():
    people = [Able(1, item_seconds=30, seconds_ahead=1_800), Able(2, item_seconds=30)]
    assert shares_of_people(100, people, Spread.PACE) == {1: 20, 2: 80}


def test_somebody_who_has_more_to_do_than_the_others_will_ever_have_gets_nothing():
    people = [Able(1, item_seconds=10, seconds_ahead=9_000), Able(2, item_seconds=10)]
    assert shares_of_people(50, people, Spread.PACE) == {1: 0, 2: 50}


def test_what_a_limit_keeps_from_somebody_goes_to_the_others_by_their_weights():
    people = [Able(1, 8, most_items=10), Able(2, 1), Able(3, 3)]
    assert shares_of_people(90, people, Spread.WEIGHTS) == {1: 10, 2: 20, 3: 60}


def test_a_percentage_is_a_promise_what_a_limit_keeps_goes_to_the_pool():
    people = [Able(1, 50, most_items=10), Able(2, 50)]
    assert shares_of_people(100, people, Spread.PERCENT) == {1: 10, 2: 50}


@given(st.integers(0, 1_000))
def test_percentages_that_are_no_whole_items_are_rounded_by_the_largest_remainder(total):
    people = [Able(1, 33.3), Able(2, 33.3), Able(3, 33.4)]
    shares = shares_of_people(total, people, Spread.PERCENT)
    assert sum(shares.values()) == total
    assert all(
        abs(shares[each.person_id] - total * exact(each.weight) / 100) < 1 for each in people
    )


def test_nobody_gets_anything_who_may_not_have_another_job():
    people = [Able(1, most_jobs=0), Able(2)]
    assert shares_of_people(10, people, Spread.EQUAL) == {1: 0, 2: 10}


def test_whoever_holds_least_gets_the_next_job():
    assert spread_jobs({1: 10, 2: 10}, {7: 15, 8: 0}, {}) == {1: 8, 2: 8}
    assert spread_jobs({1: 10, 2: 10}, {7: 5, 8: 0}, {}) == {1: 8, 2: 7}


def test_the_largest_jobs_go_first_so_that_the_shares_come_out_even():
    shares = spread_jobs({1: 10, 2: 20, 3: 30, 4: 40}, {7: 0, 8: 0}, {})
    assert {shares[4], shares[1]} != {shares[3]}
    loads = dict.fromkeys((7, 8), 0)
    for job, person in shares.items():
        loads[person] += {1: 10, 2: 20, 3: 30, 4: 40}[job]
    assert set(loads.values()) == {50}


def test_a_reviewer_does_not_get_the_job_while_there_is_somebody_else():
    assert spread_jobs({1: 10}, {7: 0, 8: 90}, {1: 7}) == {1: 8}
    assert spread_jobs({1: 10}, {7: 0}, {1: 7}) == {1: 7}


def test_whoever_has_no_room_gets_no_job_while_there_is_somebody_else():
    assert spread_jobs({1: 5, 2: 5, 3: 5}, {7: 0, 8: 90}, {}, {7: 1}) == {1: 7, 2: 8, 3: 8}
    assert spread_jobs({1: 5}, {7: 0}, {}, {7: 0}) == {1: 7}


@given(JOBS, PEOPLE)
def test_every_job_goes_to_one_of_the_people(left, held):
    shares = spread_jobs(left, held, {})
    assert shares.keys() == left.keys()
    assert set(shares.values()) <= held.keys()


@given(JOBS, st.lists(st.integers(1, 9), min_size=1, unique=True))
def test_people_who_hold_nothing_end_within_one_job_of_each_other(left, people):
    shares = spread_jobs(left, dict.fromkeys(people, 0), {})
    loads = {
        person: sum(left[job] for job, who in shares.items() if who == person) for person in people
    }
    assert max(loads.values()) - min(loads.values()) <= max(left.values(), default=0)
