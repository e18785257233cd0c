"""Dealing out jobs anew, so that people come as close as can be to what each should have: pure.

As little as possible moves: everybody keeps their own jobs up to their share, the largest first.
What is left over goes to whoever lacks most; where no share has room for a whole job, it is cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OpenJob:
    """A job that nobody has begun.

    Attributes:
        holder: who has it; None is the pool.
        barred: who may not have it whatever happens: its reviewer.
        segment: jobs of one segment hold the same items, so that one is never cut, and nobody has
            two; None where its items are in no other job.
    """

    job_id: int
    holder: int | None
    items: int
    barred: int | None = None
    segment: int | None = None


@dataclass(frozen=True)
class Dealt:
    """What becomes of a job.

    Attributes:
        pieces: (owner, items) from its first item on; the first stays the job, the others become
            jobs of their own.
    """

    job: OpenJob
    pieces: tuple[tuple[int | None, int], ...]

    @property
    def is_moved(self) -> bool:
        """Whether anything changes."""
        return self.pieces != ((self.job.holder, self.job.items),)


@dataclass
class Seat:
    """One person at the table.

    Attributes:
        share: items that they should get; below zero once they have more.
        most_items, most_jobs: so many at most; None sets no bound.
    """

    share: int
    most_items: int | None = None
    most_jobs: int | None = None

    def takes(self, items: int) -> bool:
        """Whether a job of so many items is within the limits."""
        return self.most_jobs != 0 and (self.most_items is None or items <= self.most_items)

    def give(self, items: int) -> None:
        """They have a job of so many items more."""
        self.share -= items
        if self.most_items is not None:
            self.most_items -= items
        if self.most_jobs is not None:
            self.most_jobs -= 1


def deal(
    jobs: Sequence[OpenJob],
    seats: Mapping[int, Seat],
    *,
    beside: Mapping[int, set[int]] | None = None,
    may_cut: bool = True,
) -> list[Dealt]:
    """What becomes of each job, in the order of the jobs. What nobody may have is the pool's.

    Arguments:
        seats: by person, in the order that breaks ties. They are used up.
        beside: by segment, who has other jobs of it that stay where they are.
        may_cut: whether a job may be cut so that the shares come out even.
    """
    table = _Table(seats, {key: set(people) for key, people in (beside or {}).items()}, may_cut)
    by_size = sorted(jobs, key=lambda job: (-job.items, job.job_id))
    dealt = {job.job_id: table.keep(job) for job in by_size}
    for job in by_size:
        if dealt[job.job_id] is None:
            dealt[job.job_id] = table.deal(job)
    return [Dealt(job, dealt[job.job_id] or ((None, job.items),)) for job in jobs]


Pieces = tuple[tuple[int | None, int], ...]


@dataclass
class _Table:
    seats: Mapping[int, Seat]
    beside: dict[int, set[int]]
    may_cut: bool
    order: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.order = {person: at for at, person in enumerate(self.seats)}

    def keep(self, job: OpenJob) -> Pieces | None:
        """It stays with its holder while that is within the holder's share."""
        person = job.holder
        if person not in self.seats or person is None or not self.allows(person, job, job.items):
            return None
        if job.items > self.seats[person].share:
            return None
        return (self.give(person, job, job.items),)

    def deal(self, job: OpenJob) -> Pieces:
        """Whole to somebody whose share has room; else cut; else to whoever lacks most."""
        for person in self.lacking(job):
            if job.items <= self.seats[person].share and self.allows(person, job, job.items):
                return (self.give(person, job, job.items),)
        if self.may_cut and job.segment is None:
            return self.cut(job)
        for person in self.lacking(job, least=None):
            if self.allows(person, job, job.items):
                return (self.give(person, job, job.items),)
        return ((None, job.items),)

    def cut(self, job: OpenJob) -> Pieces:
        """Each who lacks some gets as much of it as they lack; the rest is the pool's."""
        pieces, left = [], job.items
        for person in self.lacking(job):
            items = min(self.seats[person].share, left)
            if items and self.allows(person, job, items):
                pieces.append(self.give(person, job, items))
                left -= items
        return (*pieces, (None, left)) if left else tuple(pieces)

    def lacking(self, job: OpenJob, least: int | None = 1) -> list[int]:
        """Who lacks items: the holder first, then whoever lacks most."""
        found = [
            person for person, seat in self.seats.items() if least is None or seat.share >= least
        ]
        if least is None:
            return sorted(found, key=lambda each: (-self.seats[each].share, self.order[each]))
        return sorted(
            found,
            key=lambda each: (each != job.holder, -self.seats[each].share, self.order[each]),
        )

    def allows(self, person: int, job: OpenJob, items: int) -> bool:
        """Whether the rules let the person have so many of the job's items."""
        has_same = job.segment is not None and person in self.beside.get(job.segment, ())
        return person != job.barred and not has_same and self.seats[person].takes(items)

    def give(self, person: int, job: OpenJob, items: int) -> tuple[int, int]:
        """The piece that the person gets."""
        self.seats[person].give(items)
        if job.segment is not None:
            self.beside.setdefault(job.segment, set()).add(person)
        return person, items
