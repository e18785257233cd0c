"""Reading COCO: annotations come in any order, and are brought to their images on disk."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from labeling.core.json_stream import JsonError, ObjectReader
from labeling.exports.formats.base import SourceFile, UnreadableError
from labeling.exports.records import ReadObject, ReadRecord, ReadTag, RowError, Schema
from labeling.projects.documents import Point, Rle, geometry, rle

Raw = Mapping[str, Any]
SIDE_BOUND = 40_000
"""Pixels; a mask is made at this size at most."""

_TABLES = """
CREATE TABLE images (number INTEGER PRIMARY KEY, id TEXT UNIQUE, text TEXT);
CREATE TABLE annotations (number INTEGER PRIMARY KEY, image TEXT, text TEXT);
CREATE INDEX annotation_image ON annotations (image, number);
CREATE TABLE categories (id TEXT PRIMARY KEY, name TEXT);
"""


class NotCocoError(ValueError):
    """An annotation that is none, with the reason."""


def read_file(file: SourceFile, schema: Schema) -> Iterator[ReadRecord | RowError]:
    """One record for each image, in the file's order.

    The file is passed once, into an SQLite file that vanishes when closed, so memory does not
    grow with it.
    """
    # An empty name is a private database on disk.
    with closing(sqlite3.connect("")) as database:
        database.executescript(_TABLES)
        yield from _take_apart(file, database)
        yield from _images(file.name, database, schema)
        yield from _strays(file.name, database)


def _take_apart(file: SourceFile, database: sqlite3.Connection) -> Iterator[RowError]:
    numbers = {"images": 0, "annotations": 0, "categories": 0}
    try:
        with file.open() as stream, io.TextIOWrapper(stream, "utf-8") as text:
            for member, element in ObjectReader(text).elements():
                if member not in numbers:
                    continue
                numbers[member] += 1
                wrong = _put_away(database, member, numbers[member], element)
                if wrong:
                    yield RowError(f"{file.name}, {member} {numbers[member]}", wrong)
    except UnreadableError as error:
        yield RowError(file.name, str(error))
    except UnicodeDecodeError:
        yield RowError(file.name, _("The file is not UTF-8 text."))
    except JsonError as error:
        yield RowError(file.name, _("The file is not JSON from here on: %(why)s") % {"why": error})
    else:
        if not numbers["images"]:
            yield RowError(file.name, _("The file is not COCO: it lists no images."))


def _put_away(database: sqlite3.Connection, member: str, number: int, text: str) -> str | None:
    """Keep one element for later; the reason when it cannot be used."""
    raw = json.loads(text)
    if not isinstance(raw, dict):
        return _("An object is needed.")
    if member == "annotations":
        database.execute(
            "INSERT INTO annotations VALUES (?, ?, ?)", (number, _key(raw.get("image_id")), text)
        )
        return None
    identity = _key(raw.get("id"))
    name = raw.get("file_name" if member == "images" else "name")
    if not identity or not isinstance(name, str) or not _is_text(name):
        return _("An id and a name are needed.")
    if member == "images":
        row: tuple[Any, ...] = (number, identity, text)
        added = database.execute("INSERT OR IGNORE INTO images VALUES (?, ?, ?)", row)
    else:
        row = (identity, name)
        added = database.execute("INSERT OR IGNORE INTO categories VALUES (?, ?)", row)
    return None if added.rowcount else _("Another one has this id.")


def _images(
    file_name: str, database: sqlite3.Connection, schema: Schema
) -> Iterator[ReadRecord | RowError]:
    categories: dict[str, str] = dict(database.execute("SELECT id, name FROM categories"))
    for identity, text in database.execute("SELECT id, text FROM images ORDER BY number"):
        raw = json.loads(text)
        size = _side(raw.get("width")), _side(raw.get("height"))
        objects = []
        rows = database.execute(
            "SELECT number, text FROM annotations WHERE image = ? ORDER BY number", (identity,)
        )
        for number, annotation in rows:
            place = _("annotation %(n)s") % {"n": number}
            try:
                objects.append(_object(json.loads(annotation), categories, size, schema, place))
            except NotCocoError as error:
                yield RowError(f"{file_name}, {place}", str(error))
        yield _record(raw, size, tuple(objects))


def _strays(file_name: str, database: sqlite3.Connection) -> Iterator[RowError]:
    rows = database.execute(
        "SELECT number FROM annotations WHERE image NOT IN (SELECT id FROM images) ORDER BY number"
    )
    for (number,) in rows:
        place = _("annotation %(n)s") % {"n": number}
        yield RowError(f"{file_name}, {place}", _("The file lists no image of this image_id."))


def _record(
    raw: Raw, size: tuple[int | None, int | None], objects: tuple[ReadObject, ...]
) -> ReadRecord:
    said = str(raw["file_name"]).replace("\\", "/")
    attributes = _attributes(raw)
    given = attributes.get("name")
    names = (given if isinstance(given, str) else "", PurePosixPath(said).name, said)
    content_hash, dataset = attributes.get("hash"), attributes.get("dataset")
    return ReadRecord(
        place=said,
        names=tuple(dict.fromkeys(each for each in names if each)),
        objects=objects,
        tags=_tags(attributes),
        content_hash=content_hash if isinstance(content_hash, str) else "",
        dataset=dataset if isinstance(dataset, str) else "",
        width=size[0],
        height=size[1],
    )


def _object(
    raw: Raw,
    categories: Mapping[str, str],
    size: tuple[int | None, int | None],
    schema: Schema,
    place: str,
) -> ReadObject:
    """An annotation; raises NotCocoError where it says nothing that could be drawn."""
    class_name = categories.get(_key(raw.get("category_id")))
    if class_name is None:
        raise NotCocoError(_("The file lists no category of this category_id."))
    known = schema.class_by_name.get(class_name)
    drawn = _drawn(raw, known.shape if known else "any", size)
    attributes = _attributes(raw)
    identity, source = attributes.get("uid"), attributes.get("source")
    return ReadObject(
        place=place,
        class_name=class_name,
        tags=_tags(attributes),
        id=identity if isinstance(identity, str) else "",
        source=source if source in ("person", "import") else "import",
        **drawn,
    )


def _drawn(raw: Raw, wanted: str, size: tuple[int | None, int | None]) -> dict[str, Any]:
    """Shape and geometry.

    An annotation often has a box and an outline of the same object; the class says which of them
    is wanted, and when it takes any shape, the more exact one is.
    """
    segmentation = raw.get("segmentation")
    if raw.get("num_keypoints") == 1 and wanted in ("any", "point"):
        return {"shape": "point", "points": [_keypoint(raw.get("keypoints"))]}
    if wanted == "rectangle" or not segmentation:
        return {"shape": "rectangle", "points": _box(raw.get("bbox"))}
    if isinstance(segmentation, dict):
        return {"shape": "bitmap", "rle": _mask(segmentation)}
    rings = _rings(segmentation)
    if len(rings) == 1 and wanted != "bitmap":
        return {"shape": "polygon", "points": rings[0]}
    return {"shape": "bitmap", "rle": _filled(rings, size)}


def _box(raw: Any) -> list[Point]:
    if not isinstance(raw, list) or len(raw) != 4 or not _are_numbers(raw):
        raise NotCocoError(_("A bbox of four numbers is needed."))
    return geometry.box_points(*raw)


def _keypoint(raw: Any) -> Point:
    """The one labeled point of a list x, y, visibility, x, y, visibility, ..."""
    if not isinstance(raw, list) or len(raw) % 3 or not _are_numbers(raw):
        raise NotCocoError(_("Keypoints are numbers in threes."))
    for x, y, seen in zip(raw[::3], raw[1::3], raw[2::3], strict=True):
        if seen:
            return [x, y]
    raise NotCocoError(_("No keypoint is labeled."))


def _rings(raw: Any) -> list[list[Point]]:
    if not isinstance(raw, list):
        raise NotCocoError(_("A segmentation is a list of outlines, or a mask."))
    rings: list[list[Point]] = []
    for flat in raw:
        if not isinstance(flat, list) or len(flat) % 2 or len(flat) < 6 or not _are_numbers(flat):
            raise NotCocoError(_("An outline is a list x, y, x, y, ... of three points or more."))
        rings.append([list(pair) for pair in zip(flat[::2], flat[1::2], strict=True)])
    return rings


def _filled(rings: list[list[Point]], size: tuple[int | None, int | None]) -> Rle:
    """One mask of an object in several parts: COCO means their union."""
    width, height = size
    if not width or not height or max(width, height) > SIDE_BOUND:
        raise NotCocoError(_("The image's width and height are needed for an object in parts."))
    inside = all(0 <= x <= width and 0 <= y <= height for ring in rings for x, y in ring)
    if not inside:
        raise NotCocoError(_("A part of the outline lies outside the image."))
    return rle.from_rings(rings, height, width)


def _mask(raw: Raw) -> Rle:
    size, counts = raw.get("size"), raw.get("counts")
    if not isinstance(size, list) or len(size) != 2 or not all(_side(each) for each in size):
        raise NotCocoError(_("A mask has the size [height, width]."))
    if isinstance(counts, str):
        return Rle(size=size, counts=counts)
    if not isinstance(counts, list) or not all(type(each) is int for each in counts):
        raise NotCocoError(_("A mask has counts: a text, or a list of whole numbers."))
    try:
        return rle.from_runs(counts, size[0], size[1])
    except rle.RleError as error:
        raise NotCocoError(_("The counts do not make a mask of that size.")) from error


def _attributes(raw: Raw) -> Raw:
    attributes = raw.get("attributes")
    return attributes if isinstance(attributes, dict) else {}


def _tags(attributes: Raw) -> tuple[ReadTag, ...]:
    tags = attributes.get("tags")
    if not isinstance(tags, Sequence) or isinstance(tags, str):
        return ()
    return tuple(
        ReadTag(each["name"], each.get("value"))
        for each in tags
        if isinstance(each, dict) and isinstance(each.get("name"), str)
    )


def _are_numbers(values: list[Any]) -> bool:
    return all(type(each) in (int, float) for each in values)


def _side(value: Any) -> int | None:
    return value if type(value) is int and 0 < value <= SIDE_BOUND else None


def _key(identity: Any) -> str:
    """An id as COCO files have them: a number or a text; empty when it is neither."""
    if type(identity) is int and abs(identity) < 2**63:
        return f"n{identity}"
    return f"t{identity}" if isinstance(identity, str) and _is_text(identity) else ""


def _is_text(value: str) -> bool:
    """Whether SQLite and UTF-8 can hold it; JSON can spell half of a character."""
    return not any("\ud800" <= each <= "\udfff" for each in value)
