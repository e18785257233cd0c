"""What may happen from now on: the queue worked off in many futures at once.

Everybody works on the first work in the queue's order that they may do and that has something
left. So the works are gone through in that order, and each takes from its people's time what it
needs, as early as it can get it; what it leaves is there for the next. Review is a second station
whose work is what the first has done, in time; what it sends back is done and decided again.
"""

from collections.abc import Sequence

import numpy as np

from labeling.jobs.eta.capacity import FUTURES, SEED, Grid, capacity_of, grid_of
from labeling.jobs.eta.days import DAY, HOUR, Clock
from labeling.jobs.eta.facts import Flags, Floats, Integers, Work
from labeling.jobs.eta.flowing import Crew, Flow, Time, serve
from labeling.jobs.eta.observing import Coming, Habits
from labeling.jobs.eta.paces import Station
from labeling.jobs.eta.tails import Homes

COMMON_SIGMA = 0.16
"""Sigma of the logarithm by which all paces move together."""
MOST_COMING = 0.8
"""What is launched never fills more than this share of everybody's time."""
LOOK_AHEAD_DAYS = 7.0
"""Reviewers share their time between the stations as it will balance over these days."""

ROUNDS = 4
"""How often the last items are looked at as sent back again."""
AT_WORK = 0.5
"""Share of the people who are at work when a batch ends."""

ROWS = 8_192
NORMAL = np.random.default_rng(SEED).normal(size=(ROWS, FUTURES)).astype(np.float32)
"""Standard normal draws by future; a person or batch finds its own row by its number."""


def normal(*key: int | Integers) -> Floats:
    """Draws for a key of numbers, the same whatever else there is; arrays give a row for each."""
    row: int | Integers = 17
    for part in key:
        row = (row * 1_000_003 + part * 7_919 + 12_345) % 2_147_483_647
    return NORMAL[row * 2_654_435 % 1_000_003 % ROWS]


class Simulation:
    """The futures of one team.

    Arguments:
        days: how far to look.
    """

    def __init__(self, clock: Clock, habits: Habits, days: float) -> None:
        self.habits = habits
        self.grid: Grid = grid_of(clock, days)
        seconds = capacity_of(clock, self.grid, habits.people, habits.presences, habits.team_days)
        self.time = Time(self.grid, seconds, np.zeros(len(habits.people), dtype=np.int64))
        self.place = {person: place for place, person in enumerate(habits.people)}
        self.homes = Homes(self.grid.edges, seconds, habits.held)
        self.common = normal(0) * COMMON_SIGMA

    def run(self, works: Sequence[Work]) -> dict[str, Floats]:
        """When each work is finished, in seconds since 1970 by future; infinite where it is not."""
        coming = sorted(self.habits.coming, key=lambda each: each.level)
        finish = {}
        for work in sorted(works, key=lambda work: work.order):
            while coming and coming[0].level < work.order[0]:
                self._launch(coming.pop(0))
            finish[work.key] = self._work(work)
        return finish

    def _work(self, work: Work) -> Floats:
        labelers = self._places(work.people)
        reviewers = self._places(self._reviewers(work)) if work.review else labelers[:0]
        to_do, decisions = self._amounts(work)
        speed = self._speed(
            [self.habits.people[place] for place in labelers], work.batch, self.habits.labeling, 1
        )
        both = self._among(labelers, reviewers)
        review_speed = self._speed(
            [self.habits.people[place] for place in reviewers], work.batch, self.habits.review, 2
        )
        share = None
        if both.any():
            ratio = decisions / np.maximum(to_do, 1e-9)
            share = self._share(labelers, reviewers, speed, review_speed, ratio)
        labeled = serve(self.time, Crew(labelers, speed, share), to_do)
        self._take_free(labelers[~both], labeled)
        late = self._late(work, 1, labelers, labeled)
        if not work.review:
            last = self._last_items(work, (labelers, speed), (labelers[:0], speed[:0]))
            return np.maximum(labeled.finish + last, late)
        if not len(reviewers):
            return np.full(FUTURES, np.inf)
        steps = len(self.grid.edges) - 1
        flow = (
            labeled.over(steps)
            * (np.maximum(decisions - work.to_review, 0) / np.maximum(to_do, 1e-9))[:, None]
        )
        waiting = np.full(FUTURES, float(work.to_review))
        decided = serve(self.time, Crew(reviewers, review_speed), waiting, flow)
        finish = np.where(
            np.isfinite(labeled.finish), np.maximum(decided.finish, labeled.finish), np.inf
        )
        late = np.maximum(late, self._late(work, 2, reviewers, decided))
        last = self._last_items(work, (labelers, speed), (reviewers, review_speed))
        return np.maximum(finish + last, late)

    def _late(self, work: Work, kind: int, people: Integers, flow: Flow) -> Floats:
        if len(people) < 2 or not flow.served.size:
            return flow.finish
        begun = flow.first + np.argmax(flow.served > 0, axis=1)
        dice = np.random.default_rng([SEED, 8, kind, abs(work.batch)])
        uniform = dice.random((len(self.place), FUTURES))[people]
        return self.homes.last_item(people, flow.finish, begun, uniform, self.time.seconds)

    def _amounts(self, work: Work) -> tuple[Floats, Floats]:
        """Items to be done and decisions to be made, those that are sent back counted again."""
        to_do = np.full(FUTURES, float(work.to_do))
        if not work.review:
            return to_do, np.zeros(FUTURES)
        if not work.people:
            # What is sent back would have nobody to do it again, and would never be finished.
            return to_do, np.full(FUTURES, float(work.to_review))
        bad, good = self.habits.rejection(work.batch)
        dice = np.random.default_rng([SEED, 3, abs(work.batch)])
        rejection = np.minimum(dice.beta(bad, good, size=FUTURES), 0.8)
        decisions = (work.to_do + work.to_review) / (1 - rejection)
        return to_do + decisions * rejection, decisions

    def _reviewers(self, work: Work) -> Sequence[int]:
        if work.reviewers is not None:
            return work.reviewers
        # Before anybody has decided anything, whoever may do the work is the best guess.
        return self.habits.reviewers or work.people

    def _places(self, people: Sequence[int]) -> Integers:
        return np.array([self.place[person] for person in dict.fromkeys(people)], dtype=np.int64)

    def _among(self, places: Integers, others: Integers) -> Flags:
        is_other = np.zeros(len(self.place), dtype=np.bool_)
        is_other[others] = True
        return is_other[places]

    def _speed(self, people: Sequence[int], batch: int, station: Station, kind: int) -> Floats:
        """Items a second, by person and future."""
        log, by_person, by_batch, by_pair = station.pace(people, batch)
        who = np.array(people, dtype=np.int64)
        drawn = log[:, None] + (self.common + by_batch * normal(kind, batch + 1))
        drawn += by_person[:, None] * normal(kind, 0, who)
        drawn += by_pair[:, None] * normal(kind, batch + 1, who)
        return np.asarray(np.exp(-drawn), dtype=np.float32)

    def _share(
        self,
        labelers: Integers,
        reviewers: Integers,
        speed: Floats,
        review_speed: Floats,
        ratio: Floats,
    ) -> Floats:
        """The share of time that each gives to labeling, so that review keeps up with it."""
        end = int(np.searchsorted(self.grid.edges, self.grid.edges[0] + LOOK_AHEAD_DAYS * DAY))
        label = self.time.seconds[labelers, :, :end].sum(axis=2) * speed
        review = self.time.seconds[reviewers, :, :end].sum(axis=2) * review_speed
        both = self._among(labelers, reviewers)
        shared = self._among(reviewers, labelers)
        wanted = label.sum(axis=0) * ratio - review[~shared].sum(axis=0)
        possible = review[shared].sum(axis=0) + label[both].sum(axis=0) * ratio
        part = np.clip(wanted / np.maximum(possible, 1e-9), 0.0, 1.0)
        return np.where(both[:, None], 1 - part[None], 1.0).astype(np.float32)

    def _take_free(self, people: Integers, flow: Flow) -> None:
        """Nobody of these has time before the earliest end of what they were busy with."""
        end = int(np.searchsorted(self.grid.edges, flow.finish.min(), side="right")) - 1
        self.time.free_from[people] = np.maximum(self.time.free_from[people], end)

    def _last_items(
        self, work: Work, labelers: tuple[Integers, Floats], reviewers: tuple[Integers, Floats]
    ) -> Floats:
        """Seconds after the flow is over: the longest item in anybody's hands, and what comes back.

        Everybody holds an item then. Those that are sent back are done again, fewer each time.
        """
        dice = np.random.default_rng([SEED, 9, abs(work.batch)]).random((2 * ROUNDS, FUTURES))
        holding = np.full(
            FUTURES, min(float(len(labelers[0])), float(max(work.to_do, 1))) * AT_WORK
        )
        took = self._usual(labelers[1])
        decides = self._usual(reviewers[1]) if work.review else np.zeros(FUTURES)
        bad, good = self.habits.rejection(work.batch) if work.review else (0.0, 1.0)
        again = bad / (bad + good)
        total = np.zeros(FUTURES)
        for number in range(ROUNDS):
            happens = dice[2 * number] < -np.expm1(-holding) if number else np.True_
            chance = dice[2 * number + 1]
            last = took * self.habits.labeling.longest(holding, chance) / (1 if number else 2)
            total += happens * (last + decides)
            holding = holding * again
        return total

    @staticmethod
    def _usual(speed: Floats) -> Floats:
        """Seconds an item."""
        if not len(speed):
            return np.zeros(FUTURES)
        return np.asarray(1 / np.maximum(speed.mean(axis=0), 1e-6))

    def _launch(self, coming: Coming) -> None:
        """Batches that come before what is still to be gone through take their time.

        In a future they all have the people of one batch of the past: a launch for everybody
        leaves nobody to the batches behind it.
        """
        crews = [[p for p in crew if p in self.place] for crew in coming.crews]
        people = sorted({person for crew in crews for person in crew})
        if not people or coming.a_day <= 0:
            return
        places = self._places(people)
        is_in = np.zeros((len(self.place), len(crews)), dtype=np.float32)
        for column, crew in enumerate(crews):
            is_in[[self.place[person] for person in crew], column] = 1.0
        dice = np.random.default_rng([SEED, 7, abs(coming.level)])
        share = is_in[places][:, dice.integers(0, len(crews), FUTURES)]
        log = np.array([self.habits.labeling.persons.get(person, (0.0, 0))[0] for person in people])
        speed = np.tile(np.exp(-log)[:, None], (1, FUTURES)).astype(np.float32)
        span = self.grid.edges[-1] - self.grid.edges[0]
        free = self.time.seconds[places].sum(axis=2) * speed * share
        wanted = coming.a_day * span / DAY * float(coming.sizes.mean())
        rate = coming.a_day * min(
            1.0, MOST_COMING * float(free.mean(axis=1).sum()) / max(wanted, 1e-9)
        )
        flow = self._arrivals(coming, rate, span)
        serve(self.time, Crew(places, speed, share), np.zeros(FUTURES), flow)

    def _arrivals(self, coming: Coming, rate: float, span: float) -> Floats:
        """Seconds of work by future and step."""
        dice = np.random.default_rng([SEED, 4, abs(coming.level)])
        steps = len(self.grid.edges) - 1
        flow = np.zeros((FUTURES, steps))
        today = np.floor(self.grid.edges[0] / DAY) * DAY
        days = int(np.ceil(span / DAY)) + 1
        for future in range(FUTURES):
            # So few launches leave the rate itself uncertain.
            luck = dice.gamma(coming.seen) / coming.seen
            count = dice.poisson(rate * luck * days)
            day = dice.integers(0, days, size=count)
            at = today + day * DAY + dice.choice(coming.times, size=count)
            at = at + dice.normal(scale=HOUR, size=count)
            sizes = dice.choice(coming.sizes, size=count)
            seen = (at > self.grid.edges[0]) & (at < self.grid.edges[-1])
            step = np.searchsorted(self.grid.edges, at[seen], side="right") - 1
            np.add.at(flow[future], step, sizes[seen])
        return flow
