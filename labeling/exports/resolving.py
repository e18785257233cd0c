"""From what a file says about an item to a label document: names become ids, the rest is told."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from labeling.exports.records import ReadObject, ReadRecord, ReadTag, RowError, Schema
from labeling.projects.documents import Document, Rules, TagRule, empty_document, sift

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
    goes in. A file that speaks of an image of another size says nothing about this one.
    """
    if None not in (read.width, read.height) and (read.width, read.height) != (width, height):
        told = _("It is for an image of %(a)s x %(b)s pixels; this one has %(c)s x %(d)s.") % {
            "a": read.width,
            "b": read.height,
            "c": width,
            "d": height,
        }
        return empty_document(), [RowError(read.place, told)]
    resolving = _Resolving(read, schema)
    document, problems = sift(resolving.raw(), rules_of(schema, width, height))
    errors = resolving.errors
    errors += [RowError(resolving.place_of(each.path), each.message) for each in problems]
    return document, errors


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
            else:
                yield {"tag": known.id, "value": each.value}

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
