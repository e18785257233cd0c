"""Who gets how much: the pure rules by which items, and jobs, are spread over people.

One picture serves all four ways: water rises in vessels, one a person. How wide a vessel is says
how much of each rise goes to the person, where its bottom stands says what they have to do before,
its rim is their limit. Equal shares are vessels of one width; weights are widths; by pace the level
is a moment, the width is items a second, and the bottom stands where the open work of the person
ends, so that all finish together. Where every vessel is full the rest goes to the pool.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from labeling.jobs.states import Spread

WHOLE = 100
"""What percentages sum up to."""


@dataclass(frozen=True)
class Able:
    """Somebody who may get items.

    Attributes:
        person_id: who.
        weight: of the others' together; or the percentage.
        item_seconds: working time on one item, above 0.
        seconds_ahead: working time on what they have to do before.
        items_ahead: items of the same work that they have to do before; they count as theirs.
        most_items: so many of these items at most; None sets no bound.
        most_jobs: so many more jobs at most; None sets no bound.
        is_pace_known: whether `item_seconds` was seen of this person, rather than of others.
    """

    person_id: int
    weight: float = 1
    item_seconds: float = 60
    seconds_ahead: float = 0
    most_items: int | None = None
    most_jobs: int | None = None
    is_pace_known: bool = False
    items_ahead: int = 0

    def seconds_with(self, items: int) -> float:
        """Working time until everything they have, and so many items, is done."""
        return self.seconds_ahead + items * self.item_seconds


@dataclass(frozen=True)
class _Vessel:
    """One person's: `width` items a step of the level, from `bottom` on, at most `room` items."""

    bottom: Fraction
    width: Fraction
    room: int

    def holds(self, level: Fraction) -> Fraction:
        """The items in it when the water stands at that level."""
        return min(max(self.width * (level - self.bottom), Fraction(0)), Fraction(self.room))


def shares_of_people(total: int, people: Sequence[Able], spread: Spread) -> dict[int, int]:
    """How many of some items each person gets; what is missing from the sum is the pool's.

    What a limit keeps from somebody goes to the others, as the spread divides it, and to the pool
    when they are at their limits too. Percentages are promises: there it goes to the pool at once.
    Fractions are rounded by the largest remainder; the order of the people breaks ties. Nobody gets
    anything by a weight of 0 or with no room for another job.

    Arguments:
        total: items to give out.
        people: in the order in which they were chosen; for percentages, weights of together 100.
    """
    rooms = [room_of(person, total) for person in people]
    if spread == Spread.PERCENT:
        quotas = [total * exact(person.weight) / WHOLE for person in people]
        whole = _rounded(quotas, min(total, round(sum(quotas))))
        counts = [min(count, room) for count, room in zip(whole, rooms, strict=True)]
    else:
        vessels = [
            _vessel(person, room, spread) for person, room in zip(people, rooms, strict=True)
        ]
        level = _level(total, vessels)
        counts = _rounded([each.holds(level) for each in vessels], min(total, sum(rooms)))
    return {person.person_id: count for person, count in zip(people, counts, strict=True)}


def room_of(person: Able, total: int) -> int:
    """So many of the items the person may get by the limits."""
    if person.most_jobs == 0 or person.weight == 0:
        return 0
    return total if person.most_items is None else max(min(total, person.most_items), 0)


def exact(number: float) -> Fraction:
    """The number as it is written: 33.3 is 333/10, not what a float makes of it."""
    return Fraction(str(number))


def _vessel(person: Able, room: int, spread: Spread) -> _Vessel:
    if spread == Spread.PACE:
        seconds = exact(person.item_seconds)
        return _Vessel(exact(person.seconds_ahead), 1 / seconds, room)
    width = exact(person.weight) if spread == Spread.WEIGHTS else Fraction(1)
    return _Vessel(person.items_ahead / width if width else Fraction(0), width, room)


def _level(total: int, vessels: Sequence[_Vessel]) -> Fraction:
    """Where the water stands when so many items are in; the highest rim when they do not fit."""
    turns = sorted(
        turn
        for each in vessels
        if each.room and each.width
        for turn in (
            (each.bottom, each.width),
            (each.bottom + each.room / each.width, -each.width),
        )
    )
    level, held, width = (turns[0][0] if turns else Fraction(0)), Fraction(0), Fraction(0)
    for height, change in turns:
        rise = width * (height - level)
        if width and held + rise >= total:
            return level + (total - held) / width
        level, held, width = height, held + rise, width + change
    return level


def _rounded(quotas: Sequence[Fraction], total: int) -> list[int]:
    """Whole numbers that sum up to the total: the largest remainders are rounded up."""
    counts = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda at: (counts[at] - quotas[at], at))
    for at in by_remainder[: max(total - sum(counts), 0)]:
        counts[at] += 1
    return counts


def spread_jobs(
    left: Mapping[int, int],
    held: Mapping[int, int],
    barred: Mapping[int, int],
    rooms: Mapping[int, int] | None = None,
) -> dict[int, int]:
    """Give each job to the person who then holds the fewest items.

    The largest jobs go first, which keeps the shares closest; the order of `held` and of `left`
    breaks ties, so that the same input gives the same shares.

    Arguments:
        left: items that are left, by job.
        held: items that people hold already, by person; at least one person.
        barred: a person who may not get the job (its reviewer), by job. They get it only when
            there is nobody else, and are refused then with the reason.
        rooms: so many more jobs at most, of people who have a limit. Likewise.
    """
    load, room = dict(held), dict(rooms or {})
    order = {person: index for index, person in enumerate(load)}
    shares: dict[int, int] = {}
    for job, items in sorted(left.items(), key=lambda pair: -pair[1]):
        free = [person for person in load if room.get(person, 1) > 0] or list(load)
        able = [person for person in free if person != barred.get(job)] or free
        person = min(able, key=lambda each: (load[each], order[each]))
        load[person] += items
        if person in room:
            room[person] -= 1
        shares[job] = person
    return shares
