"""What was known at a moment of a recorded history, and nothing that came later."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from labeling.jobs.eta.facts import Did, Facts, Flags, Floats, Integers, Launch, Work
from labeling.jobs.eta.history import History, PlannedBatch

ENOUGH_TO_REVIEW = 15
"""With fewer items waiting, a reviewer waits for more as well as works."""
SHORT_PAUSE = 600.0
"""Seconds without work that are not worth telling apart."""

Spans = tuple[Floats, Floats]


@dataclass(frozen=True)
class Course:
    """How a batch went: by each of its acts, the counts after it.

    Attributes:
        at: seconds since 1970.
        to_do, to_review, closed: items.
    """

    at: Floats
    to_do: Integers
    to_review: Integers
    closed: Integers

    def last(self, at: float) -> int:
        """The place of the last act up to and at this time; -1 before the first."""
        return int(np.searchsorted(self.at, at, side="right")) - 1

    def when(self, closed: int) -> float | None:
        """When so many items were closed for the first time."""
        reached = np.flatnonzero(self.closed >= closed)
        return float(self.at[reached[0]]) if len(reached) else None


class Replay:
    """A history that can be looked at as of any moment."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.courses = _courses(history)
        self._open = {
            batch.id: _spans(batch, self.courses[batch.id].to_do > len(batch.people), self.courses)
            for batch in history.batches.values()
        }
        self._reviewable = {
            batch.id: _spans(
                batch, self.courses[batch.id].to_review >= ENOUGH_TO_REVIEW, self.courses
            )
            for batch in history.batches.values()
            if batch.review
        }

    def facts(self, at: float) -> Facts:
        """The facts at this time, in seconds since 1970."""
        history = self.history
        launched = [batch for batch in history.batches.values() if batch.launched <= at]
        return Facts(
            now=datetime.fromtimestamp(at, UTC),
            zone=history.zone,
            works=[work for batch in launched if (work := self._work(batch, at))],
            acts=history.acts.until(at),
            idle=self._idle(launched, at),
            launches=[
                Launch(batch.launched, batch.id, batch.priority, batch.items, batch.people)
                for batch in launched
            ],
        )

    def _work(self, batch: PlannedBatch, at: float) -> Work | None:
        """What is left of a batch; None when it is finished."""
        course = self.courses[batch.id]
        last = course.last(at)
        to_do, to_review = batch.items, 0
        if last >= 0:
            to_do, to_review = int(course.to_do[last]), int(course.to_review[last])
        if to_do + to_review == 0:
            return None
        return Work(
            key=str(batch.id),
            batch=batch.id,
            order=(batch.priority, int(batch.launched), batch.id),
            people=batch.people,
            to_do=to_do,
            to_review=to_review,
            review=batch.review,
        )

    def _idle(
        self, launched: Iterable[PlannedBatch], at: float
    ) -> dict[int, list[tuple[float, float]]]:
        acts = self.history.acts.until(at)
        reviewers = set(np.unique(acts.person[acts.did != Did.DONE]).tolist())
        busy: dict[int, list[Spans]] = defaultdict(list)
        for batch in launched:
            for person in batch.people:
                busy[person].append(self._open[batch.id])
            for person in reviewers if batch.review else ():
                busy[person].append(self._reviewable[batch.id])
        people = {*self.history.people, *reviewers, *busy}
        return {person: _without(busy[person], at) for person in people}


def _courses(history: History) -> dict[int, Course]:
    """Every batch's course, item by item; what is done twice counts once."""
    rows: dict[int, list[tuple[float, int, int, int]]] = {id_: [] for id_ in history.batches}
    counts = {id_: [batch.items, 0, 0] for id_, batch in history.batches.items()}
    states: dict[tuple[int, int | str], int] = {}
    acts = history.acts
    for at, id_, did, item in zip(
        acts.at.tolist(), acts.batch.tolist(), acts.did.tolist(), history.items, strict=True
    ):
        before = states.get((id_, item), 0)
        after = _state_after(before, did, review=history.batches[id_].review)
        states[id_, item] = after
        count = counts[id_]
        count[before] -= 1
        count[after] += 1
        rows[id_].append((at, max(count[0], 0), count[1], count[2]))
    found = {}
    for id_, lines in rows.items():
        table = np.array(lines, dtype=np.float64).reshape(-1, 4)
        to_do, to_review, closed = table[:, 1:].astype(np.int64).T
        found[id_] = Course(table[:, 0], to_do, to_review, closed)
    return found


def _state_after(before: int, did: int, *, review: bool) -> int:
    """0 to do, 1 waits for review, 2 closed."""
    if did == Did.ACCEPTED:
        return 2
    if did == Did.REJECTED:
        return 0
    return max(before, 1 if review else 2)


def _spans(batch: PlannedBatch, is_open: Flags, courses: dict[int, Course]) -> Spans:
    """From when to when something was so; it may end at infinity."""
    times = np.concatenate(([batch.launched], courses[batch.id].at, [np.inf]))
    begins_open = not batch.review or len(is_open) == 0 or bool(is_open[0])
    flags = np.concatenate(([begins_open], is_open, [False])).astype(np.int8)
    change = np.diff(flags, prepend=0)
    return times[change == 1], times[change == -1]


def _without(busy: list[Spans], at: float) -> list[tuple[float, float]]:
    """The spans until now in which there was nothing, short ones left out."""
    if not busy:
        return [(0.0, at)]
    begins = np.concatenate([spans[0] for spans in busy])
    ends = np.concatenate([spans[1] for spans in busy])
    seen = begins <= at
    begins, ends = begins[seen], np.minimum(ends[seen], at)
    order = np.argsort(begins, kind="stable")
    begins, ends = begins[order], np.maximum.accumulate(ends[order])
    before = np.concatenate(([0.0], ends))
    after = np.concatenate((begins, [at]))
    is_long = after - before > SHORT_PAUSE
    return list(zip(before[is_long].tolist(), after[is_long].tolist(), strict=True))
