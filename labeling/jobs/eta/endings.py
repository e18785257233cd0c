"""How works end in futures: the longest of the last items, what comes back, what was taken home."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeling.jobs.eta.drawing import FUTURES, uniform
from labeling.jobs.eta.facts import Floats, Integers
from labeling.jobs.eta.observing import Habits
from labeling.jobs.eta.staffing import Staffed
from labeling.jobs.eta.tails import HELD_SECONDS

ROUNDS = 4
"""How often the last items are looked at as sent back again."""
SOON_STEPS = 16
AT_WORK = 0.5
"""Share of the people who are at work when a batch ends."""


@dataclass(frozen=True)
class Ended:
    """A work that flowed to its end at one station, and the time that was free for it then.

    Attributes:
        kind, batch: of the draws.
        people: places of those who worked on it.
        begun: by future, the step in which they began.
        finish: seconds since 1970 by future, of everything but what was taken home.
    """

    kind: int
    batch: int
    people: Integers
    begun: Integers
    finish: Floats


class Homes:
    """When people are there, in futures: who is gone at a time, since when and until when.

    Arguments:
        edges: of the steps, in seconds since 1970.
        seconds: working time by step, person and future.
        numbers: of the people.
        chance: of going home in the middle of an item.
        before: when each did something last, in seconds since 1970, and for which batch.
    """

    def __init__(
        self,
        edges: Floats,
        seconds: Floats,
        numbers: Integers,
        chance: float,
        before: tuple[Floats, Integers],
    ) -> None:
        self.edges, self.numbers, self.chance, self.before = edges, numbers, chance, before
        is_there = seconds > 0
        steps = np.arange(len(seconds), dtype=np.int16)[:, None, None]
        self.last = np.maximum.accumulate(np.where(is_there, steps, np.int16(-1)), axis=0)
        never = np.int16(len(seconds))
        self.next = np.where(is_there, steps, never)
        np.minimum.accumulate(self.next[::-1], axis=0, out=self.next[::-1])

    def finish(self, ended: Sequence[Ended], free: Floats) -> list[Floats]:
        """When the last items of works are finished, in seconds since 1970 by future.

        Arguments:
            free: time that people have left, by step, person and future.
        """
        many = [each for each in ended if len(each.people) > 1]
        if not many:
            return [each.finish for each in ended]
        sizes = [len(each.people) for each in many]
        finish = np.array([each.finish for each in many])
        known = np.isfinite(finish)
        at = np.where(known, finish, self.edges[0])
        step = np.searchsorted(self.edges, at, side="right") - 1
        step = np.minimum(step, len(self.edges) - 2)
        begun = np.where(known, np.array([each.begun for each in many]), len(self.edges))
        people = np.concatenate([each.people for each in many])
        work = np.repeat(np.arange(len(many)), sizes)
        keys = np.repeat([(each.kind, each.batch) for each in many], sizes, axis=0)
        held = uniform(8, keys[:, 0], keys[:, 1], self.numbers[people]) < self.chance
        entry, future = np.nonzero(held)
        who, work = people[entry], work[entry]
        last = self.last[step[work, future], who, future].astype(np.int64)
        back = self.next[step[work, future], who, future]
        # Who has not been there since now may have taken an item home before.
        since = np.where(last < 0, self.before[0][who], self.edges[np.maximum(last, 0) + 1])
        lease = since + HELD_SECONDS
        is_out = (last < step[work, future]) & (last >= begun[work, future])
        is_out |= (last < 0) & (self.before[1][who] == keys[entry, 1])
        is_out &= lease > at[work, future]
        late = np.minimum(self.edges[back], lease)
        for place in np.flatnonzero(is_out & (lease < self.edges[back])).tolist():
            crew = many[work[place]].people
            late[place] = self._taken(float(lease[place]), crew, int(future[place]), free)
        np.maximum.at(finish, (work[is_out], future[is_out]), late[is_out])
        found = iter(finish)
        return [next(found) if len(each.people) > 1 else each.finish for each in ended]

    def at_work(self, crews: Sequence[Integers], ends: Floats) -> Floats:
        """The same ends, but where nobody of a crew is there at an end, when the first is back.

        Arguments:
            ends: seconds since 1970 by crew and future.
        """
        known = np.isfinite(ends)
        step = np.searchsorted(self.edges, np.where(known, ends, self.edges[0]), side="right") - 1
        step = np.minimum(step, len(self.edges) - 2)
        sizes = [len(crew) for crew in crews]
        work = np.repeat(np.arange(len(crews)), sizes)
        back = self.next[step[work], np.concatenate(crews)[:, None], np.arange(FUTURES)]
        starts = np.cumsum([0, *sizes[:-1]])
        first = np.minimum.reduceat(back, starts, axis=0)
        return np.where(known & (first > step), self.edges[first], ends)

    def _taken(self, at: float, people: Integers, future: int, free: Floats) -> float:
        """When somebody has time for an item that is back in the queue."""
        begin = int(np.searchsorted(self.edges, at))
        steps = len(self.edges) - 1
        while begin < steps:
            end = min(begin + SOON_STEPS, steps)
            is_free = np.any(free[begin:end, people, future] > 0, axis=1)
            if is_free.any():
                return float(self.edges[begin + int(np.argmax(is_free))])
            begin = end
        return float(self.edges[-1])


def last_items(plan: Sequence[Staffed], habits: Habits) -> Floats:
    """Seconds after the flow is over, by work and future: the longest item in anybody's hands.

    Everybody holds an item then. Those that are sent back are done again, fewer each time.
    """
    batches = np.array([each.work.batch for each in plan], dtype=np.int64)
    review = np.array([each.work.review for each in plan])[:, None]
    took = np.array([_usual(each.speed) for each in plan])
    decides = np.array([_usual(each.review_speed) for each in plan]) * review
    holding = np.array([min(len(each.labelers), max(each.work.to_do, 1)) for each in plan])
    held = np.repeat(holding[:, None] * AT_WORK, FUTURES, axis=1)
    again = np.array([each.rejection for each in plan]) * review
    total = np.zeros_like(held)
    for number in range(ROUNDS):
        chance, decision, luck = (uniform(kind, number, batches) for kind in (9, 11, 10))
        happens = luck < -np.expm1(-held) if number else np.True_
        last = took * habits.labeling.longest(held, chance) / (1 if number else 2)
        total += happens * (last + decides * habits.review.longest(held, decision))
        held = held * again
    return total


def _usual(speed: Floats) -> Floats:
    """Seconds an item, by future."""
    if not len(speed):
        return np.zeros(FUTURES)
    return np.asarray(1 / np.maximum(speed.mean(axis=0), 1e-6))
