"""Names of files that we write: from what people called things, but safe and each once."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from posixpath import splitext
from types import TracebackType
from typing import Self

_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z", re.IGNORECASE)
_KNOWN = "SELECT owner, path FROM given WHERE owner IN (SELECT value FROM json_each(?))"
_TAKEN = "SELECT taken FROM given WHERE taken IN (SELECT value FROM json_each(?))"
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


def _place(path: str) -> str:
    """What two paths must differ in: one in any case, without its ending."""
    return splitext(path)[0].casefold()


class Names:
    """Gives each owner a path of its own below a folder, the same one whenever asked again.

    Two paths that differ in case only count as one, since some systems cannot tell them apart, and
    so do two that differ in their endings only, since some formats put a file beside each image
    that is called like it but for the ending.
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
        [path] = self.give_all(folder, [(owner, name)])
        return path

    def give_all(self, folder: str, wanted: Sequence[tuple[int, str]]) -> list[str]:
        """The paths of many owners in one folder, as if each were given in turn.

        Names that nobody has, which are nearly all, are looked up and kept together.

        Arguments:
            wanted: (owner, name); a few thousand at most.
        """
        safe_folder = safe_name(folder)
        safe = [(owner, safe_name(name)) for owner, name in wanted]
        owners = json.dumps([owner for owner, _name in safe])
        known: dict[int, str] = dict(self._database.execute(_KNOWN, (owners,)))
        places = [_place(f"{safe_folder}/{name}") for _owner, name in safe]
        taken = {place for (place,) in self._database.execute(_TAKEN, (json.dumps(places),))}
        free: list[tuple[int, str, str]] = []
        for (owner, name), place in zip(safe, places, strict=True):
            if owner in known:
                continue
            if place in taken:
                self._keep(free)
                known[owner] = self._give_numbered(owner, safe_folder, name)
                taken.add(_place(known[owner]))
            else:
                known[owner] = f"{safe_folder}/{name}"
                free.append((owner, place, known[owner]))
                taken.add(place)
        self._keep(free)
        return [known[owner] for owner, _name in safe]

    def _keep(self, free: list[tuple[int, str, str]]) -> None:
        """Put away what was given, and empty the list."""
        self._database.executemany("INSERT INTO given VALUES (?, ?, ?)", free)
        free.clear()

    def _give_numbered(self, owner: int, folder: str, name: str) -> str:
        wanted = f"{folder}/{name}"
        path, number = wanted, self._last_number(wanted)
        while not self._take(owner, path):
            number += 1
            path = f"{folder}/{numbered(name, number)}"
        self._database.execute(
            "INSERT OR REPLACE INTO numbers VALUES (?, ?)", (_place(wanted), number)
        )
        return path

    def _last_number(self, wanted: str) -> int:
        found = self._database.execute(
            "SELECT last FROM numbers WHERE taken = ?", (_place(wanted),)
        ).fetchone()
        return int(found[0]) if found else 1

    def _take(self, owner: int, path: str) -> bool:
        given = self._database.execute(
            "INSERT OR IGNORE INTO given VALUES (?, ?, ?)", (owner, _place(path), path)
        )
        return given.rowcount == 1
