"""Names of files that we write: from what people called things, but safe and each once."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z", re.IGNORECASE)
LONGEST = 180
"""Bytes of one name in UTF-8: a number and a folder still fit into the 255 of most systems."""


def safe_name(name: str, fallback: str = "unnamed") -> str:
    """A name for a file in one folder, on any system.

    Slashes, control characters and what some system refuses become underscores, so whatever a
    client called a thing, it names no other folder.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    text = _UNFIT.sub("_", text).strip().rstrip(". ")
    if not text.strip("_"):
        return fallback
    if text.startswith(".") or _DEVICE.match(text):
        text = f"_{text}"
    return _shortened(text)


def numbered(name: str, number: int) -> str:
    """`photo.jpg` as `photo (2).jpg`."""
    path = PurePosixPath(name)
    return f"{path.stem} ({number}){path.suffix}"


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix.encode()) <= 16 else ""
    stem = name.removesuffix(suffix).encode()[: LONGEST - len(suffix.encode())]
    return stem.decode(errors="ignore").rstrip(". ") + suffix


class Names:
    """Gives each owner a path of its own below a folder, the same one whenever asked again.

    Two paths that differ in case only count as one, since some systems cannot tell them apart.
    What was given is kept in an SQLite file, so that a hundred thousand names take no memory, and
    work that is done again after a crash gets the names of the first time. Use as a context
    manager: what was given is kept when it ends well.

    Arguments:
        path: the file; `:memory:` keeps nothing.
    """

    def __init__(self, path: Path | str) -> None:
        self._database = sqlite3.connect(path)
        # Made again when a disk loses power; a process that dies loses nothing.
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS given"
            " (owner INTEGER PRIMARY KEY, taken TEXT UNIQUE, path TEXT)"
        )
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS numbers (taken TEXT PRIMARY KEY, last INTEGER)"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._database.commit()
        self._database.close()

    def give(self, owner: int, folder: str, name: str) -> str:
        """The path `folder/name` for the owner, numbered when somebody else has it."""
        known = self._database.execute("SELECT path FROM given WHERE owner = ?", (owner,))
        row = known.fetchone()
        if row is not None:
            return str(row[0])
        wanted = f"{safe_name(folder)}/{safe_name(name)}"
        path, number = wanted, self._last_number(wanted)
        while not self._take(owner, path):
            number += 1
            path = f"{safe_name(folder)}/{numbered(safe_name(name), number)}"
        if number > 1:
            self._database.execute(
                "INSERT OR REPLACE INTO numbers VALUES (?, ?)", (wanted.casefold(), number)
            )
        return path

    def _last_number(self, wanted: str) -> int:
        found = self._database.execute(
            "SELECT last FROM numbers WHERE taken = ?", (wanted.casefold(),)
        ).fetchone()
        return int(found[0]) if found else 1

    def _take(self, owner: int, path: str) -> bool:
        given = self._database.execute(
            "INSERT OR IGNORE INTO given VALUES (?, ?, ?)", (owner, path.casefold(), path)
        )
        return given.rowcount == 1
