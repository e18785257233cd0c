"""The rows of an import as they come in: read from wherever they are, judged, and kept in mind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from labeling.operations.kinds import Chunk
from labeling.operations.models import OperationRow
from labeling.operations.states import Outcome
from labeling.projects.item_lists import read_list
from labeling.projects.item_rows import (
    ItemRow,
    RowRefused,
    input_of,
    item_in,
    judge_row,
    read_row,
    shown_name,
)
from labeling.projects.keeping import local_copy
from labeling.projects.models import Item, StagedFile
from labeling.projects.uploads_ahead import looks_uploaded

# A chunk ends at whichever comes first: a crash loses little, and the progress moves.
ROWS_A_CHUNK = 5000
BYTES_A_CHUNK = 8 * 1024 * 1024
PICTURES_A_CHUNK = 32
SECONDS_A_CHUNK = 4.0
# Rows between two signs of life: each asks for the time.
ROWS_A_PULSE = 500


class GivenRow(NamedTuple):
    """One row of the input, not looked into yet.

    Attributes:
        file: which of the input's files it is in, from 0.
        end: where its file goes on behind it.
        place: the file's name where there are several; else empty.
        content: JSON, or what was decoded before.
        problem: why it could not be read; empty when it could.
    """

    file: int
    end: int
    place: str
    content: bytes | Mapping[str, Any]
    problem: str


@dataclass(slots=True)
class Arrival:
    """What became of one row so far.

    Attributes:
        number: its place in the input, from 1.
        given: what it held, decoded; None when that was impossible.
        row: what it says; None when it was refused.
        problem: why it does not go in; empty while it may.
        item: with the picture, for a row whose picture is here; not saved.
        staged: the file uploaded ahead that the picture came from.
        is_copied: the picture came from an uploaded item, which it is a copy of.
    """

    number: int
    place: str
    given: Any
    row: ItemRow | None
    problem: str = ""
    outcome: Outcome = Outcome.ERROR
    item: Item | None = None
    staged: StagedFile | None = None
    is_copied: bool = False

    @property
    def is_uploaded(self) -> bool:
        """Whether it becomes an uploaded item; else it is a reference."""
        return self.staged is not None or self.is_copied

    @property
    def is_good(self) -> bool:
        """Whether it may still go in."""
        return self.row is not None and not self.problem

    @property
    def name(self) -> str:
        """What its item is called."""
        return (self.row and self.row.name) or _("row %(number)d") % {"number": self.number}

    @property
    def shown(self) -> str:
        """What a report calls it: with its file, where there are several."""
        name = shown_name(self.given) or self.name
        return f"{self.place}: {name}" if self.place else name

    def refuse(self, problem: str, outcome: Outcome = Outcome.ERROR) -> None:
        """It does not go in."""
        self.problem, self.outcome = problem, outcome

    @property
    def input(self) -> dict[str, Any]:
        """What is kept of a row that did not go in."""
        return input_of(self.given)


@dataclass
class Batchful:
    """The rows of one chunk, and where the next one begins."""

    file: int
    at: int
    arrivals: list[Arrival] = field(default_factory=list)
    finished: bool = False
    byte_size: int = 0
    pictures: int = 0
    began: float = field(default_factory=monotonic)

    @property
    def is_full(self) -> bool:
        """Whether it is time to commit."""
        return (
            len(self.arrivals) >= ROWS_A_CHUNK
            or self.byte_size >= BYTES_A_CHUNK
            or self.pictures >= PICTURES_A_CHUNK
        )


def count_rows(chunk: Chunk) -> int:
    """How many rows there are; nothing is looked into."""
    count = 0
    for _row in _given_rows(chunk, 0, 0):
        count += 1
        if count % ROWS_A_PULSE == 0:
            chunk.progress()
    return count


def gather(chunk: Chunk) -> Batchful:
    """The next rows, judged by themselves: the dataset is not asked yet."""
    batch = Batchful(chunk.cursor["file"], chunk.cursor["at"])
    fetches = bool(chunk.plan["fetch"])
    for number, given in enumerate(
        _given_rows(chunk, batch.file, batch.at), chunk.cursor["row"] + 1
    ):
        arrival = _judged(number, given)
        batch.arrivals.append(arrival)
        batch.file, batch.at = given.file, given.end
        batch.byte_size += len(given.content)
        if arrival.row and (fetches or _is_picture(arrival.row.row_data)):
            batch.pictures += 1
        if number % ROWS_A_PULSE == 0:
            chunk.progress(len(batch.arrivals))
            if monotonic() - batch.began >= SECONDS_A_CHUNK:
                break
        if batch.is_full:
            break
    else:
        batch.finished = True
    return batch


def _is_picture(row_data: str) -> bool:
    """Whether a row brings its picture with it: a file uploaded ahead, or another item's."""
    return looks_uploaded(row_data) or item_in(row_data) is not None


def _judged(number: int, given: GivenRow) -> Arrival:
    if given.problem:
        return Arrival(number, given.place, None, None, given.problem)
    content: Any = given.content
    try:
        if isinstance(content, bytes):
            content = read_row(content)
        return Arrival(number, given.place, content, judge_row(content))
    except RowRefused as refusal:
        known = refusal.given if isinstance(content, bytes) else content
        return Arrival(number, given.place, known, None, str(refusal))


def _given_rows(chunk: Chunk, file: int, at: int) -> Iterator[GivenRow]:
    earlier = chunk.plan.get("failed_rows_of")
    if earlier is not None:
        return _failed_rows(earlier, at)
    return _rows_of_files(chunk, file, at)


def _rows_of_files(chunk: Chunk, first: int, at: int) -> Iterator[GivenRow]:
    keys = chunk.plan["files"]
    for file in range(first, len(keys)):
        staged = StagedFile.objects.get(pk=keys[file])
        place = staged.name if len(keys) > 1 else ""
        path = local_copy(str(staged.file.name), chunk.scratch() / f"list-{staged.pk}")
        with path.open("rb") as opened:
            for row in read_list(opened, at):
                yield GivenRow(file, row.end, place, row.content, row.problem)
        at = 0


def _failed_rows(operation: int, at: int) -> Iterator[GivenRow]:
    for row in retriable_rows(operation).in_order(after=at):
        yield GivenRow(0, row.number, "", row.data, "")


def retriable_rows(operation: int) -> Any:
    """The rows of an earlier import that failed and whose input was kept whole."""
    failed = OperationRow.objects.filter(operation=operation, outcome=Outcome.ERROR)
    return failed.exclude(data__has_key="incomplete")
