"""Our own format: JSON Lines that lose nothing.

The first line says what the file is and holds the schema; each further line is one annotation of
one item: who, which job, when, and the document as it is stored. Whoever streams can read it line
by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.core.json_text import encode
from labeling.exports.formats.base import (
    Format,
    Member,
    SourceFile,
    UnreadableError,
    Writer,
    register_format,
)
from labeling.exports.records import (
    ReadObject,
    ReadRecord,
    ReadTag,
    Record,
    RowError,
    Schema,
    SchemaClass,
    SchemaTag,
    by_item,
    newest_objects,
    newest_tags,
)
from labeling.exports.spools import Spool
from labeling.projects.documents import Document

MARK = "labeldesk-records"
VERSION = 1
LINE_BOUND = 64 * 1024 * 1024
"""Bytes of the longest line that is read."""

_FIELDS = tuple(each.name for each in fields(Record))
_values = attrgetter(*_FIELDS)
_TEXTS = tuple(each.name for each in fields(Record) if each.type == "str")
_NUMBERS = tuple(each.name for each in fields(Record) if each.type == "int")
_LISTS = tuple(each.name for each in fields(Record) if each.type == "tuple[int, ...]")


class NotNativeError(ValueError):
    """A file that is not of this format; the text says why."""


class NativeWriter(Writer):
    """One spool of lines."""

    def __init__(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> None:
        self._spool = Spool(folder / "records.jsonl", state.get("lines", 0))
        if not self._spool.end:
            self._spool.append(_line(_header(schema)))

    def add(self, records: Sequence[Record]) -> None:
        for record in records:
            self._spool.append(_line(dict(zip(_FIELDS, _values(record), strict=True))))

    def close(self) -> dict[str, Any]:
        self._spool.close()
        return {"lines": self._spool.end}

    def members(self) -> Iterator[Member]:
        yield Member("annotations.jsonl", self._spool.blocks())


@register_format
class Native(Format):
    """Labeldesk's own JSON Lines."""

    name = "native"
    label = gettext_lazy("Labeldesk (JSON Lines)")
    extension = "jsonl"
    accepts = (".jsonl", ".ndjson")
    can_read = True
    can_write = True
    holds_unseen = True
    holds = gettext_lazy("Everything, with who did it when: to move or keep labels.")

    def writer(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> Writer:
        return NativeWriter(folder, schema, state)

    def read(self, files: Iterable[SourceFile], schema: Schema) -> Iterator[ReadRecord | RowError]:
        """One read record an item; of several annotations the newest of each object counts."""
        for file in files:
            try:
                with file.open() as stream:
                    written, lines = read_lines(stream)
                    yield from _read_records(lines, written, file.name)
            except (NotNativeError, UnreadableError) as error:
                yield RowError(file.name, str(error))


def read_lines(stream: IO[bytes]) -> tuple[Schema, Iterator[Record | RowError]]:
    """The schema of a written file, and its records exactly as they were written.

    Documents come unchecked: the file may have been edited by anybody.

    Raises:
        NotNativeError: the first line is not the header of this format.
    """
    try:
        header = json.loads(stream.readline(LINE_BOUND))
    except (ValueError, RecursionError) as error:
        raise NotNativeError(_("The first line is not JSON.")) from error
    if not isinstance(header, dict) or header.get("format") != MARK:
        raise NotNativeError(_("The first line does not say that this is a Labeldesk export."))
    if header.get("version") != VERSION:
        raise NotNativeError(_("This export comes from a newer version of Labeldesk."))
    try:
        schema = _schema(header["schema"])
    except (KeyError, TypeError, ValueError) as error:
        raise NotNativeError(_("The first line does not hold classes and tags.")) from error
    return schema, _records(stream)


def _records(stream: IO[bytes]) -> Iterator[Record | RowError]:
    number = 1
    while line := stream.readline(LINE_BOUND + 1):
        number += 1
        place = _("line %(n)s") % {"n": number}
        if len(line) > LINE_BOUND:
            yield RowError(place, _("This line is too long; nothing after it is read."))
            return
        if not line.strip():
            continue
        try:
            yield _record(json.loads(line))
        except (ValueError, TypeError, KeyError, RecursionError):
            yield RowError(place, _("This line is not one record of an export."))


def _record(raw: Any) -> Record:
    """A record from its line; raises ValueError, TypeError or KeyError when it is none."""
    values = {name: raw[name] for name in _FIELDS}
    for name in _TEXTS:
        if type(values[name]) is not str:
            raise TypeError(name)
    for name in _NUMBERS:
        if type(values[name]) is not int:
            raise TypeError(name)
    for name in _LISTS:
        values[name] = tuple(values[name])
    _check_keys(values["document"])
    return Record(**values)


def _check_keys(document: Any) -> None:
    """Whether objects and tags can be told apart; what else they hold is checked later."""
    if not all(isinstance(each["id"], str) for each in document["objects"]):
        raise TypeError("id")
    if not all(type(each["tag"]) is int for each in document["tags"]):
        raise TypeError("tag")


def _read_records(
    lines: Iterator[Record | RowError], schema: Schema, file_name: str
) -> Iterator[ReadRecord | RowError]:
    wrong: list[RowError] = []

    def right() -> Iterator[Record]:
        for line in lines:
            if isinstance(line, RowError):
                wrong.append(RowError(f"{file_name}, {line.place}", line.message))
            else:
                yield line

    for group in by_item(right()):
        yield from wrong
        wrong.clear()
        yield _read_record(group, schema)
    yield from wrong


def _read_record(group: list[Record], schema: Schema) -> ReadRecord:
    first = group[0]
    document = Document(
        objects=[each for each, _record in newest_objects(group)], tags=newest_tags(group)
    )
    objects = tuple(
        _read_object(each, schema, number) for number, each in enumerate(document["objects"], 1)
    )
    return ReadRecord(
        place=first.name,
        names=(first.name,),
        objects=objects,
        tags=_read_tags(document["tags"], schema),
        content_hash=first.content_hash,
        dataset=first.dataset,
        width=first.width or None,
        height=first.height or None,
    )


def _read_object(raw: Mapping[str, Any], schema: Schema, number: int) -> ReadObject:
    kind = raw.get("class")
    known = schema.class_by_id.get(kind) if type(kind) is int else None
    return ReadObject(
        place=_("object %(n)s") % {"n": number},
        class_name=known.name if known else "",
        shape=raw.get("shape", ""),
        points=raw.get("points", []),
        holes=raw.get("holes", []),
        rle=raw.get("rle"),
        keyframes=raw.get("keyframes", []),
        tags=_read_tags(raw.get("tags"), schema),
        id=raw["id"],
        source=raw.get("source", "import"),
    )


def _read_tags(raw: Any, schema: Schema) -> tuple[ReadTag, ...]:
    """Tags by name; one whose definition the header lacks keeps its number for a name."""
    tags = []
    for each in raw if isinstance(raw, list) else ():
        number = each.get("tag") if isinstance(each, dict) else None
        known = schema.tag_by_id.get(number) if type(number) is int else None
        value = each.get("value") if isinstance(each, dict) else None
        tags.append(ReadTag(known.name if known else str(number), value))
    return tuple(tags)


def _header(schema: Schema) -> dict[str, Any]:
    return {
        "format": MARK,
        "version": VERSION,
        "schema": {
            "classes": [asdict(each) for each in schema.classes],
            "tags": [asdict(each) for each in schema.tags],
        },
    }


def _schema(raw: Any) -> Schema:
    classes = tuple(SchemaClass(**each) for each in raw["classes"])
    tags = tuple(
        SchemaTag(**{**each, "choices": tuple(each["choices"]), "classes": tuple(each["classes"])})
        for each in raw["tags"]
    )
    for number, name in [(each.id, each.name) for each in classes] + [
        (each.id, each.name) for each in tags
    ]:
        if type(number) is not int or type(name) is not str:
            raise TypeError("schema")
    return Schema(classes, tags)


def _line(value: Any) -> bytes:
    return encode(value) + b"\n"
