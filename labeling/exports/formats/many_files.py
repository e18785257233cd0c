"""Results of many small files: kept in one file in the making, given out one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from labeling.exports.formats.base import Member
from labeling.exports.spools import Spool


class FileSpool:
    """Small files behind each other in one spool, a line each.

    Arguments:
        path: of the spool.
        end: bytes of it that count.

    Raises:
        Restart: as `Spool`.
    """

    def __init__(self, path: Path, end: int = 0) -> None:
        self._spool = Spool(path, end)

    @property
    def end(self) -> int:
        """Bytes that count."""
        return self._spool.end

    def add(self, path: str, content: str) -> None:
        """Put a file behind those that are there; each path once."""
        self._spool.append(json.dumps([path, content]).encode() + b"\n")

    def close(self) -> None:
        """Write out what is buffered."""
        self._spool.close()

    def members(self) -> Iterator[Member]:
        """The files, one held at a time; close it first."""
        left = self._spool.end
        with self._spool.path.open("rb") as lines:
            while left > 0:
                line = lines.readline()
                left -= len(line)
                path, content = json.loads(line)
                yield Member(path, (content.encode(),))
