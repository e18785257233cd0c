"""From staged files to lines: what the files say, read once, kept for the chunks of an import."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from labeling.exports.formats import Format, SourceFile
from labeling.exports.records import ReadObject, ReadRecord, ReadTag, RowError, Schema
from labeling.exports.spools import Spool
from labeling.projects.keeping import local_copy
from labeling.projects.models import StagedFile
from labeling.projects.pictures import Refused, entries_of, is_archive, opened, read_entry

UNPACKED_BOUND = 64 * 1024 * 1024 * 1024
"""Bytes that an archive may unpack to; one file of it is read at a time, and images not at all."""


def read_staged(
    staged: Iterable[StagedFile], format_: Format, schema: Schema, scratch: Path
) -> Iterator[ReadRecord | RowError]:
    """What the staged files say, those inside archives included."""
    for each in staged:
        with local_copy(str(each.file.name), scratch / f"staged-{each.pk}").open("rb") as file:
            packed = is_archive(file)
            if packed:
                yield from _read_archive(file, each.name, format_, schema)
        if not packed:
            source = SourceFile(each.name, partial(_stored, str(each.file.name)))
            yield from format_.read([source], schema)


def _stored(name: str) -> IO[bytes]:
    return default_storage.open(name)


def _read_archive(
    file: IO[bytes], name: str, format_: Format, schema: Schema
) -> Iterator[ReadRecord | RowError]:
    try:
        archive = opened(file)
        entries = entries_of(archive, UNPACKED_BOUND)
    except Refused as refused:
        yield RowError(name, str(refused))
        return
    wanted = [each for each in entries if _has_ending(each.name, format_.accepts)]
    if not wanted:
        endings = ", ".join(format_.accepts)
        yield RowError(name, _("The archive holds no files that end in %s.") % endings)
    for entry in wanted:
        try:
            content = read_entry(archive, entry)
        except Refused as refused:
            yield RowError(entry.name, str(refused))
            continue
        yield from format_.read([SourceFile(entry.name, partial(BytesIO, content))], schema)


def _has_ending(name: str, endings: Collection[str]) -> bool:
    return PurePosixPath(name).suffix.lower() in endings


class ClassSurvey:
    """Which classes the files name, and in which shapes their objects come."""

    def __init__(self) -> None:
        self._shapes: dict[str, set[str]] = defaultdict(set)

    def note(self, found: ReadRecord | RowError) -> None:
        """Look at one thing that was read."""
        if isinstance(found, ReadRecord):
            for each in found.objects:
                if each.class_name:
                    self._shapes[each.class_name].add(str(each.shape))

    def missing(self, schema: Schema) -> dict[str, str]:
        """The shape of each class that the schema lacks: rectangles if there are no others."""
        return {
            name: "rectangle" if shapes == {"rectangle"} else "any"
            for name, shapes in self._shapes.items()
            if name not in schema.class_by_name
        }


def spool_lines(
    found: Iterable[ReadRecord | RowError],
    spool: Spool,
    survey: ClassSurvey,
    progress: Callable[[int], None],
) -> int:
    """Write everything to the spool, a line each; answers how many lines."""
    lines = 0
    for each in found:
        survey.note(each)
        spool.append(to_line(each))
        lines += 1
        progress(0)
    return lines


def to_line(found: ReadRecord | RowError) -> bytes:
    """One thing that was read, as a line."""
    return json.dumps(found, default=_plain).encode() + b"\n"


def _plain(value: Any) -> dict[str, Any]:
    """A dataclass as a dictionary; `asdict` copies each point, which takes longer than the rest."""
    return {each.name: getattr(value, each.name) for each in fields(value)}


def from_line(line: bytes) -> ReadRecord | RowError:
    """What `to_line` made the line of."""
    raw = json.loads(line)
    if "message" in raw:
        return RowError(**raw)
    objects = tuple(
        ReadObject(**{**each, "tags": _read_tags(each["tags"])}) for each in raw["objects"]
    )
    read = {**raw, "names": tuple(raw["names"]), "tags": _read_tags(raw["tags"])}
    return ReadRecord(**{**read, "objects": objects})


def _read_tags(raw: list[dict[str, Any]]) -> tuple[ReadTag, ...]:
    return tuple(ReadTag(**each) for each in raw)
