"""From what a file says about an item to a label document: names become ids, the rest is told."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from labeling.exports.formats.markup import Number, read_number
from labeling.exports.records import (
    ReadObject,
    ReadRecord,
    ReadTag,
    RowError,
    Schema,
    SchemaTag,
    Value,
)
from labeling.projects.documents import (
    Document,
    Point,
    Rules,
    TagRule,
    empty_document,
    geometry,
    sift,
)

SLACK = 1e-4
"""Of a side; a fraction of few digits may end so far outside of the image, and means its edge."""

_OBJECT = re.compile(r"objects\[(\d+)\]")


def rules_of(schema: Schema, width: int, height: int) -> Rules:
    """What an import may bring: everything that the project offers, on an image of that size."""
    return Rules(
        width=width,
        height=height,
        classes={each.id: each.shape for each in schema.classes if not each.is_removed},
        tags={
            each.id: TagRule(
                each.value_type, each.choices, each.applies_to, frozenset(each.classes)
            )
            for each in schema.tags
            if not each.is_removed
        },
    )


def resolve(
    read: ReadRecord, schema: Schema, width: int, height: int
) -> tuple[Document, list[RowError]]:
    """The document that a record makes on an image of `width` x `height` pixels.

    What does not fit is left out and told, one error each; an object without its bad tag still
    goes in. A file that speaks of an image of another size says nothing about this one, and on
    one whose size nobody knows yet nothing can be placed.
    """
    if not (width and height):
        told = _("This image has not been fetched yet, so its size is not known. Fetch it first.")
        return empty_document(), [RowError(read.place, told)]
    if None not in (read.width, read.height) and (read.width, read.height) != (width, height):
        told = _("It is for an image of %(a)s x %(b)s pixels; this one has %(c)s x %(d)s.") % {
            "a": read.width,
            "b": read.height,
            "c": width,
            "d": height,
        }
        return empty_document(), [RowError(read.place, told)]
    if read.is_relative:
        read = in_pixels(read, width, height)
    resolving = _Resolving(read, schema)
    document, problems = sift(resolving.raw(), rules_of(schema, width, height))
    errors = resolving.errors
    errors += [RowError(resolving.place_of(each.path), each.message) for each in problems]
    return document, errors


def in_pixels(read: ReadRecord, width: int, height: int) -> ReadRecord:
    """A record of fractions as one of pixels, on an image of `width` x `height` of them."""
    sides = width, height
    objects = tuple(
        replace(
            each,
            # What it is called stays, whichever size the image has.
            id=each.id or content_id(each),
            points=[_placed(point, sides) for point in each.points],
        )
        for each in read.objects
    )
    return replace(read, objects=objects, is_relative=False)


def _placed(point: Point, sides: tuple[int, int]) -> Point:
    return [_on_side(value, side) for value, side in zip(point, sides, strict=True)]


def _on_side(fraction: Number, side: int) -> Number:
    """A fraction of a side in pixels; one that is outside by its last digits is the edge."""
    if -SLACK <= fraction <= 0:
        return 0
    if 1 <= fraction <= 1 + SLACK:
        return side
    try:
        return geometry.settled(fraction * side)
    except OverflowError:
        return fraction


class _Resolving:
    """One record, with the errors that come up while its names become ids."""

    def __init__(self, read: ReadRecord, schema: Schema) -> None:
        self.errors: list[RowError] = []
        self._read = read
        self._schema = schema
        self._kept: list[ReadObject] = []

    def raw(self) -> dict[str, Any]:
        """A raw document of what can be named; its objects are those of `place_of`."""
        seen: set[str] = set()
        objects = []
        for each in self._read.objects:
            known = self._schema.class_by_name.get(each.class_name)
            if known is None:
                self._say(each, _unknown_class(each.class_name))
                continue
            identity = each.id or content_id(each)
            if identity in seen:
                self._say(each, _("The same object stands in the file twice."))
                continue
            seen.add(identity)
            self._kept.append(each)
            objects.append(_raw_object(each, identity, known.id, self._tags(each.tags, each)))
        return {"objects": objects, "tags": self._tags(self._read.tags, None)}

    def place_of(self, path: str) -> str:
        """Where in the file a problem's path points to."""
        match = _OBJECT.match(path)
        if match is None:
            return self._read.place
        return f"{self._read.place}, {self._kept[int(match[1])].place}"

    def _tags(self, tags: tuple[ReadTag, ...], owner: ReadObject | None) -> list[dict[str, Any]]:
        return list(self._known_tags(tags, owner))

    def _known_tags(
        self, tags: tuple[ReadTag, ...], owner: ReadObject | None
    ) -> Iterator[dict[str, Any]]:
        for each in tags:
            known = self._schema.tag_by_name.get(each.name)
            if known is None:
                self._say(
                    owner, _("The project has no tag “%(name)s”.") % {"name": each.name[:100]}
                )
            elif not _says_no(each, known):
                yield {"tag": known.id, "value": _meant(each, known)}

    def _say(self, owner: ReadObject | None, message: str) -> None:
        place = self._read.place if owner is None else f"{self._read.place}, {owner.place}"
        self.errors.append(RowError(place, message))


def content_id(read: ReadObject) -> str:
    """An id made of what the object is, for files without ids.

    The same file read again gives the same ids, so importing it twice doubles nothing.
    """
    facts = (read.class_name, read.shape, read.points, read.holes, read.rle, read.keyframes)
    text = json.dumps(facts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _says_no(each: ReadTag, known: SchemaTag) -> bool:
    """Whether a check box of a file is not ticked: the tag is not there."""
    return each.is_text and known.value_type == "none" and each.value in ("false", "False", "0")


def _meant(each: ReadTag, known: SchemaTag) -> Value:
    """The value that a tag's definition makes of a text."""
    if not each.is_text or not isinstance(each.value, str):
        return each.value
    if known.value_type == "none" and each.value in ("true", "True", "1", ""):
        return None
    number = read_number(each.value.strip()) if known.value_type == "number" else None
    return each.value if number is None else number


def _raw_object(
    each: ReadObject, identity: str, class_id: int, tags: list[dict[str, Any]]
) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "id": identity,
        "class": class_id,
        "shape": each.shape,
        "points": each.points,
        "tags": tags,
        "source": each.source,
    }
    if each.holes:
        raw["holes"] = each.holes
    if each.rle is not None:
        raw["rle"] = each.rle
    if each.keyframes:
        raw["keyframes"] = each.keyframes
    return raw


def _unknown_class(name: str) -> str:
    if not name:
        return _("The file does not say of which class it is.")
    return _("The project has no class “%(name)s”.") % {"name": name[:100]}
