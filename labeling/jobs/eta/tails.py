"""The long tail: items that somebody took home unfinished while all others are done.

Who goes home in the middle of an item finishes it when they come back, or, once the item has gone
back into the queue, somebody else does. A batch whose other items are finished by then waits for
it. How often that happens is told by how the team's finished batches ended.
"""

from collections.abc import Sequence

import numpy as np

from labeling.jobs.eta.counting import order_of, places
from labeling.jobs.eta.days import DAY, HOUR
from labeling.jobs.eta.facts import Acts, Did, Launch
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


def held_chance(acts: Acts, gaps: Gaps, launches: Sequence[Launch]) -> float:
    """The chance that somebody who goes home takes an item with them.

    Arguments:
        acts: in time order; `gaps` has the same by person.
    """
    ends = _ends(acts, launches)
    acts = gaps.acts
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


def _ends(acts: Acts, launches: Sequence[Launch]) -> list[tuple[Launch, float, float]]:
    """Finished batches: when their last items were to be expected, and when the last came."""
    if not len(acts):
        return []
    names, place = places(acts.batch)
    decided = acts.did != Did.DONE
    is_reviewed = np.zeros(len(names), dtype=np.bool_)
    is_reviewed[place[decided]] = True
    closes = (acts.did == Did.ACCEPTED) | ~(decided | is_reviewed[place])
    at, place = acts.at[closes], place[closes]
    order = order_of(place)
    at = at[order]
    starts = np.concatenate(([0], np.cumsum(np.bincount(place, minlength=len(names)))))
    of = {name: number for number, name in enumerate(names.tolist())}
    found = []
    for launch in launches:
        number = of.get(launch.batch)
        mine = at[:0] if number is None else at[starts[number] : starts[number + 1]]
        if launch.items and len(mine) >= launch.items:
            few = min(max(LAST_ITEMS, int(launch.items * LAST_SHARE)), (len(mine) - 1) // 2)
            if few:
                usual = 2 * mine[-1 - few] - mine[-1 - 2 * few]
                found.append((launch, float(usual), float(mine[-1])))
    return found
