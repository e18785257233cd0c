"""Files in the making that grow item by item and know where they end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from labeling.operations.scratch import append_from

BLOCK = 1024 * 1024
"""Bytes read at once."""


class Spool:
    """A file that is appended to, from an end that is known.

    Whoever writes it keeps `end` with whatever says how far the work is. Opened again after a
    crash it is cut to that end, so what is written twice stands in it once.

    Arguments:
        path: begun anew when `end` is 0.
        end: bytes that count.

    Raises:
        Restart: bytes are missing: the file is gone, or on another machine.
    """

    def __init__(self, path: Path, end: int = 0) -> None:
        self.path = path
        self.end = end
        self._file = append_from(path, end)

    def append(self, data: bytes) -> None:
        """Put `data` behind what is there."""
        self._file.write(data)
        self.end += len(data)

    def close(self) -> None:
        """Write out what is buffered and let the file go."""
        self._file.close()

    def blocks(self) -> Iterator[bytes]:
        """What it holds, in blocks; close it first."""
        with self.path.open("rb") as file:
            left = self.end
            while left > 0 and (block := file.read(min(BLOCK, left))):
                left -= len(block)
                yield block
