"""Dealing jobs out anew: nothing is lost, little moves, everybody comes close to their share."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from labeling.jobs.rebalancing import Dealt, OpenJob, Seat, deal
from labeling.jobs.spreading import Able, shares_of_people
from labeling.jobs.states import Spread

PEOPLE = (1, 2, 3, 4)
holders = st.none() | st.sampled_from([*PEOPLE, 9])
jobs_lists = st.lists(
    st.tuples(
        holders, st.integers(1, 40), st.none() | st.sampled_from(PEOPLE), st.none() | st.just(7)
    ),
    max_size=14,
).map(lambda rows: [OpenJob(at, *row) for at, row in enumerate(rows, 1)])
simple_jobs = st.lists(st.tuples(holders, st.integers(1, 40)), max_size=14).map(
    lambda rows: [OpenJob(at, *row) for at, row in enumerate(rows, 1)]
)
limits = st.tuples(st.none() | st.integers(0, 60), st.none() | st.integers(0, 4))


def seated(jobs: list[OpenJob], bounds: list | None = None) -> dict[int, Seat]:
    """Equal shares for all people, within their limits."""
    rooms = dict(zip(PEOPLE, bounds or [(None, None)] * 4, strict=True))
    able = [
        Able(person, most_items=items, most_jobs=count) for person, (items, count) in rooms.items()
    ]
    shares = shares_of_people(sum(job.items for job in jobs), able, Spread.EQUAL)
    return {person: Seat(shares[person], *rooms[person]) for person in PEOPLE}


def had(dealt: list[Dealt]) -> Counter:
    """Items by owner afterwards."""
    counts: Counter = Counter()
    for each in dealt:
        for owner, items in each.pieces:
            counts[owner] += items
    return counts


@given(jobs_lists, st.lists(limits, min_size=4, max_size=4), st.booleans())
def test_every_item_is_somewhere_and_every_rule_is_kept(jobs, bounds, may_cut):
    dealt = deal(jobs, seated(jobs, bounds), may_cut=may_cut)
    assert [each.job for each in dealt] == jobs
    for each in dealt:
        assert sum(items for _owner, items in each.pieces) == each.job.items
        assert all(items > 0 for _owner, items in each.pieces)
        assert each.job.barred not in [owner for owner, _items in each.pieces if owner]
        assert (may_cut and each.job.segment is None) or len(each.pieces) == 1
    for person, (most_items, most_jobs) in zip(PEOPLE, bounds, strict=True):
        own = [items for each in dealt for owner, items in each.pieces if owner == person]
        assert most_items is None or sum(own) <= most_items
        assert most_jobs is None or len(own) <= most_jobs
    of_segment = [
        owner for each in dealt if each.job.segment for owner, _items in each.pieces if owner
    ]
    assert len(of_segment) == len(set(of_segment))


@given(simple_jobs)
def test_with_cuts_the_shares_come_out_even(jobs):
    after = had(deal(jobs, seated(jobs)))
    counts = [after[person] for person in PEOPLE]
    assert max(counts) - min(counts) <= 1
    assert None not in after


@given(simple_jobs)
def test_without_cuts_nobody_is_more_than_a_job_from_the_others(jobs):
    after = had(deal(jobs, seated(jobs), may_cut=False))
    counts = [after[person] for person in PEOPLE]
    assert max(counts) - min(counts) <= 2 * max((job.items for job in jobs), default=0)


@given(simple_jobs)
def test_what_is_even_already_stays(jobs):
    first = deal(jobs, seated(jobs))
    pieces = [piece for each in first for piece in each.pieces]
    again = [OpenJob(at, owner, items) for at, (owner, items) in enumerate(pieces, 1)]
    assert not [each for each in deal(again, seated(again)) if each.is_moved]


@given(jobs_lists, st.lists(limits, min_size=4, max_size=4), st.booleans())
def test_the_same_question_has_the_same_answer(jobs, bounds, may_cut):
    first = deal(jobs, seated(jobs, bounds), may_cut=may_cut)
    assert first == deal(jobs, seated(jobs, bounds), may_cut=may_cut)


def test_the_job_of_somebody_who_is_away_goes_to_whoever_lacks_most():
    jobs = [OpenJob(1, 9, 10), OpenJob(2, 1, 30), OpenJob(3, 2, 10)]
    dealt = deal(jobs, {1: Seat(25), 2: Seat(25)}, may_cut=False)
    assert [each.pieces for each in dealt] == [((2, 10),), ((1, 30),), ((2, 10),)]


def test_one_large_job_is_cut_and_its_beginning_stays_with_its_holder():
    (dealt,) = deal([OpenJob(1, 2, 90)], {1: Seat(30), 2: Seat(60)})
    assert dealt.pieces == ((2, 60), (1, 30))
