"""What an estimate rests on: people, work, and what was done so far. No queries, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import IntEnum
from typing import Any, Self

import numpy as np
from django.utils.functional import Promise
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Did(IntEnum):
    """What somebody did to an item."""

    DONE = 0
    ACCEPTED = 1
    REJECTED = 2


@dataclass(frozen=True)
class Acts:
    """What was done, one entry an act in each column, in time order.

    Attributes:
        at: seconds since 1970.
        person, batch: who did it, for which batch.
        did: a `Did`.
    """

    at: Floats
    person: Integers
    batch: Integers
    did: Integers

    @classmethod
    def of(cls, rows: Iterable[tuple[float, int, int, int]]) -> Self:
        """From rows of (seconds since 1970, person, batch, `Did`)."""
        table = np.array(list(rows), dtype=np.float64).reshape(-1, 4)
        person, batch, did = table[:, 1:].astype(np.int64).T
        return cls(table[:, 0], person, batch, did)

    def until(self, at: float) -> "Acts":
        """Those up to and at this time."""
        end = int(np.searchsorted(self.at, at, side="right"))
        return Acts(self.at[:end], self.person[:end], self.batch[:end], self.did[:end])

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True)
class Hours:
    """When somebody works, where that was set.

    Attributes:
        week: seven lists, Monday first, of (from, to) in minutes after midnight.
        days_off: ISO dates.
    """

    week: Sequence[Sequence[tuple[int, int]]]
    days_off: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Work:
    """Open work that is done in one place of the queue: a batch, a job, or a share of a batch.

    Attributes:
        key: names it in the answer.
        batch: whose pace and rejections it goes by.
        order: its place in the queue; the smaller goes first, and the first number is a level of
            priority, the same as in `Launch`; levels count from 1.
        people: who may do it; empty means nobody can.
        to_do: items that still have to be done, those that were sent back included.
        to_review: items that are done and wait for a decision.
        review: whether items have to be accepted.
        reviewers: who may decide; None means whoever decides in this team.
        groups: what else is finished once all its work is (batch, project, person).
        is_paused: whether nobody can take from it now.
    """

    key: str
    batch: int
    order: tuple[int, ...]
    people: Sequence[int]
    to_do: int
    to_review: int = 0
    review: bool = False
    reviewers: Sequence[int] | None = None
    groups: Sequence[str] = ()
    is_paused: bool = False


@dataclass(frozen=True)
class Launch:
    """A batch that was launched before now, finished or not: what may come again.

    Attributes:
        at: seconds since 1970.
        batch: whose pace it went by.
        level: its priority, the smaller goes first.
        items: how many it had.
        people: who could do it.
    """

    at: float
    batch: int
    level: int
    items: int
    people: Sequence[int]


@dataclass(frozen=True)
class Facts:
    """Everything that is known now.

    Attributes:
        now: the moment of the estimate; acts and launches after it are not looked at.
        zone: whose days are counted.
        acts: what was done, in time order; six weeks of it are enough.
        idle: by person, spans (from, to) in seconds since 1970 in which they had nothing to do,
            so that a quiet day is not taken for an absence; who is not named always had some,
            from their first act on.
        hours: set working hours by person, in `zone`.
        launches: past launches, from which those to come are drawn; none means that none come.
    """

    now: datetime
    zone: tzinfo
    works: Sequence[Work]
    acts: Acts
    idle: Mapping[int, Sequence[tuple[float, float]]] = field(default_factory=dict)
    hours: Mapping[int, Hours] = field(default_factory=dict)
    launches: Sequence[Launch] = ()


@dataclass(frozen=True)
class Finish:
    """When something will be finished.

    Attributes:
        p10, p50, p90: by then it is finished in 1, 5, 9 of ten cases; None without evidence.
        reason: why there is no estimate; empty when there is one.
    """

    p10: datetime | None = None
    p50: datetime | None = None
    p90: datetime | None = None
    reason: str | Promise = ""
