"""How the items of a batch become jobs: pure rules, used by the preview and the launch.

Where several people label each item, nobody may get one twice. So people are laid out one after the
other on a line that is as many times as long as there are items, and the line is wound around the
items: whoever gets no more than all of them never meets oneself. Where somebody's part begins or
ends, a segment begins; jobs of one segment hold the same items, for different people.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from labeling.jobs.spreading import Able, room_of, shares_of_people
from labeling.jobs.states import Split, Spread


@dataclass(frozen=True)
class Share:
    """One job to be.

    Attributes:
        person_id: who gets it; None is the pool.
        item_ids: in order.
        segment: jobs of one segment hold the same items, for different people; None where each
            item is in one job.
    """

    person_id: int | None
    item_ids: tuple[int, ...]
    segment: int | None = None


@dataclass(frozen=True)
class _Part:
    """Consecutive places of the line: `start` to before `end`, of one owner; None is the pool."""

    owner: int | None
    start: int
    end: int


def split_items(
    item_ids: Sequence[int],
    people: Sequence[Able],
    how: Split,
    *,
    spread: Spread = Spread.EQUAL,
    seed: int | None = None,
    segment_size: int | None = None,
    jobs_a_person: int = 1,
    overlap: int = 1,
) -> list[Share]:
    """Divide items into shares.

    Arguments:
        item_ids: in the order of their dataset.
        people: in the order in which they were chosen.
        spread: how much each of them gets; everything, when the split says so.
        seed: of the shuffle; the same seed gives the same shares.
        segment_size: items in one job, for segments.
        jobs_a_person: into how many jobs a person's share is cut; fewer where that would be more
            than the person may have.
        overlap: so many different people get each item; a split that gives everything to each
            person has as many as there are people.

    Each item goes into as many shares as it has people, never into two of the same person. What
    limits keep from everybody goes to the pool, and so does everything without people. Empty
    shares are left out.

    Raises:
        ValueError: segments without a positive size.
    """
    if how == Split.SEGMENTS and (not segment_size or segment_size < 1):
        raise ValueError("segments need a positive size")
    if not item_ids or (how == Split.EACH and not people):
        return []
    ordered = list(item_ids)
    if how == Split.SHUFFLED:
        random.Random(seed).shuffle(ordered)  # noqa: S311 a repeatable order, no secret
    copies = len(people) if how == Split.EACH else overlap
    is_segments = how == Split.SEGMENTS
    size = segment_size or 1 if is_segments else 1
    pieces = [tuple(ordered[at : at + size]) for at in range(0, len(ordered), size)]
    line = _Line(len(pieces), copies, whole_pieces=is_segments)
    able = [_in_pieces(person, line, size) for person in people]
    if how == Split.EACH:
        given = {each.person_id: _all_or_nothing(each, line.length) for each in able}
        jobs_a_person = 1
    else:
        given = shares_of_people(line.length * copies, able, spread)
    parts = line.laid_out(able, given, jobs_a_person)
    return _shares(parts, pieces, is_numbered=copies > 1)


def _in_pieces(person: Able, line: "_Line", size: int) -> Able:
    """The person as one who gets pieces of so many items, none of them twice."""
    bounds = [line.length]
    if person.most_items is not None:
        bounds.append(person.most_items // size)
    if line.whole_pieces and person.most_jobs is not None:
        bounds.append(person.most_jobs)
    return replace(person, item_seconds=person.item_seconds * size, most_items=min(bounds))


def _all_or_nothing(person: Able, pieces: int) -> int:
    return pieces if room_of(person, pieces) == pieces else 0


@dataclass(frozen=True)
class _Line:
    """The line: `copies` times `length` pieces, wound around them.

    Attributes:
        whole_pieces: each piece is a job of its own.
    """

    length: int
    copies: int
    whole_pieces: bool

    def laid_out(
        self, people: Sequence[Able], given: Mapping[int, int], jobs_a_person: int
    ) -> list[_Part]:
        """The parts that become jobs, in the order of the line; none is longer than one winding."""
        runs, at = [], 0
        for person in people:
            count = given[person.person_id]
            runs += self._run(person.person_id, at, count, _jobs_of(person, jobs_a_person))
            at += count
        longest = max((run.end - run.start for run in runs), default=self.length)
        runs += self._pool(at, longest)
        parts = self._cut(runs)
        rooms = {person.person_id: person.most_jobs for person in people}
        return _within_rooms(parts, rooms)

    def _run(self, owner: int | None, at: int, count: int, jobs: int) -> list[_Part]:
        """So many pieces from that place on, cut evenly: the first jobs are the larger ones."""
        size, larger = divmod(count, jobs)
        parts = []
        for index in range(min(jobs, count)):
            end = at + size + (1 if index < larger else 0)
            parts.append(_Part(owner, at, end))
            at = end
        return parts

    def _pool(self, at: int, longest: int) -> list[_Part]:
        """The rest of the line, in jobs of at most that size, evenly."""
        parts: list[_Part] = []
        total = self.length * self.copies
        while at < total:
            # One winding at a time, ending where the line began a new one.
            end = min(total, (at // self.length + 1) * self.length)
            parts += self._run(None, at, end - at, -(-(end - at) // longest))
            at = end
        return parts

    def _cut(self, runs: Sequence[_Part]) -> list[_Part]:
        """The runs, cut where a segment begins: at pieces, and where any run begins."""
        if self.whole_pieces:
            return [
                _Part(run.owner, at, at + 1) for run in runs for at in range(run.start, run.end)
            ]
        if self.copies == 1:
            return list(runs)
        marks = sorted({place % self.length for run in runs for place in (run.start, run.end)})
        turns = [
            winding * self.length + mark for winding in range(self.copies + 1) for mark in marks
        ]
        parts = []
        for run in runs:
            inside = [turn for turn in turns if run.start < turn < run.end]
            places = [run.start, *inside, run.end]
            parts += [_Part(run.owner, start, end) for start, end in pairwise(places)]
        return parts


def _jobs_of(person: Able, jobs_a_person: int) -> int:
    if person.most_jobs is None:
        return jobs_a_person
    return max(min(jobs_a_person, person.most_jobs), 1)


def _within_rooms(parts: Sequence[_Part], rooms: Mapping[int, int | None]) -> list[_Part]:
    """The parts; what would be one job too many for somebody is the pool's."""
    had: dict[int, int] = {}
    kept = []
    for part in parts:
        owner = part.owner
        if owner is not None:
            had[owner] = had.get(owner, 0) + 1
            room = rooms[owner]
            if room is not None and had[owner] > room:
                owner = None
        kept.append(_Part(owner, part.start, part.end))
    return kept


def _shares(
    parts: Sequence[_Part], pieces: Sequence[tuple[int, ...]], *, is_numbered: bool
) -> list[Share]:
    """The jobs of the parts, with the number of their segment where several hold the same items."""
    begins = sorted({part.start % len(pieces) for part in parts})
    segment_at = {begin: number for number, begin in enumerate(begins)}
    found = []
    for part in parts:
        begin, count = part.start % len(pieces), part.end - part.start
        items = tuple(item for piece in pieces[begin : begin + count] for item in piece)
        found.append(Share(part.owner, items, segment_at[begin] if is_numbered else None))
    return found
