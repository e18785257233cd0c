"""Spreading jobs over people: as even as the jobs allow, by what people hold already."""

from hypothesis import given
from hypothesis import strategies as st

from labeling.jobs.spreading import held_items, spread
from tests.factories import JobFactory

JOBS = st.dictionaries(st.integers(1, 40), st.integers(0, 60), max_size=30)
PEOPLE = st.dictionaries(st.integers(1, 9), st.integers(0, 100), min_size=1)


def test_whoever_holds_least_gets_the_next_job():
    assert spread({1: 10, 2: 10}, {7: 15, 8: 0}, {}) == {1: 8, 2: 8}
    assert spread({1: 10, 2: 10}, {7: 5, 8: 0}, {}) == {1: 8, 2: 7}


def test_the_largest_jobs_go_first_so_that_the_shares_come_out_even():
    shares = spread({1: 10, 2: 20, 3: 30, 4: 40}, {7: 0, 8: 0}, {})
    assert {shares[4], shares[1]} != {shares[3]}
    loads = dict.fromkeys((7, 8), 0)
    for job, person in shares.items():
        loads[person] += {1: 10, 2: 20, 3: 30, 4: 40}[job]
    assert set(loads.values()) == {50}


def test_a_reviewer_does_not_get_the_job_while_there_is_somebody_else():
    assert spread({1: 10}, {7: 0, 8: 90}, {1: 7}) == {1: 8}
    assert spread({1: 10}, {7: 0}, {1: 7}) == {1: 7}


@given(JOBS, PEOPLE)
def test_every_job_goes_to_one_of_the_people(left, held):
    shares = spread(left, held, {})
    assert shares.keys() == left.keys()
    assert set(shares.values()) <= held.keys()


@given(JOBS, st.lists(st.integers(1, 9), min_size=1, unique=True))
def test_people_who_hold_nothing_end_within_one_job_of_each_other(left, people):
    shares = spread(left, dict.fromkeys(people, 0), {})
    loads = {
        person: sum(left[job] for job, who in shares.items() if who == person) for person in people
    }
    assert max(loads.values()) - min(loads.values()) <= max(left.values(), default=0)


def test_only_unfinished_live_jobs_weigh(act, labeled, batch, annotator, annotator2, manager):
    JobFactory.create(batch=batch, annotator=annotator, size=4)
    stopped = JobFactory.create(batch=batch, annotator=annotator, size=5)
    act(manager, stopped, "stop")
    aside = JobFactory.create(batch=batch, annotator=annotator2, size=2)
    people = [annotator.pk, annotator2.pk]
    assert held_items(batch.team_id, people, []) == {annotator.pk: 4, annotator2.pk: 2}
    assert held_items(batch.team_id, people, [aside.pk])[annotator2.pk] == 0
