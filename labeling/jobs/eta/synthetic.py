"""Histories of teams that never were: people with shifts, breaks and moods work on batches.

The world is a clock with people who do one item after the other. A person takes the next item of
the first batch in the queue's order in which there is something for them: a decision before an
item. It knows nothing of the estimator, and must not be changed to please it.
"""

import heapq
import math
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0
START = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
"""A Monday."""
LONGEST = 400 * DAY
LEASE = 24 * HOUR
"""Seconds after which an item that somebody holds over their absence goes back into the queue."""
FEWEST_ITEMS = 40
DECISION_SHARE = 0.3
"""Time of a decision in items of the same person."""
SPREAD_OF_SIZES = 15.0
EVENING_HOURS = 5.0


@dataclass(frozen=True)
class World:
    """What such a team is like.

    Attributes:
        people, batches: how many.
        days: within which batches are launched.
        load: the work of all batches as a share of what the people could do in these days.
        seconds: what an item takes the median person.
        people_sigma, batch_sigma, item_sigma: sigma of the lognormal by which those differ.
        straggling: share of items that take ten times as long.
        absence: chance that somebody does not come on a day of theirs.
        holiday: chance that on a day nobody comes.
        vacation: chance a shift that somebody is away for four to twelve days.
        leaving: share of people who leave for good; of the others the same share comes later.
        part_time, weekenders: shares of people who work three days, or five out of seven.
        mood: sigma of a person's daily factor.
        learning: by how much the first item of a batch takes longer (1 is twice as long).
        learned: after how many items that has fallen to a third.
        review: share of batches that are reviewed.
        reviewers: share of people who review; every second one of them does nothing else.
        rejection: share of decisions that send an item back.
        everybody: chance that a batch is for the whole team and not for a half of it.
        evening: share of people who begin five hours later than the others.
        levels: how many levels of priority batches are spread over.
    """

    people: int = 12
    batches: int = 14
    days: float = 35.0
    load: float = 0.65
    seconds: float = 60.0
    people_sigma: float = 0.35
    batch_sigma: float = 0.4
    item_sigma: float = 0.6
    straggling: float = 0.01
    absence: float = 0.06
    holiday: float = 0.015
    vacation: float = 0.006
    leaving: float = 0.12
    part_time: float = 0.2
    weekenders: float = 0.1
    mood: float = 0.15
    learning: float = 0.8
    learned: float = 25.0
    review: float = 0.5
    reviewers: float = 0.25
    rejection: float = 0.08
    everybody: float = 0.5
    evening: float = 0.0
    levels: int = 5


@dataclass
class _Person:
    number: int
    pace: float
    error: float
    start_hour: float
    shift_hours: float
    weekdays: frozenset[int]
    joins: float = 0.0
    leaves: float = math.inf
    reviews: bool = False
    labels: bool = True
    seen: dict[tuple[int, bool], int] = field(default_factory=dict)
    mood: float = 1.0
    day: int = -1
    until: float = 0.0
    lunch: float = 0.0
    next_break: float = 0.0


@dataclass
class _Batch:
    number: int
    items: int
    priority: int
    difficulty: float
    people: frozenset[int]
    review: bool
    launched: float
    to_do: deque[int] = field(default_factory=deque)
    to_review: deque[tuple[int, int]] = field(default_factory=deque)
    closed: int = 0


@dataclass(frozen=True)
class _Task:
    """An item in somebody's hands; `labeler` is None while it is labeled, not decided on."""

    batch: _Batch
    item: int
    labeler: int | None
    comes_back: bool = False


class Simulation:
    """One team's history.

    Arguments:
        seed: the same seed gives the same history.
    """

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.holidays = {
            day for day in range(int(LONGEST / DAY)) if self.dice.random() < world.holiday
        }
        self.persons = [self._person(number) for number in range(1, world.people + 1)]
        self._appoint_reviewers()
        self.batches = self._batches()
        self._queue: list[tuple[float, int, int, _Task | None]] = []
        self._pushed = 0

    def plan(self) -> dict[str, Any]:
        """The first line of the history."""
        return {
            "plan": {
                "timezone": "UTC",
                "people": [person.number for person in self.persons],
                "batches": [
                    {
                        "id": batch.number,
                        "items": batch.items,
                        "priority": batch.priority,
                        "people": sorted(batch.people),
                        "review": batch.review,
                        "launched_at": _iso(batch.launched),
                    }
                    for batch in self.batches
                ],
            }
        }

    def events(self) -> Iterator[dict[str, Any]]:
        """Everything that happens, in time order, until the last batch is finished."""
        for person in self.persons:
            self._push(START + person.joins, person.number)
        is_open = len(self.batches)
        while self._queue and is_open:
            at, _number, who, task = heapq.heappop(self._queue)
            person = self.persons[who - 1]
            if at - START > LONGEST:
                return
            if task is not None:
                event = self._finished(person, at, task)
                if event is not None:
                    yield event
                    is_open = sum(batch.closed < batch.items for batch in self.batches)
                if task.comes_back:
                    continue
            self._go_on(person, at)

    def _push(self, at: float, person: int, task: _Task | None = None) -> None:
        self._pushed += 1
        heapq.heappush(self._queue, (at, self._pushed, person, task))

    def _go_on(self, person: _Person, at: float) -> None:
        """What a person does next: leave, wait for the shift, work, or look again later."""
        ready = self._present(person, at)
        if ready is None:
            return
        if ready > at:
            self._push(ready, person.number)
            return
        task = self._take(person, at)
        if task is None:
            self._push(at + self.dice.uniform(5, 20) * MINUTE, person.number)
            return
        self._work(person, at, task)

    def _work(self, person: _Person, at: float, task: _Task) -> None:
        """An item that does not fit the shift waits for the next one, or goes back by its lease."""
        seconds = self._seconds(person, task)
        if at + seconds <= person.until + 10 * MINUTE:
            self._push(at + seconds, person.number, task)
            return
        back = self._next_shift(person, person.until)
        if back + seconds - at < LEASE and back - START < person.leaves:
            self._push(back + seconds, person.number, task)
            return
        given_back = _Task(task.batch, task.item, task.labeler, comes_back=True)
        self._push(at + LEASE, person.number, given_back)
        self._push(back, person.number)

    def _person(self, number: int) -> _Person:
        dice, world = self.dice, self.world
        weekdays = frozenset(range(5))
        if dice.random() < world.part_time:
            weekdays = frozenset(dice.sample(range(5), 3))
        elif dice.random() < world.weekenders:
            weekdays = frozenset(dice.sample(range(7), 5))
        person = _Person(
            number=number,
            pace=dice.lognormvariate(0, world.people_sigma),
            error=min(0.6, world.rejection * dice.lognormvariate(0, 0.5)),
            start_hour=dice.uniform(6.5, 11),
            shift_hours=dice.choice([4, 6, 7.5, 8, 8, 8.5]),
            weekdays=weekdays,
        )
        # Without evening shifts no die is cast, so that older histories stay what they were.
        if world.evening and dice.random() < world.evening:
            person.start_hour += EVENING_HOURS
        if dice.random() < world.leaving:
            person.leaves = dice.uniform(0.2, 1.2) * world.days * DAY
        elif dice.random() < world.leaving:
            person.joins = dice.uniform(0.1, 0.9) * world.days * DAY
        return person

    def _appoint_reviewers(self) -> None:
        count = max(2, round(self.world.people * self.world.reviewers))
        for place, person in enumerate(self.dice.sample(self.persons, count)):
            person.reviews = True
            person.labels = bool(place % 2)
            person.joins, person.leaves = 0.0, math.inf

    def _batches(self) -> list[_Batch]:
        dice, world = self.dice, self.world
        sizes = [SPREAD_OF_SIZES ** dice.random() for _ in range(world.batches)]
        drawn = [dice.lognormvariate(0, world.batch_sigma) for _ in sizes]
        reviewed = [dice.random() < world.review for _ in sizes]
        work = sum(
            size * difficulty * (1 + DECISION_SHARE * review) * world.seconds
            for size, difficulty, review in zip(sizes, drawn, reviewed, strict=True)
        )
        scale = world.load * self._capacity() / work
        return [
            self._batch(number, max(FEWEST_ITEMS, round(scale * size)), difficulty, review)
            for number, (size, difficulty, review) in enumerate(
                zip(sizes, drawn, reviewed, strict=True), start=1
            )
        ]

    def _capacity(self) -> float:
        """What the people can do in the time, in seconds of the median person, about."""
        return sum(
            (min(person.leaves, self.world.days * DAY) - person.joins)
            / DAY
            * len(person.weekdays)
            / 7
            * (person.shift_hours - 1)
            * HOUR
            / person.pace
            for person in self.persons
        )

    def _batch(self, number: int, items: int, difficulty: float, review: bool) -> _Batch:
        dice, world = self.dice, self.world
        labelers = [person for person in self.persons if person.labels]
        people = labelers
        if dice.random() >= world.everybody:
            people = dice.sample(labelers, max(2, len(labelers) // 2))
        staying = [p for p in labelers if p.leaves == math.inf and p.joins == 0]
        if not any(person in staying for person in people):
            people = [*people, dice.choice(staying or labelers)]
        day = 0 if number == 1 else int(dice.uniform(0, world.days))
        batch = _Batch(
            number=number,
            items=items,
            priority=dice.randint(1, world.levels),
            difficulty=difficulty,
            people=frozenset(person.number for person in people),
            review=review,
            launched=START + day * DAY + dice.uniform(7, 16) * HOUR,
        )
        batch.to_do.extend(range(1, items + 1))
        return batch

    def _present(self, person: _Person, at: float) -> float | None:
        """When the person can go on: now, later, or never."""
        if at - START >= person.leaves:
            return None
        if not (int((at - START) // DAY) == person.day and at < person.until):
            return self._next_shift(person, at)
        if 0 < person.lunch <= at:
            person.lunch = 0.0
            return at + self.dice.uniform(25, 60) * MINUTE
        if at >= person.next_break:
            person.next_break = at + self.dice.uniform(50, 120) * MINUTE
            return at + self.dice.uniform(4, 15) * MINUTE
        return at

    def _next_shift(self, person: _Person, at: float) -> float:
        dice = self.dice
        day = int((at - START) // DAY)
        first = day if day > person.day else day + 1
        if dice.random() < self.world.vacation:
            first += dice.randint(4, 12)
        for ahead in range(first, first + 60):
            comes = ahead % 7 in person.weekdays and dice.random() >= self.world.absence
            begin = START + ahead * DAY + (person.start_hour + dice.gauss(0, 0.4)) * HOUR
            end = begin + person.shift_hours * HOUR * dice.uniform(0.85, 1.1)
            if comes and ahead not in self.holidays and end > at:
                person.day, person.until = ahead, end
                person.mood = dice.lognormvariate(0, self.world.mood)
                has_lunch = end - begin > 5 * HOUR
                person.lunch = begin + dice.uniform(3, 4.5) * HOUR if has_lunch else 0.0
                person.next_break = begin + dice.uniform(50, 120) * MINUTE
                return max(begin, at)
        return at + 60 * DAY

    def _take(self, person: _Person, at: float) -> _Task | None:
        is_open = (b for b in self.batches if b.launched <= at and b.closed < b.items)
        for batch in sorted(is_open, key=lambda b: (b.priority, b.launched, b.number)):
            if person.reviews:
                for waiting in batch.to_review:
                    if waiting[1] != person.number:
                        batch.to_review.remove(waiting)
                        return _Task(batch, *waiting)
            if batch.to_do and person.number in batch.people:
                return _Task(batch, batch.to_do.popleft(), None)
        return None

    def _seconds(self, person: _Person, task: _Task) -> float:
        world, dice = self.world, self.dice
        key = (task.batch.number, task.labeler is None)
        seen = person.seen.get(key, 0)
        person.seen[key] = seen + 1
        learning = 1 + world.learning * math.exp(-seen / world.learned)
        straggles = 10.0 if dice.random() < world.straggling else 1.0
        usual = world.seconds * person.pace * person.mood * task.batch.difficulty
        share = 1.0 if task.labeler is None else DECISION_SHARE
        return usual * share * learning * straggles * dice.lognormvariate(0, world.item_sigma)

    def _finished(self, person: _Person, at: float, task: _Task) -> dict[str, Any] | None:
        batch, item = task.batch, task.item
        if task.comes_back:
            if task.labeler is None:
                batch.to_do.appendleft(item)
            else:
                batch.to_review.appendleft((item, task.labeler))
            return None
        if task.labeler is None:
            if batch.review:
                batch.to_review.append((item, person.number))
            else:
                batch.closed += 1
            return _event(at, person, batch, "done", item)
        if self.dice.random() < self.persons[task.labeler - 1].error:
            batch.to_do.appendleft(item)
            return _event(at, person, batch, "rejected", item)
        batch.closed += 1
        return _event(at, person, batch, "accepted", item)


def _event(at: float, person: _Person, batch: _Batch, what: str, item: int) -> dict[str, Any]:
    return {
        "at": _iso(at),
        "person": person.number,
        "batch": batch.number,
        "event": what,
        "item": item,
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
