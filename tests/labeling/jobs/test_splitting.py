"""Splitting items into shares: nothing lost, nothing doubled, and fair."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.jobs.splitting import split_items
from labeling.jobs.states import Split

item_lists = st.lists(st.integers(1, 10_000), unique=True, max_size=60)
people_lists = st.lists(st.integers(1, 50), unique=True, max_size=6)


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
    assert [share.person_id for share in shares] == (people if items else [])
    assert all(list(share.item_ids) == items for share in shares)


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


def test_600_items_become_12_jobs_as_the_preview_says() -> None:
    shares = split_items(list(range(600)), [], Split.SEGMENTS, segment_size=50)
    assert [len(share.item_ids) for share in shares] == [50] * 12
