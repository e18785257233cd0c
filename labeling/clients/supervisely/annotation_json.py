"""One image's annotation: Supervisely's JSON and our label document, either way. No queries.

Names are the SDK's handle for classes and tags; our documents hold ids. What the SDK says about
how a label came about (who, when, by which network) is not part of what is labeled and not kept.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.utils.translation import gettext as _

from labeling.clients.supervisely.geometry import (
    Size,
    from_whole_pixels,
    read_geometry,
    shown_geometry,
    to_whole_pixels,
)
from labeling.clients.supervisely.unfit import Unfit
from labeling.exports.records import Schema, SchemaClass
from labeling.projects.documents import LabelObject, Tag

# What a number of JSON holds exactly everywhere.
NUMBER_BITS = 52


@dataclass(frozen=True)
class Picture:
    """What an annotation is of.

    Attributes:
        item: key of the item.
        size: width and height, pixels.
        known: the objects that the item has now, by the numbers that the SDK knows them by.
    """

    item: int
    size: Size
    known: Mapping[int, LabelObject]


def number_of(item: int, identity: str) -> int:
    """The number by which the SDK knows an object of an item; our own ids are texts."""
    digest = hashlib.sha256(f"{item}:{identity}".encode()).digest()
    return int.from_bytes(digest[:8]) >> (64 - NUMBER_BITS)


def shown_annotation(
    item: int,
    size: Size,
    objects: Sequence[LabelObject],
    tags: Sequence[Tag],
    schema: Schema,
    *,
    whole_pixels: bool,
) -> dict[str, Any]:
    """An annotation as the SDK reads it.

    Classes and tags that are no longer offered are not in the project's meta, so nothing of them
    can be told; as at the vendor, where they would be gone.

    Raises:
        Unfit: an object that Supervisely's images cannot have.
    """
    return {
        "description": "",
        "size": {"height": size[1], "width": size[0]},
        "tags": shown_tags(tags, schema),
        "objects": shown_objects(item, size, objects, schema, whole_pixels=whole_pixels),
        "customBigData": {},
    }


def shown_objects(
    item: int,
    size: Size,
    objects: Sequence[LabelObject],
    schema: Schema,
    *,
    whole_pixels: bool,
) -> list[dict[str, Any]]:
    """The objects of one image, from the lowest drawn to the topmost.

    Raises:
        Unfit
    """
    shown = []
    for each in objects:
        kind = schema.class_by_id.get(each["class"])
        if kind is None or kind.is_removed:
            continue
        geometry = shown_geometry(each)
        facts = {
            "id": number_of(item, each["id"]),
            "classId": kind.id,
            "classTitle": kind.name,
            "description": "",
            "tags": shown_tags(each["tags"], schema),
            "nnCreated": False,
            "nnUpdated": False,
        }
        shown.append(facts | (to_whole_pixels(geometry, size) if whole_pixels else geometry))
    return shown


def shown_tags(tags: Sequence[Tag], schema: Schema) -> list[dict[str, Any]]:
    """Tags by name and id."""
    return [
        {"tagId": known.id, "name": known.name, "value": each["value"]}
        for each in tags
        if (known := schema.tag_by_id.get(each["tag"])) and not known.is_removed
    ]


def read_annotation(given: Any, picture: Picture, schema: Schema) -> dict[str, Any]:
    """The raw document that an annotation says; our documents judge the rest of it.

    Object `n` of the annotation is object `n` of the document.

    Raises:
        Unfit: with the place of what cannot be kept.
    """
    if not isinstance(given, dict):
        raise Unfit(_("An annotation is an object."))
    _refuse_other_size(given.get("size"), picture.size)
    _refuse_unkept(given, "description", _("A description of the image cannot be kept here."))
    _refuse_unkept(given, "customBigData", _("Custom data of annotations cannot be kept here."))
    reading = ObjectReading(picture, schema)
    objects = []
    for number, each in enumerate(_list(given, "objects")):
        try:
            objects.append(reading.object(each))
        except Unfit as unfit:
            raise unfit.within(f"objects[{number}]") from None
    return {"objects": objects, "tags": read_tags(_list(given, "tags"), schema)}


class ObjectReading:
    """Reads the labels of one image, and gives those without an id one.

    An id is made of what the object is, so that uploading the same annotation twice doubles
    nothing; two labels that are equal get two ids.
    """

    def __init__(self, picture: Picture, schema: Schema) -> None:
        self._picture = picture
        self._schema = schema
        self._used: set[str] = set()

    def object(self, given: Any, *, whole_pixels: bool = False) -> dict[str, Any]:
        """A raw object of a document.

        Raises:
            Unfit
        """
        if not isinstance(given, dict):
            raise Unfit(_("A label is an object."))
        _refuse_unkept(given, "description", _("A label's description cannot be kept here."))
        _refuse_unkept(given, "instance", _("Labels that are bound together cannot be kept here."))
        _refuse_unkept(given, "customData", _("Custom data of labels cannot be kept here."))
        kind = self._class(given)
        word = given.get("geometryType") or given.get("shape")
        if whole_pixels:
            given = {**given, **from_whole_pixels(word, given)}
        read = read_geometry(word, given, self._picture.size)
        tags = read_tags(_list(given, "tags"), self._schema)
        known = self._picture.known.get(_key(given.get("id")))
        if known is not None and known["id"] not in self._used:
            identity, source = known["id"], known["source"]
        else:
            identity, source = self._fresh_id(kind.name, read), "import"
        self._used.add(identity)
        return {"id": identity, "class": kind.id, "tags": tags, "source": source, **read}

    def _class(self, given: Mapping[str, Any]) -> SchemaClass:
        title = given.get("classTitle")
        if title is None:
            found = self._schema.class_by_id.get(_key(given.get("classId")))
            if found is not None and not found.is_removed:
                return found
            raise Unfit(_("Its class is not one of the project."))
        found = self._schema.class_by_name.get(title) if isinstance(title, str) else None
        if found is None:
            raise Unfit(_("The project has no class “%(name)s”.") % {"name": str(title)[:100]})
        return found

    def _fresh_id(self, class_name: str, read: Mapping[str, Any]) -> str:
        facts = json.dumps([class_name, read], sort_keys=True)
        for copy in count():
            text = f"{facts}#{copy}" if copy else facts
            identity = hashlib.sha256(text.encode()).hexdigest()[:32]
            if identity not in self._used:
                break
        return identity


def read_tags(given: Sequence[Any], schema: Schema) -> list[dict[str, Any]]:
    """Raw tags of a document.

    Raises:
        Unfit
    """
    read = []
    for number, each in enumerate(given):
        place = f"tags[{number}]"
        if isinstance(each, str):
            each = {"name": each}
        if not isinstance(each, dict):
            raise Unfit(_("A tag is an object."), place)
        if each.get("customData"):
            raise Unfit(_("Custom data of tags cannot be kept here."), place)
        read.append({"tag": _tag_id(each, schema, place), "value": each.get("value")})
    return read


def _tag_id(given: Mapping[str, Any], schema: Schema, place: str) -> int:
    name = given.get("name")
    if name is None:
        known = schema.tag_by_id.get(_key(given.get("tagId")))
        if known is not None and not known.is_removed:
            return known.id
        raise Unfit(_("This tag is not one of the project."), place)
    known = schema.tag_by_name.get(name) if isinstance(name, str) else None
    if known is None:
        raise Unfit(_("The project has no tag “%(name)s”.") % {"name": str(name)[:100]}, place)
    return known.id


def _refuse_other_size(given: Any, size: Size) -> None:
    """An annotation of an image of another size says nothing about this one."""
    if not isinstance(given, dict):
        raise Unfit(_("An annotation has the size of its image."), "size")
    said = given.get("width"), given.get("height")
    if None not in said and said != size:
        told = _("It is for an image of %(a)s x %(b)s pixels; this one has %(c)s x %(d)s.")
        facts = {"a": str(said[0])[:20], "b": str(said[1])[:20], "c": size[0], "d": size[1]}
        raise Unfit(told % facts, "size")


def _refuse_unkept(given: Mapping[str, Any], name: str, told: str) -> None:
    if given.get(name):
        raise Unfit(told, name)


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    value = given.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unfit(_("A list is needed."), name)
    return value


def _key(value: Any) -> int:
    """An id of the wire; one that nothing has when it is none."""
    return value if type(value) is int else -1
