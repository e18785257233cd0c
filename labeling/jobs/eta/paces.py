"""How long an item takes whom, as the gaps between their acts say.

Time between two acts counts as work only while it is short; what is longer is a break. A pace is
working time by items, so that pace and working days (see `days`) always multiply to what was
really done. What few items say about a person on a batch is shrunk to what the person and the
batch are like, and that to the team.
"""

from dataclasses import dataclass, field

import numpy as np

from labeling.jobs.eta.counting import order_of, places
from labeling.jobs.eta.facts import Acts, Did, Flags, Floats, Integers

GAPS_TO_A_BREAK = 8.0
"""A gap of so many usual ones is a break, within these bounds in seconds."""
SHORTEST_BREAK, LONGEST_WORK = 240.0, 3_600.0
MEMORY_ITEMS = 400.0
"""An item so many items ago counts a third."""
SHRINK_ITEMS = 20.0
"""After so many items a person's own pace on a batch counts half."""
SHRINK_PAIRS = 0.4
"""A person or batch seen in so many pairs is half believed to be different."""
LEARNING_EDGES = np.array([3, 8, 15, 30, 60, 100])
STEADY_ITEMS = 150
"""Pairs with so many items say how learning goes."""
LEARNING_PRIOR = 40.0
DEFAULT_PACE = 60.0
REVIEW_SHARE = 0.35
"""What deciding takes of doing, until it is seen."""
SPREAD = 0.4
"""Sigma of the logarithm by which unseen people, and unseen batches, differ."""
FLOOR = 0.05
"""Sigma of the logarithm of a pace that was seen often."""

COMMON_SIGMA, COMMON_PRIOR = 0.16, 3.0
"""Sigma of the logarithm by which all paces move together before a team was seen for weeks, and
how many weeks of a team's own say as much."""
WEEK_SECONDS, WEEKS_BEFORE, HINDCASTS = 7 * 86_400.0, 2, 5
"""A hindcast looks back on so many weeks and is held against one; so many are made."""
TOLD_ITEMS, TOLD_PAIRS = 20, 3
"""Items before and after that make a pair count, and pairs that make a hindcast."""
RATIOS, MOST_LENGTHS = 200, 20_000
"""So many lengths of single items are kept."""
USUAL_RATIOS = np.linspace(0.0, 1.0, RATIOS + 2)[1:-1]
USUAL_RATIOS = -np.log(1 - USUAL_RATIOS)
"""Lengths of items before any was seen: of no usual length, as waiting times are."""


@dataclass(frozen=True)
class Gaps:
    """The acts by person and time, with the time that each took.

    Attributes:
        took: seconds; 0 after a break.
        lasted: seconds, breaks included; infinite for a person's first.
    """

    acts: Acts
    took: Floats
    lasted: Floats

    @property
    def is_review(self) -> Flags:
        """Which acts are decisions."""
        return np.not_equal(self.acts.did, Did.DONE)


def gaps_of(acts: Acts) -> Gaps:
    """The time of each act since the same person's last, breaks left out."""
    order = order_of(places(acts.person)[1])
    acts = Acts(acts.at[order], acts.person[order], acts.batch[order], acts.did[order])
    gap = np.diff(acts.at, prepend=np.nan)
    first = np.diff(acts.person, prepend=-1) != 0
    gap[first] = np.inf
    # By person, and there by station: the bound of a gap is that of the act that ends it.
    starts = np.append(np.flatnonzero(first), len(gap))
    is_review = acts.did != Did.DONE
    is_work = np.zeros(len(gap), dtype=np.bool_)
    for begin, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        for review in (False, True):
            mine = np.flatnonzero(is_review[begin:end] == review) + begin
            if len(mine):
                gaps = gap[mine]
                middle = (len(mine) - 1) // 2
                usual = np.partition(gaps, middle)[middle]
                bound = np.clip(usual * GAPS_TO_A_BREAK, SHORTEST_BREAK, LONGEST_WORK)
                is_work[mine] = gaps <= bound
    return Gaps(acts, np.where(is_work, gap, 0.0), gap)


@dataclass(frozen=True)
class Pairs:
    """People on batches.

    Attributes:
        low, width: the least number of a batch, and how many numbers there are.
        names: person times `width` plus batch minus `low`, in order.
        logs: logarithm of the seconds an item.
        items: how many items say so.
    """

    low: int
    width: int
    names: Integers
    logs: Floats
    items: Floats

    def of(self, people: Integers, batches: Integers) -> tuple[Floats, Floats]:
        """Logarithms and how many items say so; none where nothing was seen."""
        if not len(self.names):
            return np.zeros(len(people)), np.zeros(len(people))
        wanted = people * self.width + batches - self.low
        place = np.minimum(np.searchsorted(self.names, wanted), len(self.names) - 1)
        inside = (batches >= self.low) & (batches < self.low + self.width)
        is_seen = inside & (self.names[place] == wanted)
        return np.where(is_seen, self.logs[place], 0.0), np.where(is_seen, self.items[place], 0.0)


NO_PAIRS = Pairs(0, 1, np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))


@dataclass(frozen=True)
class Station:
    """Paces at one station, labeling or review.

    Attributes:
        usual: logarithm of the team's seconds an item.
        persons, batches: logarithm of how much slower each is, and how many items say so.
        pairs: what was seen of single people on single batches.
        seen: acts at this station.
        ratios: how long single items last, with the breaks that fall into them, against the work
            in an average one; in order, evenly many of each length.
        common: sigma of the logarithm by which all paces move together.
    """

    usual: float
    persons: dict[int, tuple[float, float]]
    batches: dict[int, tuple[float, float]]
    pairs: Pairs
    seen: int
    ratios: Floats = field(default_factory=lambda: USUAL_RATIOS)
    common: float = COMMON_SIGMA

    def longest(self, count: Floats, chance: Floats) -> Floats:
        """Draws of how long the longest of so many items takes, against the average of one."""
        place = chance ** (1 / np.maximum(count, 1.0)) * len(self.ratios)
        return np.asarray(self.ratios[np.minimum(place.astype(np.int64), len(self.ratios) - 1)])

    def paces(
        self, people: Integers, batches: Integers, who: Integers, which: Integers
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """For each person on a batch the logarithm of the seconds an item, and what it may be off.

        The sigmas are that of each entry for what all of its person's share, that of each batch
        for what all of it share, and that of each entry for the rest.

        Arguments:
            who, which: places in `people` and `batches`, of the same length.
        """
        person, evidence = _looked_up(self.persons, people)
        batch, known = _looked_up(self.batches, batches)
        own, count = self.pairs.of(people[who], batches[which])
        rest = SHRINK_ITEMS / (count + SHRINK_ITEMS)
        pair = np.hypot(FLOOR, np.minimum(0.15 * rest + 1.0 / np.sqrt(count + 25), 0.2))
        return (
            own * (1 - rest) + (self.usual + person[who] + batch[which]) * rest,
            rest * (SPREAD / np.sqrt(1 + evidence / SHRINK_ITEMS))[who],
            SPREAD / np.sqrt(1 + known / SHRINK_ITEMS),
            pair,
        )


def _looked_up(effects: dict[int, tuple[float, float]], names: Integers) -> tuple[Floats, Floats]:
    found = np.array([effects.get(name, (0.0, 0.0)) for name in names.tolist()]).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def station(gaps: Gaps, *, review: bool, other: Station | None = None) -> Station:
    """The paces of labeling or review; what is unknown is taken from the other station."""
    mine = gaps.is_review == review
    person, batch = gaps.acts.person[mine], gaps.acts.batch[mine]
    took = gaps.took[mine]
    if not len(took):
        usual = np.log(DEFAULT_PACE) if other is None else other.usual + np.log(REVIEW_SHARE)
        people = {} if other is None else dict(other.persons)
        batches = {} if other is None else dict(other.batches)
        return Station(float(usual), people, batches, NO_PAIRS, 0)
    low = int(batch.min())
    width = int(batch.max()) - low + 1
    names, pair = places(person * width + batch - low)
    counts = np.bincount(pair)
    keys = np.stack((names // width, names % width + low), axis=1)
    place = _places(pair, counts)
    steady = took / _learning(took, pair, place, counts)
    weight = np.exp((place - counts[pair] + 1) / MEMORY_ITEMS)
    items = np.bincount(pair, weights=weight).astype(np.float64)
    centre = max(float(np.average(steady, weights=weight)), 0.5)
    seconds = np.bincount(pair, weights=weight * steady)
    logs = np.log(np.maximum((seconds + centre) / (items + 1), 0.2))
    persons, batches, usual = _effects(keys, logs, items)
    lasted = gaps.lasted[mine]
    ratios = lasted / np.exp(logs)[pair]
    return Station(
        usual,
        persons,
        batches,
        Pairs(low, width, names, logs, items),
        len(took),
        _lengths(ratios[lasted < LONGEST_WORK]),
        _common(gaps.acts.at[mine], steady, pair, len(counts)),
    )


def _common(at: Floats, took: Floats, pair: Integers, pairs: int) -> float:
    """How far all paces moved together: by how much past weeks differed from those before them.

    Each is a hindcast of the team: the pace that could be told then, against what came.
    """
    # Weeks before the last act: the last one is 0.
    week = ((float(at.max()) - at) // WEEK_SECONDS).astype(np.int64)
    weeks = HINDCASTS + WEEKS_BEFORE
    counts = np.bincount(pair, minlength=pairs)
    kept = (week < weeks) & (counts >= 2 * TOLD_ITEMS)[pair]
    if not kept.any():
        return COMMON_SIGMA
    place = pair[kept] * weeks + week[kept]
    items = np.bincount(place, minlength=pairs * weeks).reshape(pairs, weeks)
    seconds = np.bincount(place, took[kept], minlength=pairs * weeks).reshape(pairs, weeks)
    squares = []
    for after in range(HINDCASTS):
        before = slice(after + 1, after + 1 + WEEKS_BEFORE)
        told, came = items[:, before].sum(axis=1), items[:, after]
        known = (told >= TOLD_ITEMS) & (came >= TOLD_ITEMS)
        if known.sum() >= TOLD_PAIRS:
            then = seconds[known, before].sum(axis=1) / told[known]
            change = np.log(seconds[known, after] / came[known] / np.maximum(then, 1e-3) + 1e-3)
            weight = np.minimum(told, came)[known]
            squares.append(float(np.average(change, weights=weight)) ** 2)
    total = COMMON_PRIOR * COMMON_SIGMA**2 + sum(squares)
    return float(np.sqrt(total / (COMMON_PRIOR + len(squares))))


def _lengths(ratios: Floats) -> Floats:
    if not len(ratios):
        return USUAL_RATIOS
    some = np.sort(ratios[:: max(1, len(ratios) // MOST_LENGTHS)])
    places = np.linspace(0, len(some) - 1, RATIOS)
    return np.asarray(some[np.round(places).astype(np.int64)])


def _places(pair: Integers, counts: Integers) -> Integers:
    """The how manyth act of its pair each is, from 0; acts of a person are in time order."""
    order = order_of(pair)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    places = np.empty(len(pair), dtype=np.int64)
    places[order] = np.arange(len(pair)) - np.repeat(starts, counts)
    return places


def _learning(took: Floats, pair: Integers, place: Integers, counts: Integers) -> Floats:
    """How much longer each item took for being among the first of its pair, at least 1."""
    stage = np.searchsorted(LEARNING_EDGES, place, side="right")
    last = len(LEARNING_EDGES)
    is_steady = stage == last
    steady_count = np.bincount(pair, weights=is_steady, minlength=len(counts))
    steady_time = np.bincount(pair, weights=is_steady * took, minlength=len(counts))
    known = (counts >= STEADY_ITEMS) & (steady_time > 0)
    mean = np.where(known, steady_time / np.maximum(steady_count, 1), 1.0)
    use = known[pair]
    ratio = np.where(use, took / mean[pair], 0.0)
    total = np.bincount(stage, weights=ratio, minlength=last + 1)
    count = np.bincount(stage, weights=use, minlength=last + 1)
    factor = (total + LEARNING_PRIOR) / (count + LEARNING_PRIOR)
    factor[last] = 1.0
    return np.maximum(factor, 1.0)[stage]


def _effects(
    keys: Integers, logs: Floats, items: Floats
) -> tuple[dict[int, tuple[float, float]], dict[int, tuple[float, float]], float]:
    """How persons and batches differ, told apart by going to and fro; both shrunk to none."""
    weights = items / (items + SHRINK_ITEMS)
    centre = float(np.average(logs, weights=weights))
    names, where, effects = [], [], []
    for column in (0, 1):
        name, place = places(keys[:, column])
        names.append(name)
        where.append(place)
        effects.append(np.zeros(len(name)))
    for _round in range(8):
        for column in (0, 1):
            rest = logs - centre - effects[1 - column][where[1 - column]]
            total = np.bincount(where[column], weights=weights * rest)
            effects[column] = total / (np.bincount(where[column], weights=weights) + SHRINK_PAIRS)
    found = [
        {
            int(name): (float(effect), float(count))
            for name, effect, count in zip(
                names[column],
                effects[column],
                np.bincount(where[column], weights=items),
                strict=True,
            )
        }
        for column in (0, 1)
    ]
    return found[0], found[1], centre
