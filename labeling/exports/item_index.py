"""Finding the item that a file speaks of: by its image's content, else by its name."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

from django.utils.translation import gettext as _

from labeling.exports.naming import safe_name
from labeling.exports.records import ReadRecord


@dataclass(frozen=True, slots=True)
class FoundItem:
    """What an import has to know about an item."""

    pk: int
    width: int
    height: int


class ItemIndex:
    """Every item of a dataset by what files may call it, in an SQLite file of its own.

    A hundred thousand names take no memory that way, and asking costs no query. Names match
    exactly before they match in any case, whole before without their folders, and with their
    ending before without it; a name that an export made safe is known again. Several items that
    match equally well are none. Use as a context manager.

    Arguments:
        path: where it lies; made when `is_built` says that it is not there yet.
    """

    def __init__(self, path: Path | str) -> None:
        self._database = sqlite3.connect(path)
        # Made again when a disk loses power; a process that dies loses nothing.
        self._database.execute("PRAGMA synchronous = OFF")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._database.commit()
        self._database.close()

    @property
    def is_built(self) -> bool:
        """Whether it was filled before, to its end."""
        found = self._database.execute("SELECT name FROM sqlite_master WHERE name = 'built'")
        return found.fetchone() is not None

    def build(self, items: Iterable[tuple[int, str, str, int, int]]) -> None:
        """Fill it.

        Arguments:
            items: (pk, name, content hash, width, height) of each.
        """
        self._database.executescript(
            "DROP TABLE IF EXISTS names; DROP TABLE IF EXISTS items;"
            "CREATE TABLE items (pk INTEGER PRIMARY KEY, width INTEGER, height INTEGER);"
            "CREATE TABLE names (name TEXT, item INTEGER);"
            "CREATE TABLE IF NOT EXISTS met (item INTEGER PRIMARY KEY, place INTEGER);"
        )
        for pk, name, content_hash, width, height in items:
            self._database.execute("INSERT INTO items VALUES (?, ?, ?)", (pk, width, height))
            self._database.executemany(
                "INSERT INTO names VALUES (?, ?)",
                [(key, pk) for key in {f"hash {content_hash}", *_keys(name)}],
            )
        self._database.executescript(
            "CREATE INDEX by_name ON names (name, item); CREATE TABLE built (yes INTEGER);"
        )
        self._database.commit()

    def find(self, read: ReadRecord) -> FoundItem | str:
        """The item, or why there is none."""
        wanted = [f"hash {read.content_hash}"] if read.content_hash else []
        # All names by the surest way before any by a vaguer one.
        ways = [list(_keys(name)) for name in read.names]
        for keys in zip(*ways, strict=True):
            wanted += keys
        for key in wanted:
            rows = self._database.execute(
                "SELECT DISTINCT item FROM names WHERE name = ? LIMIT 2", (key,)
            ).fetchall()
            if len(rows) == 1:
                return self._item(rows[0][0])
            if rows:
                return _("Several images are called that: “%(name)s”.") % {"name": _shown(read)}
        return _("The dataset has no image called “%(name)s”.") % {"name": _shown(read)}

    def is_first(self, item: int, place: int) -> bool:
        """Whether the item is met at this place for the first time; the same again for a place.

        Arguments:
            place: where in the input, growing.
        """
        self._database.execute("INSERT OR IGNORE INTO met VALUES (?, ?)", (item, place))
        row = self._database.execute("SELECT place FROM met WHERE item = ?", (item,)).fetchone()
        return bool(row[0] == place)

    def _item(self, pk: int) -> FoundItem:
        row: Any = self._database.execute(
            "SELECT pk, width, height FROM items WHERE pk = ?", (pk,)
        ).fetchone()
        return FoundItem(*row)


def _keys(name: str) -> Iterator[str]:
    """What a name may be compared by, the surest first; as many for each name."""
    # Systems spell accents differently, and some cannot tell upper from lower case.
    folded = unicodedata.normalize("NFC", name).casefold()
    file = PurePosixPath(folded.replace("\\", "/")).name
    yield f"name {name}"
    yield f"folded {folded}"
    yield f"path {_without_ending(folded)}"
    yield f"written {_without_ending(safe_name(folded))}"
    yield f"file {file}"
    yield f"stem {_without_ending(file)}"


def _without_ending(name: str) -> str:
    """A name without an image's ending; other dots belong to the name."""
    known = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}
    ending = PurePosixPath(name).suffix
    return name.removesuffix(ending) if ending in known else name


def _shown(read: ReadRecord) -> str:
    return (read.names[0] if read.names else read.place)[:200]
