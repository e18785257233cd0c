"""Files in the making that grow chunk by chunk and survive a crash in the middle of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

BLOCK = 1024 * 1024
"""Bytes read at once."""


class Spool:
    """A file that is appended to, from an end that is known.

    Whoever writes it keeps `end` with whatever says how far the work is. Opened again after a
    crash it is cut to that end, so a chunk that is done twice stands in it once.

    Arguments:
        path: created when it is missing and `end` is 0.
        end: bytes that count.

    Raises:
        SpoolLost: the file is shorter than `end`: it is gone, or on another machine.
    """

    def __init__(self, path: Path, end: int = 0) -> None:
        self.path = path
        self.end = end
        size = path.stat().st_size if path.exists() else 0
        if size < end:
            raise SpoolLost(path.name)
        self._file: IO[bytes] = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(end)
        self._file.seek(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, data: bytes) -> None:
        """Put `data` behind what is there."""
        self._file.write(data)
        self.end += len(data)

    def close(self) -> None:
        """Write out what is buffered and let the file go."""
        self._file.close()


class SpoolLost(Exception):
    """A spool is shorter than it was: the work has to begin again."""


def blocks(path: Path, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes of a file from `start` to `end`, in blocks."""
    with path.open("rb") as file:
        file.seek(start)
        left = (path.stat().st_size if end is None else end) - start
        while left > 0:
            block = file.read(min(BLOCK, left))
            if not block:
                return
            left -= len(block)
            yield block
