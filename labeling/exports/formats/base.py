"""What a format is, and the registry of formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, ClassVar, TypeVar

from labeling.core.registry import Registry
from labeling.exports.records import ReadRecord, Record, RowError, Schema, by_item

START_BYTES = 4096
"""How much of a file says of which format it is."""


@dataclass(frozen=True, slots=True)
class Member:
    """A written file: its path in the result, and its bytes in blocks."""

    path: str
    blocks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read.

    Attributes:
        name: what whoever sent it calls it; for messages and matching, never a path to open.
        open: gives the file's bytes from the beginning, each time it is called; raises
            UnreadableError when it cannot.
    """

    name: str
    open: Callable[[], IO[bytes]]


class UnreadableError(Exception):
    """A file cannot be opened; the text says why, for the person who sent it."""


class Writer(ABC):
    """Writes one result, one item after the other, in as many sittings as it takes.

    What is written lies in `folder`; `state` says how much of it counts. A writer made again with
    the same folder and a state of before goes on from there, whatever was written since.

    Arguments:
        state: of an earlier writer after `close`; empty begins.

    Raises:
        Restart: the folder does not hold what the state says.
    """

    @abstractmethod
    def __init__(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> None: ...

    @abstractmethod
    def add(self, records: Sequence[Record]) -> None:
        """Write one item: all its records."""

    @abstractmethod
    def close(self) -> dict[str, Any]:
        """End the sitting; the answer is the state, JSON-able."""

    @abstractmethod
    def members(self) -> Iterator[Member]:
        """The files of the result; the writer must be closed, and stays usable."""

    @property
    def dropped(self) -> Mapping[str, int]:
        """How many objects the format could not hold, by shape."""
        return {}

    @property
    def reduced(self) -> Mapping[str, int]:
        """How many objects were written as something simpler, by the shape they had."""
        return {}

    @property
    def dropped_tags(self) -> int:
        """How many tags the format could not hold; those of objects left out do not count."""
        return 0


class CountingWriter(Writer):
    """A writer that keeps account of what it leaves out.

    Arguments:
        state: what `account` answered.
    """

    def __init__(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> None:
        self._dropped: Counter[str] = Counter(state.get("dropped", {}))
        self._reduced: Counter[str] = Counter(state.get("reduced", {}))
        self._dropped_tags: int = state.get("dropped_tags", 0)

    @property
    def dropped(self) -> Mapping[str, int]:
        return self._dropped

    @property
    def reduced(self) -> Mapping[str, int]:
        return self._reduced

    @property
    def dropped_tags(self) -> int:
        return self._dropped_tags

    def account(self) -> dict[str, Any]:
        """What a writer's state has to hold of it."""
        return {
            "dropped": dict(self._dropped),
            "reduced": dict(self._reduced),
            "dropped_tags": self._dropped_tags,
        }


class Format(ABC):
    """One file format. Subclasses are stateless: one instance serves everybody.

    Attributes:
        name: the word in forms, URLs and plans.
        label: what people read.
        extension: of the written file, without a dot.
        accepts: endings of the files that it reads, with their dots.
        holds: what it is good for, in one sentence.
        drops: what it cannot hold, one sentence each.
        images: the folder that its tools look for images in.
        holds_unseen: whether an image that was never fetched has a place in it. Most formats state
            its size in pixels, or take an image without objects for one on which there are none.
    """

    name: ClassVar[str]
    label: ClassVar[Any]
    extension: ClassVar[str]
    accepts: ClassVar[tuple[str, ...]] = ()
    can_read: ClassVar[bool] = False
    can_write: ClassVar[bool] = False
    holds: ClassVar[Any] = ""
    drops: ClassVar[Sequence[Any]] = ()
    images: ClassVar[str] = "images"
    holds_unseen: ClassVar[bool] = False

    def image_path(self, path: str) -> str:
        """Where in the result the image of a record's `path` belongs."""
        return f"{self.images}/{path}"

    def recognizes(self, name: str, start: bytes) -> bool:
        """Whether a file looks like one of this format.

        Arguments:
            name: of the file, perhaps with folders.
            start: its first bytes, START_BYTES at most.
        """
        return PurePosixPath(name).suffix.lower() in self.accepts

    def writer(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> Writer:
        """A writer into `folder`; only where `can_write`."""
        raise NotImplementedError(self.name)

    def read(self, files: Iterable[SourceFile], schema: Schema) -> Iterator[ReadRecord | RowError]:
        """What the files say, item by item; what cannot be read is told and left out.

        Only where `can_read`. Streams: neither all files nor all of one is held in memory, unless
        the format's text says so.

        Arguments:
            schema: of the project that it is for; where a file can be understood in more than one
                way, the shape of the class decides.
        """
        raise NotImplementedError(self.name)

    def write(self, stream: IO[bytes], schema: Schema, records: Iterable[Record]) -> None:
        """Write everything in one go, for formats whose result is a single file.

        Arguments:
            records: those of one item follow each other.

        Raises:
            ValueError: the result has several files; it needs an archive.
        """
        with TemporaryDirectory() as folder:
            writer = self.writer(Path(folder), schema, {})
            for group in by_item(records):
                writer.add(group)
            writer.close()
            members = list(writer.members())
            if len(members) != 1:
                raise ValueError(f"{self.name} has {len(members)} files")
            for block in members[0].blocks:
                stream.write(block)


formats: Registry[str, Format] = Registry("format")

F = TypeVar("F", bound=Format)


def register_format(kind: type[F]) -> type[F]:
    """Class decorator: puts an instance of the format into the registry."""
    formats.add(kind.name, kind())
    return kind


def readable() -> list[Format]:
    """The formats that can be imported."""
    return [each for each in formats.values() if each.can_read]


def writable() -> list[Format]:
    """The formats that can be exported."""
    return [each for each in formats.values() if each.can_write]
