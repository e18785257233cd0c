"""From staged files to lines: what the files say, read once, kept for the chunks of an import."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any
from zipfile import ZipFile

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from labeling.exports.formats import Format, SourceFile, UnreadableError, readable
from labeling.exports.formats.base import START_BYTES
from labeling.exports.formats.markup import read_number
from labeling.exports.records import ReadObject, ReadRecord, ReadTag, RowError, Schema
from labeling.exports.spools import Spool
from labeling.projects.keeping import local_copy
from labeling.projects.models import StagedFile
from labeling.projects.pictures import (
    Entry,
    Refused,
    entries_of,
    is_archive,
    opened,
    read_entry,
)

UNPACKED_BOUND = 64 * 1024 * 1024 * 1024
"""Bytes that an archive may unpack to; one file of it is read at a time, and images not at all."""


def read_staged(
    staged: Iterable[StagedFile], format_: Format | None, schema: Schema, scratch: Path
) -> Iterator[ReadRecord | RowError]:
    """What the staged files say, those inside archives included.

    Files that came without an archive are read together: one may say what the others mean.

    Arguments:
        format_: None finds it out, for each archive and for all loose files together.
    """
    loose: list[SourceFile] = []
    for each in staged:
        with local_copy(str(each.file.name), scratch / f"staged-{each.pk}").open("rb") as file:
            packed = is_archive(file)
            if packed:
                yield from _read_archive(file, each.name, format_, schema)
        if not packed:
            loose.append(SourceFile(each.name, partial(_stored, str(each.file.name))))
    if loose:
        chosen = format_ or recognized(loose)
        if chosen is None:
            yield RowError(loose[0].name, _unrecognized())
        else:
            yield from chosen.read(loose, schema)


def recognized(files: Iterable[SourceFile]) -> Format | None:
    """The format of the first file that looks like one of any."""
    for file in files:
        start = _start(file)
        for format_ in readable():
            if format_.recognizes(file.name, start):
                return format_
    return None


def _start(file: SourceFile) -> bytes:
    try:
        with file.open() as stream:
            return stream.read(START_BYTES)
    except UnreadableError:
        return b""


def _unrecognized() -> str:
    return _("Nothing in here looks like annotations. Choose the format, or check the file.")


def _stored(name: str) -> IO[bytes]:
    return default_storage.open(name)


def _read_archive(
    file: IO[bytes], name: str, format_: Format | None, schema: Schema
) -> Iterator[ReadRecord | RowError]:
    try:
        archive = opened(file)
        entries = entries_of(archive, UNPACKED_BOUND)
    except Refused as refused:
        yield RowError(name, str(refused))
        return
    yield from (RowError(each.name, each.refusal) for each in entries if each.refusal)
    sources = [
        SourceFile(each.name, partial(_unpacked, archive, each))
        for each in entries
        if not each.refusal
    ]
    known = {ending for each in readable() for ending in each.accepts}
    chosen = format_ or recognized(each for each in sources if _has_ending(each.name, known))
    if chosen is None:
        yield RowError(name, _unrecognized())
        return
    wanted = [each for each in sources if _has_ending(each.name, chosen.accepts)]
    if not wanted:
        endings = ", ".join(chosen.accepts)
        yield RowError(name, _("The archive holds no files that end in %s.") % endings)
        return
    yield from chosen.read(wanted, schema)


def _unpacked(archive: ZipFile, entry: Entry) -> IO[bytes]:
    try:
        return BytesIO(read_entry(archive, entry))
    except Refused as refused:
        raise UnreadableError(str(refused)) from None


def _has_ending(name: str, endings: Collection[str]) -> bool:
    return PurePosixPath(name).suffix.lower() in endings


class Survey:
    """Which classes and tags the files name: in which shapes, and with which values."""

    def __init__(self) -> None:
        self._shapes: dict[str, set[str]] = defaultdict(set)
        self._values: dict[str, set[str]] = defaultdict(set)

    def note(self, found: ReadRecord | RowError) -> None:
        """Look at one thing that was read."""
        if not isinstance(found, ReadRecord):
            return
        self._note_tags(found.tags)
        for each in found.objects:
            if each.class_name:
                self._shapes[each.class_name].add(str(each.shape))
            self._note_tags(each.tags)

    def missing_classes(self, schema: Schema) -> dict[str, str]:
        """The shape of each class that the schema lacks: rectangles if there are no others."""
        return {
            name: "rectangle" if shapes == {"rectangle"} else "any"
            for name, shapes in self._shapes.items()
            if name not in schema.class_by_name
        }

    def missing_tags(self, schema: Schema) -> dict[str, str]:
        """The kind of value of each tag that the schema lacks: text unless all fit another."""
        return {
            name: next(iter(kinds)) if len(kinds) == 1 else "string"
            for name, kinds in self._values.items()
            if name not in schema.tag_by_name
        }

    def _note_tags(self, tags: Iterable[ReadTag]) -> None:
        for each in tags:
            self._values[each.name].add(kind_of_value(each))


def kind_of_value(tag: ReadTag) -> str:
    """The kind of value that a tag has, as tag definitions name it."""
    value = tag.value
    if value is None or (tag.is_text and value in ("true", "false", "True", "False", "")):
        return "none"
    is_number = type(value) in (int, float)
    if isinstance(value, str) and tag.is_text:
        number = read_number(value.strip())
        is_number = number is not None and math.isfinite(number)
    return "number" if is_number else "string"


def spool_lines(
    found: Iterable[ReadRecord | RowError],
    spool: Spool,
    survey: Survey,
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
