"""How the items of a batch become jobs: one pure function, used by the preview and the launch."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from labeling.jobs.states import Split


@dataclass(frozen=True)
class Share:
    """One job to be: who gets it (None is the pool) and which items, by id, in order."""

    person_id: int | None
    item_ids: tuple[int, ...]


def split_items(
    item_ids: Sequence[int],
    person_ids: Sequence[int],
    how: Split,
    *,
    seed: int | None = None,
    segment_size: int | None = None,
    jobs_a_person: int = 1,
) -> list[Share]:
    """Divide items into shares.

    Arguments:
        item_ids: in the order of their dataset.
        person_ids: in the order in which they were chosen.
        seed: of the shuffle; the same seed gives the same shares.
        segment_size: items in one share, for segments.
        jobs_a_person: into how many jobs an even share is cut.

    Every split but `each` puts each item into exactly one share. Even shares differ by at most one
    item, and the first people get the larger ones. Without people an even split leaves everything
    in the pool as one job. Empty shares are left out.

    Raises:
        ValueError: segments without a positive size.
    """
    if how == Split.SEGMENTS:
        if not segment_size or segment_size < 1:
            raise ValueError("segments need a positive size")
        starts = range(0, len(item_ids), segment_size)
        return [Share(None, tuple(item_ids[at : at + segment_size])) for at in starts]
    if how == Split.EACH:
        return [Share(person, tuple(item_ids)) for person in person_ids if item_ids]
    ordered = list(item_ids)
    if how == Split.SHUFFLED:
        random.Random(seed).shuffle(ordered)  # noqa: S311 a repeatable order, no secret
    owners: list[int | None] = [person for person in person_ids for _ in range(jobs_a_person)]
    return _even(ordered, owners or [None])


def _even(item_ids: Sequence[int], owners: Sequence[int | None]) -> list[Share]:
    size, larger = divmod(len(item_ids), len(owners))
    shares, at = [], 0
    for index, owner in enumerate(owners):
        end = at + size + (1 if index < larger else 0)
        if end > at:
            shares.append(Share(owner, tuple(item_ids[at:end])))
        at = end
    return shares
