"""Splitting items into shares: nothing lost, nothing doubled, and fair."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.jobs.splitting import split_items
from labeling.jobs.spreading import Able
from labeling.jobs.states import Split, Spread

item_lists = st.lists(st.integers(1, 10_000), unique=True, max_size=60)
people_lists = st.lists(st.integers(1, 50), unique=True, max_size=6).map(
    lambda ids: [Able(person) for person in ids]
)
limited = st.builds(
    Able,
    person_id=st.just(0),
    weight=st.integers(0, 9),
    item_seconds=st.integers(1, 300),
    seconds_ahead=st.integers(0, 5_000),
    most_items=st.none() | st.integers(0, 70),
    most_jobs=st.none() | st.integers(0, 4),
)
limited_lists = st.lists(limited, max_size=6).map(
    lambda people: [
        Able(
            at, each.weight, each.item_seconds, each.seconds_ahead, each.most_items, each.most_jobs
        )
        for at, each in enumerate(people, 1)
    ]
)
splits = st.sampled_from([Split.ORDERED, Split.SHUFFLED, Split.SEGMENTS])
spreads = st.sampled_from([Spread.EQUAL, Spread.WEIGHTS, Spread.PACE])


@given(item_lists, people_lists, st.integers(1, 4), st.integers())
def test_even_splits_give_each_item_to_one_share(items, people, jobs, seed) -> None:
    for how in (Split.ORDERED, Split.SHUFFLED):
        shares = split_items(items, people, how, seed=seed, jobs_a_person=jobs)
        given_out = [item for share in shares for item in share.item_ids]
        assert sorted(given_out) == sorted(items)
        sizes = [len(share.item_ids) for share in shares]
        if sizes and len(shares) == len(people) * jobs:
            assert max(sizes) - min(sizes) <= 1


@given(item_lists, people_lists)
def test_an_ordered_split_keeps_the_order(items, people) -> None:
    shares = split_items(items, people, Split.ORDERED)
    assert [item for share in shares for item in share.item_ids] == items


@given(item_lists, people_lists, st.integers())
def test_the_same_seed_gives_the_same_shares(items, people, seed) -> None:
    first = split_items(items, people, Split.SHUFFLED, seed=seed)
    assert first == split_items(items, people, Split.SHUFFLED, seed=seed)


@given(item_lists, people_lists)
def test_everybody_gets_everything_when_each_is_asked_for(items, people) -> None:
    shares = split_items(items, people, Split.EACH)
    wanted = [person.person_id for person in people]
    assert [share.person_id for share in shares] == (wanted if items else [])
    assert all(list(share.item_ids) == items for share in shares)
    assert {share.segment for share in shares} <= ({0} if len(people) > 1 else {None})


@given(item_lists, st.integers(1, 20))
def test_segments_fill_the_pool_in_order(items, size) -> None:
    shares = split_items(items, [], Split.SEGMENTS, segment_size=size)
    assert [item for share in shares for item in share.item_ids] == items
    assert all(share.person_id is None for share in shares)
    assert all(len(share.item_ids) == size for share in shares[:-1])


def test_segments_without_a_size_are_refused() -> None:
    with pytest.raises(ValueError, match="positive size"):
        split_items([1, 2], [], Split.SEGMENTS)


def test_without_people_an_even_split_is_one_job_of_the_pool() -> None:
    (share,) = split_items([3, 1, 2], [], Split.ORDERED)
    assert (share.person_id, share.item_ids) == (None, (3, 1, 2))


def test_600_items_become_12_jobs_as_the_readme_says() -> None:
    people = [Able(1, most_jobs=5), Able(2, most_jobs=5)]
    shares = split_items(list(range(600)), people, Split.SEGMENTS, segment_size=50)
    assert [len(share.item_ids) for share in shares] == [50] * 12
    assert Counter(share.person_id for share in shares) == {1: 5, 2: 5, None: 2}


@given(item_lists, limited_lists, splits, spreads, st.integers(1, 4), st.integers(1, 9))
def test_each_item_has_as_many_people_as_asked_and_none_of_them_twice(
    items, people, how, spread, overlap, size
) -> None:
    shares = split_items(
        items, people, how, spread=spread, seed=1, segment_size=size, overlap=overlap
    )
    places = Counter(item for share in shares for item in share.item_ids)
    assert places == dict.fromkeys(items, overlap)
    of_people = [
        (share.person_id, item) for share in shares if share.person_id for item in share.item_ids
    ]
    assert len(of_people) == len(set(of_people))


@given(item_lists, limited_lists, splits, st.integers(1, 3), st.integers(1, 4), st.integers(1, 9))
def test_limits_of_items_and_of_jobs_are_kept(items, people, how, overlap, jobs, size) -> None:
    shares = split_items(
        items, people, how, seed=1, segment_size=size, overlap=overlap, jobs_a_person=jobs
    )
    for person in people:
        own = [share for share in shares if share.person_id == person.person_id]
        assert person.most_jobs is None or len(own) <= person.most_jobs
        count = sum(len(share.item_ids) for share in own)
        assert person.most_items is None or count <= person.most_items


@given(item_lists, limited_lists, splits, st.integers(2, 4), st.integers(1, 9))
def test_jobs_of_one_segment_hold_the_same_items_for_different_people(
    items, people, how, overlap, size
) -> None:
    shares = split_items(items, people, how, seed=1, segment_size=size, overlap=overlap)
    by_segment: dict[int | None, list] = {}
    for share in shares:
        by_segment.setdefault(share.segment, []).append(share)
    for alike in by_segment.values():
        assert len({share.item_ids for share in alike}) == 1
        assert len(alike) == overlap
        owners = [share.person_id for share in alike if share.person_id]
        assert len(owners) == len(set(owners))


@given(item_lists, limited_lists, splits, st.sampled_from(Spread), st.integers(1, 3))
def test_the_same_question_has_the_same_answer(items, people, how, spread, overlap) -> None:
    asked = {"spread": spread, "seed": 5, "segment_size": 4, "overlap": overlap}
    assert split_items(items, people, how, **asked) == split_items(items, people, how, **asked)


def test_two_people_an_item_among_four_need_two_segments() -> None:
    shares = split_items(range(100), [Able(at) for at in (1, 2, 3, 4)], Split.ORDERED, overlap=2)
    assert [(each.person_id, each.segment, len(each.item_ids)) for each in shares] == [
        (1, 0, 50),
        (2, 1, 50),
        (3, 0, 50),
        (4, 1, 50),
    ]


def test_too_few_people_for_an_overlap_leave_the_rest_to_others_from_the_pool() -> None:
    shares = split_items(range(10), [Able(1)], Split.ORDERED, overlap=3)
    assert [(each.person_id, len(each.item_ids)) for each in shares] == [
        (1, 10),
        (None, 10),
        (None, 10),
    ]


def test_what_limits_leave_goes_to_the_pool_in_jobs_no_larger_than_those_of_people() -> None:
    shares = split_items(
        range(100), [Able(1, most_items=30), Able(2, most_items=20)], Split.ORDERED
    )
    assert [(each.person_id, len(each.item_ids)) for each in shares] == [
        (1, 30),
        (2, 20),
        (None, 25),
        (None, 25),
    ]
