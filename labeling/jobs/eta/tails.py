"""The long tail: items that somebody took home unfinished while all others are done.

Who goes home in the middle of an item finishes it when they come back, or, once the item has gone
back into the queue, somebody else does. A batch whose other items are finished by then waits for
it. How often that happens is told by how the team's finished batches ended.
"""

from collections.abc import Sequence

import numpy as np

from labeling.jobs.eta.days import DAY, HOUR
from labeling.jobs.eta.facts import Did, Floats, Integers, Launch
from labeling.jobs.eta.paces import Gaps

HELD_SECONDS = DAY
"""After so long an item goes back into the queue."""
GONE_SECONDS = 1.5 * HOUR
"""Whoever did nothing for so long has gone home."""
LATE_SECONDS = 3.0 * HOUR
"""A last item so much later than the others was held."""
PRIOR_HELD, PRIOR_HOMES = 0.03, 40.0
"""Chance of going home in the middle of an item, and how many times that somebody went home
weigh as much."""
LAST_SHARE, LAST_ITEMS = 0.01, 3
"""The last items of a batch: this share of them, at least so many."""


def held_chance(gaps: Gaps, launches: Sequence[Launch]) -> float:
    """The chance that somebody who goes home takes an item with them."""
    acts = gaps.acts
    ends = _ends(gaps, launches)
    if not ends:
        return PRIOR_HELD
    crews = [np.array(launch.people, dtype=np.int64) for launch, _usual, _end in ends]
    usual = np.repeat([each for _launch, each, _end in ends], [len(crew) for crew in crews])
    who = np.concatenate(crews)
    # Acts are in order of person and time; one number for both finds everybody's last one before.
    since = float(acts.at.min())
    span = float(acts.at.max()) - since + DAY
    low = int(min(acts.person.min(), who.min()))
    order = (acts.person - low) * span + (acts.at - since)
    last = np.searchsorted(order, (who - low) * span + (usual - since), side="right") - 1
    gone = usual - acts.at[last]
    number = np.repeat([launch.batch for launch, _usual, _end in ends], [len(c) for c in crews])
    was_there = (last >= 0) & (acts.person[last] == who) & (acts.batch[last] == number)
    homes = int((was_there & (gone > GONE_SECONDS) & (gone < HELD_SECONDS)).sum())
    held = sum(end > expected + LATE_SECONDS for _launch, expected, end in ends)
    return float((held + PRIOR_HELD * PRIOR_HOMES) / (max(homes, held) + PRIOR_HOMES))


def _ends(gaps: Gaps, launches: Sequence[Launch]) -> list[tuple[Launch, float, float]]:
    """Finished batches: when their last items were to be expected, and when the last came."""
    acts = gaps.acts
    decided = acts.did != Did.DONE
    reviewed = set(np.unique(acts.batch[decided]).tolist())
    closes = acts.did == Did.ACCEPTED
    closes |= ~decided & ~np.isin(acts.batch, list(reviewed))
    at, batch = acts.at[closes], acts.batch[closes]
    order = np.lexsort((at, batch))
    at, batch = at[order], batch[order]
    found = []
    for launch in launches:
        begin, end = np.searchsorted(batch, (launch.batch, launch.batch + 1))
        if launch.items and end - begin >= launch.items:
            mine = at[begin:end]
            few = min(max(LAST_ITEMS, int(launch.items * LAST_SHARE)), (len(mine) - 1) // 2)
            if few:
                usual = 2 * mine[-1 - few] - mine[-1 - 2 * few]
                found.append((launch, float(usual), float(mine[-1])))
    return found


class Homes:
    """When people are there, in futures: who is gone at a time, since when and until when.

    Arguments:
        edges: of the steps, in seconds since 1970.
        seconds: working time by person, future and step.
        chance: of going home in the middle of an item.
    """

    def __init__(self, edges: Floats, seconds: Floats, chance: float) -> None:
        self.edges, self.chance = edges, chance
        is_there = seconds > 0
        steps = np.arange(seconds.shape[2], dtype=np.int16)
        none = np.int16(-1)
        self.last = np.maximum.accumulate(np.where(is_there, steps, none), axis=2)
        none = np.int16(len(steps))
        self.next = np.minimum.accumulate(np.where(is_there, steps, none)[:, :, ::-1], axis=2)[
            :, :, ::-1
        ]

    def last_item(
        self, people: Integers, finish: Floats, begun: Integers, dice: Floats, free: Floats
    ) -> Floats:
        """When the last item is finished, where everything else is at `finish`.

        Arguments:
            people: places of those who work on it.
            finish: seconds since 1970 by future.
            begun: by future, the step in which they began.
            dice: uniform draws by person and future.
            free: time that people have left, by person, future and step.
        """
        ends = np.isfinite(finish)
        at = np.where(ends, finish, self.edges[0])
        step = np.searchsorted(self.edges, at, side="right") - 1
        step = np.minimum(step, len(self.edges) - 2)
        future = np.arange(len(finish))
        last = self.last[people[:, None], future, step].astype(np.int64)
        lease = self.edges[np.maximum(last, 0) + 1] + HELD_SECONDS
        held = (last < step) & (last >= begun) & (lease > at) & (dice < self.chance) & ends
        if not held.any():
            return finish
        back = self.edges[np.minimum(self.next[people[:, None], future, step], len(self.edges) - 1)]
        late = np.where(held, np.minimum(back, lease), 0.0).max(axis=0)
        # Whoever is back goes on with it; an item in the queue waits for somebody with time.
        for each in np.flatnonzero((held & (lease < back)).any(axis=0)).tolist():
            begin = int(np.searchsorted(self.edges, late[each]))
            is_free = np.append(np.any(free[people, each, begin:] > 0, axis=0), True)
            late[each] = self.edges[min(begin + int(np.argmax(is_free)), len(self.edges) - 1)]
        return np.asarray(np.maximum(finish, late))
