"""What a kind of machine work is, and the registry that higher packages fill with theirs.

A kind is one class. The engine asks it for a frozen plan when somebody starts an operation, and
then for one chunk after the other. A chunk has two halves:

- `prepare` runs outside any transaction: read files, decode, compute, write to `scratch()`. It
  must change nothing in the database, since it runs again after a crash.
- `run_chunk` runs inside the chunk's transaction: only quick writes. Its effects, the cursor, the
  rows and the progress are committed together or not at all, so that a `kill -9` at any moment
  loses nothing and doubles nothing.
"""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from django import forms
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.text import get_valid_filename

from accounts.roles import Capability
from labeling.core.registry import Registry
from labeling.core.workflow import NoInput
from labeling.operations.models import Operation
from labeling.operations.queues import Queue
from labeling.operations.states import Outcome

COPY_BYTES = 1024 * 1024


class OperationFailed(Exception):
    """A kind gives up. Its text is shown to the person: what is wrong and what to do."""


class Restart(Exception):
    """A kind's scratch files are gone (another machine, a power cut): begin from the first chunk.

    The engine empties cursor, progress and rows. Only for kinds whose database effects do not
    double when they run again, such as exports.
    """


# In a plan: a script waits for the outcome and gets it as its answer.
AWAITED = "awaited"


@dataclass(frozen=True)
class Plan:
    """What to do, frozen in the operation's row.

    Attributes:
        data: JSON-able; ids and settings, never the things themselves.
        total: units of work if they are known already.
        label: the operation's name for people; the kind's label when empty.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    total: int | None = None
    label: str = ""


@dataclass(frozen=True)
class Row:
    """What became of one row of the input; see `OperationRow` for the meaning of each."""

    number: int
    name: str = ""
    outcome: Outcome = Outcome.OK
    message: Any = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """What one chunk did.

    Attributes:
        cursor: where the next chunk begins, JSON-able.
        done: units that this chunk did; added to the operation's.
        rows: outcomes by row, each number once in an operation.
        finished: no chunk follows.
        total: the units of work, when the chunk found them out.
        result: facts for the page and for scripts; merged into the operation's.
        message: one sentence for the person; replaces the operation's unless empty.
        file: the result to download, as `Chunk.keep` named it.
    """

    cursor: Mapping[str, Any] = field(default_factory=dict)
    done: int = 0
    rows: Sequence[Row] = ()
    finished: bool = False
    total: int | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    message: Any = ""
    file: str = ""


@dataclass(frozen=True)
class Chunk:
    """One chunk to do, as a kind sees it.

    Attributes:
        operation: for reading; the engine alone writes it.
        cursor: what the last step left; empty for the first.
        pulse: how the engine hears that this worker lives.
    """

    operation: Operation
    cursor: Mapping[str, Any]
    pulse: Callable[[int], None]

    @property
    def plan(self) -> Mapping[str, Any]:
        """The frozen plan's data."""
        plan: Mapping[str, Any] = self.operation.plan
        return plan

    def progress(self, done: int = 0) -> None:
        """Say that the work goes on; call it at least every few seconds, as often as you like.

        Arguments:
            done: units of this chunk done so far, for the progress bar.

        Raises:
            Canceled: the person does not want it any more; let it pass through.
            Lost: another worker holds the operation now; let it pass through.
        """
        self.pulse(done)

    def scratch(self) -> Path:
        """A folder of this operation's own on this machine's disk, gone when it is finished."""
        folder = scratch_folder(self.operation.pk)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def keep(self, path: Path, name: str) -> str:
        """Copy a file into the store as the operation's result; call it in `prepare`.

        Arguments:
            name: what the download is called; anything unfit for a file name is replaced.

        Returns:
            The stored name, for `Step.file`.
        """
        harmless = get_valid_filename(name).lstrip(".") or "result"
        target = f"operations/{self.operation.pk}/{harmless}"
        default_storage.delete(target)  # left by a worker that died just after this
        with path.open("rb") as source:
            return default_storage.save(target, _Watched(source, self))


class _Watched(File):  # type: ignore[type-arg]
    """A file whose reader tells the engine that it goes on: a large copy takes its time."""

    def __init__(self, source: Any, chunk: Chunk) -> None:
        super().__init__(source)
        self.chunk = chunk

    def chunks(self, chunk_size: int | None = None) -> Any:
        """The bytes, with a sign of life after each block."""
        for block in super().chunks(chunk_size or COPY_BYTES):
            self.chunk.progress()
            yield block


def scratch_folder(operation_id: int) -> Path:
    """Where an operation's files in the making lie on this machine."""
    folder: Path = settings.LABELDESK_DATA / "scratch" / str(operation_id)
    return folder


class Kind(ABC):
    """One kind of machine work. Subclasses are stateless: one instance serves every operation.

    Attributes:
        name: the word in rows, URLs and filters; words joined by hyphens.
        label: what people read.
        capability: what the role of who starts it, or downloads its result, must hold.
        queue: which workers take it.
        form: what a start accepts; None when the caller has already validated the data.
        takes_files: whether files are staged for it while it is pending.
    """

    name: ClassVar[str]
    label: ClassVar[Any]
    capability: ClassVar[Capability]
    queue: ClassVar[Queue] = Queue.BULK
    form: ClassVar[type[forms.BaseForm] | None] = NoInput
    takes_files: ClassVar[bool] = False

    def form_kwargs(self, obj: Any, actor: Any) -> dict[str, Any]:
        """Keyword arguments for the form; `obj` is the team."""
        return {}

    @abstractmethod
    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze what to do; runs in the request's transaction, so it must be quick.

        Arguments:
            actor: who asks; None for work that the desk starts itself.
            data: cleaned by the form, or the caller's own when there is no form.

        Raises:
            WorkflowError: then nothing is started.
        """

    def prepare(self, chunk: Chunk) -> Any:
        """The slow half of a chunk, outside any transaction; its answer goes to `run_chunk`."""
        return None

    @abstractmethod
    def run_chunk(self, chunk: Chunk, prepared: Any) -> Step:
        """The quick half of a chunk, inside its transaction: the database effects."""

    def clean_up(self, operation: Operation) -> None:
        """Put away staged input after completion or cancellation. May run twice, or late.

        Not called after a failure, since a retry needs the input again.
        """

    def sweep(self) -> None:
        """Put away what no operation of this kind will use any more; asked every few seconds."""

    def retry_rows(self, operation: Operation) -> Mapping[str, Any] | None:
        """Input for `plan` of an operation that does only the rows that failed.

        A kind that can do so overrides this; the verb `retry-failed` starts what comes of it.

        Returns:
            What `plan` takes as `data`; None when this operation's rows cannot be done again.
        """
        return None

    @property
    def can_retry_rows(self) -> bool:
        """Whether this kind can do failed rows by themselves at all."""
        return type(self).retry_rows is not Kind.retry_rows

    def results(self, operation: Operation) -> Iterator[Mapping[str, Any]]:
        """What the operation made, one JSON-able mapping a row, in constant memory.

        Unless the kind says otherwise: its rows in their order, each with what became of it.
        """
        for row in operation.rows.in_order():
            yield {
                "number": row.number,
                "name": row.name,
                "outcome": row.outcome,
                "message": row.message,
                "data": row.data,
            }


kinds: Registry[str, Kind] = Registry("operation kind")

K = TypeVar("K", bound=Kind)


def register_kind(kind: type[K]) -> type[K]:
    """Class decorator: puts an instance of the kind into the registry."""
    kinds.add(kind.name, kind())
    return kind


def remove_scratch(operation_id: int) -> None:
    """Take an operation's scratch folder away; missing is fine."""
    shutil.rmtree(scratch_folder(operation_id), ignore_errors=True)
