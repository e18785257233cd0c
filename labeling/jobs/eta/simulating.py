"""What may happen from now on: the queue worked off in many futures at once.

Everybody works on the first work in the queue's order that they may do and that has something
left. So the works are gone through in that order, and each takes from its people's time what it
needs, as early as it can get it; what it leaves is there for the next. Review is a second station
whose work is what the first has done, in time; what it sends back is done and decided again.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from labeling.jobs.eta.capacity import LONGEST_DAYS, Grid, capacity_of, grid_of
from labeling.jobs.eta.days import DAY, HOUR, Clock
from labeling.jobs.eta.drawing import FUTURES, SEED, uniform
from labeling.jobs.eta.endings import Ended, Homes, last_items
from labeling.jobs.eta.facts import Flags, Floats, Integers, Work
from labeling.jobs.eta.flowing import Crew, Time, serve
from labeling.jobs.eta.observing import Coming, Habits
from labeling.jobs.eta.staffing import Staffed, staffed

MOST_COMING = 0.8
"""What is launched never fills more than this share of everybody's time."""
LOOK_AHEAD_DAYS = 7.0
"""Reviewers share their time between the stations as it will balance over these days."""
SPARE = 2.5
LOOKS = (21.0, 45.0, 90.0, LONGEST_DAYS)
"""How many days are looked ahead at first, by how much there is to do."""
LEAST_LEFT = 0.25
"""At least this share of everybody's time is taken to be left over by what is launched."""


def look_ahead(works: Sequence[Work], habits: Habits) -> float:
    """Days within which these works should be finished with much to spare."""
    effects = habits.labeling.batches
    items = np.array([work.to_do + work.to_review for work in works])
    effect = np.array([effects.get(work.batch, (0.0, 0.0))[0] for work in works])
    seconds = float((items * np.exp(effect + habits.labeling.usual)).sum())
    people = {person for work in works for person in work.people}
    presences = [habits.presences[person] for person in people]
    a_day = float(np.mean(habits.team_days)) * sum(float(each.chance.mean()) for each in presences)
    taken = sum(coming.a_day * float(coming.sizes.mean()) for coming in habits.coming)
    days = seconds / max(a_day - taken, LEAST_LEFT * a_day, 1.0)
    return next((look for look in LOOKS if look > SPARE * days), LOOKS[-1])


class Simulation:
    """The futures of one team.

    Arguments:
        days: how far to look.
    """

    def __init__(self, clock: Clock, habits: Habits, days: float) -> None:
        self.habits = habits
        self.numbers = np.array(habits.people, dtype=np.int64)
        self.grid: Grid = grid_of(clock, days, habits.presences.values())
        seconds = capacity_of(clock, self.grid, habits.people, habits.presences, habits.team_days)
        ahead = int(np.searchsorted(self.grid.edges, clock.now + LOOK_AHEAD_DAYS * DAY))
        ahead = min(ahead, len(seconds))
        self.homes = Homes(self.grid.edges, seconds, self.numbers, habits.held, habits.last)
        free_from = np.zeros(len(habits.people), dtype=np.int64)
        self.time = Time(self.grid, seconds, free_from, ahead, seconds[:ahead].sum(axis=0))
        self._launched: tuple[list[int], Floats] | None = None
        self.place = {person: place for place, person in enumerate(habits.people)}

    def run(self, works: Sequence[Work]) -> dict[str, Floats]:
        """When each work is finished, in seconds since 1970 by future; infinite where it is not."""
        coming = sorted(self.habits.coming, key=lambda each: each.level)
        finish: dict[str, Floats] = {}
        in_order = sorted(works, key=lambda work: work.order)
        for level, group in groupby(in_order, key=lambda work: work.order[0]):
            while coming and coming[0].level < level:
                self._launch(coming.pop(0))
            finish |= self._level(list(group))
        return finish

    def _level(self, works: Sequence[Work]) -> dict[str, Floats]:
        """Works of one priority, one after the other, and then what of them was taken home."""
        plan = staffed(works, self.habits, self.place)
        ended = [self._work(each) for each in plan]
        late = self.homes.finish([one for pair in ended for one in pair], self.time.seconds)
        flowed = np.array([np.maximum(label.finish, review.finish) for label, review in ended])
        held = np.maximum(np.array(late[::2]), np.array(late[1::2]))
        crews = [each.reviewers if len(each.reviewers) else each.labelers for each in plan]
        finish = self.homes.at_work(crews, flowed + last_items(plan, self.habits))
        finish = np.maximum(finish, held)
        return {each.work.key: ends for each, ends in zip(plan, finish, strict=True)}

    def _work(self, each: Staffed) -> tuple[Ended, Ended]:
        """What both stations make of a work; without review the second has nothing to do."""
        both = _among(each.labelers, each.reviewers, len(self.place))
        share = self._share(each, both) if both.any() else None
        labeled = serve(self.time, Crew(each.labelers, each.speed, share), each.to_do)
        batch = each.work.batch
        begun = labeled.first + _first(labeled.served)
        first = Ended(1, batch, each.labelers, begun, labeled.finish)
        if not each.work.review:
            return first, Ended(2, batch, each.reviewers, begun, labeled.finish)
        if not len(each.reviewers):
            return first, Ended(2, batch, each.reviewers, begun, np.full(FUTURES, np.inf))
        part = np.maximum(each.decisions - each.work.to_review, 0) / np.maximum(each.to_do, 1e-9)
        waiting = np.full(FUTURES, float(each.work.to_review))
        flow = labeled.over(len(self.time.seconds)) * part
        decided = serve(self.time, Crew(each.reviewers, each.review_speed), waiting, flow)
        begun = decided.first + _first(decided.served)
        return first, Ended(2, batch, each.reviewers, begun, decided.finish)

    def _share(self, each: Staffed, both: Flags) -> Floats:
        """The share of time that each gives to labeling, so that review keeps up with it."""
        label = self.time.soon[each.labelers] * each.speed
        review = self.time.soon[each.reviewers] * each.review_speed
        shared = _among(each.reviewers, each.labelers, len(self.place))
        ratio = each.decisions / np.maximum(each.to_do, 1e-9)
        wanted = label.sum(axis=0) * ratio - review[~shared].sum(axis=0)
        possible = review[shared].sum(axis=0) + label[both].sum(axis=0) * ratio
        part = np.clip(wanted / np.maximum(possible, 1e-9), 0.0, 1.0)
        return np.where(both[:, None], 1 - part, 1.0).astype(np.float32)

    def _launch(self, coming: Coming) -> None:
        """Batches that come before what is still to be gone through take their time.

        In a future they all have the people of one batch of the past: a launch for everybody
        leaves nobody to the batches behind it.
        """
        people, is_in = self._crews(coming)
        if not people or coming.a_day <= 0:
            return
        places = np.array([self.place[person] for person in people], dtype=np.int64)
        share = is_in[:, (uniform(7, coming.level) * is_in.shape[1]).astype(np.int64)]
        log = np.array([self.habits.labeling.persons.get(person, (0.0, 0))[0] for person in people])
        speed = np.tile(np.exp(-log)[:, None], (1, FUTURES)).astype(np.float32)
        span = self.grid.edges[-1] - self.grid.edges[0]
        free = self.time.seconds.sum(axis=0)[places] * speed * share
        wanted = coming.a_day * span / DAY * float(coming.sizes.mean())
        possible = MOST_COMING * float(free.mean(axis=1).sum())
        rate = coming.a_day * min(1.0, possible / max(wanted, 1e-9))
        flow = self._arrivals(coming, rate, span)
        chunk = self.time.chunk
        self.time.chunk = len(self.time.seconds)
        serve(self.time, Crew(places, speed, share), np.zeros(FUTURES), flow)
        self.time.chunk = chunk

    def _crews(self, coming: Coming) -> tuple[list[int], Floats]:
        """Who could work on batches of the past, and by person and batch whether they could."""
        if self._launched is None:
            named = {person for crew in coming.crews for person in crew}
            people = sorted(named.intersection(self.place))
            row = {person: number for number, person in enumerate(people)}
            is_in = np.zeros((len(people), len(coming.crews)), dtype=np.float32)
            for column, crew in enumerate(coming.crews):
                is_in[[row[person] for person in crew if person in row], column] = 1.0
            self._launched = people, is_in
        return self._launched

    def _arrivals(self, coming: Coming, rate: float, span: float) -> Floats:
        """Seconds of work by step and future."""
        dice = np.random.default_rng([SEED, 4, abs(coming.level)])
        steps = len(self.grid.edges) - 1
        today = np.floor(self.grid.edges[0] / DAY) * DAY
        days = int(np.ceil(span / DAY)) + 1
        # So few launches leave the rate itself uncertain.
        luck = dice.gamma(coming.seen, size=FUTURES) / coming.seen
        count = dice.poisson(rate * luck * days)
        future = np.repeat(np.arange(FUTURES), count)
        total = len(future)
        at = today + dice.integers(0, days, size=total) * DAY
        at = at + dice.choice(coming.times, size=total) + dice.normal(scale=HOUR, size=total)
        sizes = dice.choice(coming.sizes, size=total)
        seen = (at > self.grid.edges[0]) & (at < self.grid.edges[-1])
        step = np.searchsorted(self.grid.edges, at[seen], side="right") - 1
        flow = np.bincount(step * FUTURES + future[seen], sizes[seen], steps * FUTURES)
        return np.asarray(flow.reshape(steps, FUTURES), dtype=np.float64)


def _among(places: Integers, others: Integers, people: int) -> Flags:
    is_other = np.zeros(people, dtype=np.bool_)
    is_other[others] = True
    return is_other[places]


def _first(served: Floats) -> Integers:
    """The first step, by future, in which anything was served."""
    if not len(served):
        return np.zeros(FUTURES, dtype=np.int64)
    return np.asarray(np.argmax(served > 0, axis=0))
