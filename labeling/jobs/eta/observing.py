"""What the past says: paces at both stations, presence, rejections, and what will be launched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labeling.jobs.eta.counting import places
from labeling.jobs.eta.days import DAY, Presence, presences
from labeling.jobs.eta.facts import Acts, Did, Facts, Floats, Integers, Launch
from labeling.jobs.eta.paces import Gaps, Station, gaps_of, station
from labeling.jobs.eta.tails import held_chance

PRIOR_REJECTION, PRIOR_DECISIONS = 0.08, 20.0
KEPT_SECONDS = 42 * DAY
"""What is older than this is not looked at."""
LAUNCH_DAYS = 42.0
MOST_LEVELS = 10
LAUNCH_PRIOR_DAYS = 4.0
"""The first launch is taken as one in so many days."""


@dataclass(frozen=True)
class Coming:
    """Batches that will be launched on one level of priority.

    Attributes:
        level: the priority.
        a_day: how many are launched a day.
        seen: launches, on all levels, that say so.
        times: seconds after midnight UTC at which those of the past were launched.
        sizes: seconds of the median person that those of the past took.
        crews: who could work on each of those of the past.
    """

    level: int
    a_day: float
    seen: int
    times: Floats
    sizes: Floats
    crews: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Habits:
    """What was observed; `forecast` makes it from the facts, or takes it where it is at hand.

    Attributes:
        people: everybody, in order of their numbers.
        labeling, review: the two stations.
        presences: by person.
        team_days: working seconds of the team's days.
        reviewers: who has decided anything.
        rejections: by batch, how many decisions sent back and how many accepted; -1 is the team.
        coming: what will be launched.
        held: the chance that somebody who goes home takes an item with them.
        last: by place in `people`, when they did something last, and for which batch.
    """

    people: Sequence[int]
    labeling: Station
    review: Station
    presences: Mapping[int, Presence]
    team_days: Floats
    reviewers: Sequence[int]
    rejections: Mapping[int, tuple[float, float]]
    coming: Sequence[Coming]
    held: float
    last: tuple[Floats, Integers]

    def rejection(self, batch: int) -> tuple[float, float]:
        """The parameters of a beta distribution of the share of decisions that send back."""
        rejected, accepted = self.rejections.get(-1, (0.0, 0.0))
        total = rejected + accepted + PRIOR_DECISIONS
        usual = (rejected + PRIOR_REJECTION * PRIOR_DECISIONS) / total
        own = self.rejections.get(batch, (0.0, 0.0))
        return own[0] + usual * PRIOR_DECISIONS, own[1] + (1 - usual) * PRIOR_DECISIONS


def habits_of(facts: Facts) -> Habits:
    """Everything that the acts say about the people of the facts and all others in them."""
    now = facts.now.timestamp()
    acts = facts.acts.until(now)
    begin = int(np.searchsorted(acts.at, now - KEPT_SECONDS))
    acts = Acts(acts.at[begin:], acts.person[begin:], acts.batch[begin:], acts.did[begin:])
    is_review = acts.did != Did.DONE
    reviewers = places(acts.person[is_review])[0].tolist()
    named = {person for work in facts.works for person in work.people}
    named.update(person for work in facts.works for person in work.reviewers or ())
    people = sorted(named.union(places(acts.person)[0].tolist()))
    gaps = gaps_of(acts)
    labeling = station(gaps, review=False)
    found, team_days = presences(facts, gaps, people)
    return Habits(
        people,
        labeling,
        station(gaps, review=True, other=labeling),
        found,
        team_days,
        reviewers,
        _rejections(acts),
        _coming(facts, labeling, now),
        held_chance(acts, gaps, [each for each in facts.launches if each.at <= now]),
        _last(gaps, people),
    )


def _last(gaps: Gaps, people: Sequence[int]) -> tuple[Floats, Integers]:
    """Everybody's last act: when, and for which batch; long ago where there is none."""
    acts, who = gaps.acts, np.array(people, dtype=np.int64)
    at, batch = np.full(len(who), -np.inf), np.zeros(len(who), dtype=np.int64)
    if len(acts):
        place = np.maximum(np.searchsorted(acts.person, who, side="right") - 1, 0)
        is_own = acts.person[place] == who
        at, batch = np.where(is_own, acts.at[place], -np.inf), acts.batch[place]
    return at, batch


def _rejections(acts: Acts) -> dict[int, tuple[float, float]]:
    """Decisions that sent back and that accepted, by batch; -1 is all of them."""
    counts: dict[int, tuple[float, float]] = {}
    is_review = acts.did != Did.DONE
    batch, sent_back = acts.batch[is_review], acts.did[is_review] == Did.REJECTED
    if not len(batch):
        return counts
    names, place = places(batch)
    rejected = np.bincount(place, weights=sent_back)
    accepted = np.bincount(place, weights=~sent_back)
    for name, bad, good in zip(names.tolist(), rejected, accepted, strict=True):
        counts[name] = (float(bad), float(good))
    counts[-1] = (float(rejected.sum()), float(accepted.sum()))
    return counts


def _coming(facts: Facts, labeling: Station, now: float) -> list[Coming]:
    """What past launches say about those to come, by priority."""
    past = [launch for launch in facts.launches if now - LAUNCH_DAYS * DAY <= launch.at <= now]
    if not past:
        return []
    since = min(launch.at for launch in past)
    a_day = len(past) / ((now - since) / DAY + LAUNCH_PRIOR_DAYS)
    sizes = np.array([_size(launch, labeling) for launch in past])
    times = np.array([launch.at % DAY for launch in past])
    seen = {launch.level for launch in past} | {work.order[0] for work in facts.works}
    # Levels count from 1: that nothing was urgent so far does not mean that nothing will be.
    levels = sorted(seen | set(range(1, min(max(seen), MOST_LEVELS))))
    count = dict.fromkeys(levels, 0.5)
    for launch in past:
        count[launch.level] += 1
    crews = [tuple(launch.people) for launch in past]
    total = sum(count.values())
    return [
        Coming(level, a_day * count[level] / total, len(past), times, sizes, crews)
        for level in levels
    ]


def _size(launch: Launch, labeling: Station) -> float:
    effect = labeling.batches.get(launch.batch, (0.0, 0.0))[0]
    return float(launch.items * np.exp(labeling.usual + effect))
