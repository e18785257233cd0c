"""CVAT for images 1.1: one XML file with the labels, and each image with its shapes.

What each shape becomes: a rectangle is a `box`; a polygon a `polygon`, with holes a `mask`; a
polyline a `polyline`; a point `points` of one; a bitmap a `mask`; a track its first keyframe in the
picture. A tag of an object is its attribute. A tag of an image is a `tag`, whose label is the tag's
name, with its value in an attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from labeling.exports.formats.base import (
    CountingWriter,
    Format,
    Member,
    SourceFile,
    Writer,
    register_format,
)
from labeling.exports.formats.cvat_masks import mask_attributes
from labeling.exports.formats.cvat_reading import HASH, VALUE, read_file
from labeling.exports.formats.markup import number_text, root_tag, tag, text
from labeling.exports.formats.stills import as_still
from labeling.exports.records import (
    ReadRecord,
    Record,
    RowError,
    Schema,
    SchemaClass,
    SchemaTag,
    newest_objects,
    newest_tags,
    tag_facts,
    tag_text,
)
from labeling.exports.spools import Spool
from labeling.projects.documents import LabelObject, Point, Tag, rle

_TYPES = {
    "rectangle": "rectangle",
    "polygon": "polygon",
    "polyline": "polyline",
    "point": "points",
    "bitmap": "mask",
}
_ELEMENTS = {**_TYPES, "rectangle": "box"}
_INPUTS = {"none": "checkbox", "choice": "select"}


class CvatWriter(CountingWriter):
    """A spool of images; the labels before them are written in the end."""

    def __init__(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> None:
        super().__init__(folder, schema, state)
        self._schema = schema
        self._images = Spool(folder / "images.xml", state.get("images", 0))
        self._image_count: int = state.get("image_count", 0)
        self._used: set[int] = set(state.get("used", ()))

    def add(self, records: Sequence[Record]) -> None:
        first = records[0]
        facts = {
            "id": self._image_count,
            "name": first.path,
            "width": first.width,
            "height": first.height,
            HASH: first.content_hash,
        }
        self._image_count += 1
        objects = [self._object(each, record) for each, record in newest_objects(records)]
        tags = self._image_tags(newest_tags(records))
        page = f"  {tag('image', facts)}\n{''.join(objects)}{tags}  </image>\n"
        self._images.append(page.encode())

    def close(self) -> dict[str, Any]:
        self._images.close()
        return {
            "images": self._images.end,
            "image_count": self._image_count,
            "used": sorted(self._used),
            **self.account(),
        }

    def members(self) -> Iterator[Member]:
        beginning = f"{_BEGINNING % self._image_count}{self._labels()}{_IMAGES}"
        blocks = chain((beginning.encode(),), self._images.blocks(), (b"</annotations>\n",))
        yield Member("annotations.xml", blocks)

    def _object(self, each: LabelObject, record: Record) -> str:
        still, known = as_still(each), self._schema.class_by_id.get(each["class"])
        if still is None or known is None:
            self._dropped[each["shape"]] += 1
            return ""
        self._used.add(known.id)
        if still is not each or still.get("holes"):
            self._reduced[each["shape"]] += 1
        element, drawn = _drawn(still, record)
        facts = {
            "label": known.name,
            "source": "manual" if each["source"] == "person" else "file",
            "occluded": 0,
            **drawn,
            "z_order": 0,
        }
        attributes = "".join(
            f"      {_attribute(fact['name'], fact['value'])}\n"
            for fact in tag_facts(each["tags"], self._schema)
        )
        if not attributes:
            return f"    {tag(element, facts, is_empty=True)}\n"
        return f"    {tag(element, facts)}\n{attributes}    </{element}>\n"

    def _image_tags(self, tags: Iterable[Tag]) -> str:
        told = ""
        for fact in tag_facts(tags, self._schema):
            start = {"label": fact["name"], "source": "manual"}
            inside = _attribute(VALUE, fact["value"]) if fact["value"] is not None else ""
            told += f"    {tag('tag', start)}{inside}</tag>\n"
        return told

    def _labels(self) -> str:
        """Every class that is offered or used, and a label for each tag that images may have."""
        classes = [
            each for each in self._schema.classes if not each.is_removed or each.id in self._used
        ]
        taken = {each.name for each in classes}
        tags = [
            each
            for each in self._schema.tags
            if each.applies_to != "objects" and each.name not in taken
        ]
        return "".join([*(self._class_label(each) for each in classes), *map(_tag_label, tags)])

    def _class_label(self, each: SchemaClass) -> str:
        attributes = "".join(
            _label_attribute(known.name, known)
            for known in self._schema.tags
            if known.applies_to != "images" and (not known.classes or each.id in known.classes)
        )
        return _label(each.name, each.color, _TYPES.get(each.shape, "any"), attributes)


_BEGINNING = (
    '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
    "  <meta>\n    <task>\n      <name>Labeldesk</name>\n      <size>%d</size>\n"
    "      <mode>annotation</mode>\n      <labels>\n"
)
_IMAGES = "      </labels>\n    </task>\n  </meta>\n"


def _label(name: str, color: str, kind: str, attributes: str) -> str:
    return (
        f"        <label><name>{text(name)}</name><color>{text(color)}</color>"
        f"<type>{kind}</type><attributes>{attributes}</attributes></label>\n"
    )


def _tag_label(each: SchemaTag) -> str:
    attributes = _label_attribute(VALUE, each) if each.value_type != "none" else ""
    return _label(each.name, "", "tag", attributes)


def _label_attribute(name: str, each: SchemaTag) -> str:
    kind = _INPUTS.get(each.value_type, "text")
    values = {"checkbox": "false", "select": "\n".join(each.choices)}.get(kind, "")
    default = {"checkbox": "false", "select": each.choices[0] if each.choices else ""}
    return (
        f"<attribute><name>{text(name)}</name><mutable>False</mutable>"
        f"<input_type>{kind}</input_type><default_value>{text(default.get(kind, ''))}"
        f"</default_value><values>{text(values)}</values></attribute>"
    )


def _attribute(name: str, value: Any) -> str:
    return f"{tag('attribute', {'name': name})}{text(tag_text(value))}</attribute>"


def _drawn(still: LabelObject, record: Record) -> tuple[str, dict[str, Any]]:
    """The element that the object is, and what it says about where it lies."""
    shape, points = still["shape"], still["points"]
    if shape == "rectangle":
        (x1, y1), (x2, y2) = points
        sides = {"xtl": x1, "ytl": y1, "xbr": x2, "ybr": y2}
        return "box", {name: number_text(value) for name, value in sides.items()}
    if shape == "bitmap":
        return "mask", mask_attributes(still["rle"])
    if still.get("holes"):
        filled = rle.from_polygon(points, still["holes"], record.height, record.width)
        return "mask", mask_attributes(filled)
    return _ELEMENTS[shape], {"points": _pairs(points)}


def _pairs(points: Iterable[Point]) -> str:
    return ";".join(f"{number_text(x)},{number_text(y)}" for x, y in points)


@register_format
class Cvat(Format):
    """CVAT for images."""

    name = "cvat"
    label = _("CVAT for images 1.1 (XML)")
    extension = "xml"
    accepts = (".xml",)
    can_read = True
    can_write = True
    holds = _("All shapes and tags, in one XML file.")
    drops = (
        _("Of a track, its first keyframe in the picture is written as a still object."),
        _("A polygon with holes becomes a mask of whole pixels."),
        _("Of several annotations of one image, the newest version of each object is written."),
        _("History, reviewers and the ids of objects are left out."),
        _("When reading, a turned box becomes a polygon and a group of points single points."),
        _("When reading, ellipses, cuboids and skeletons are reported and left out."),
        _("When reading, what is said about occlusion and groups is left out."),
    )

    def recognizes(self, name: str, start: bytes) -> bool:
        """XML whose root holds the annotations of many images."""
        return super().recognizes(name, start) and root_tag(start) == "annotations"

    def writer(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> Writer:
        return CvatWriter(folder, schema, state)

    def read(self, files: Iterable[SourceFile], schema: Schema) -> Iterator[ReadRecord | RowError]:
        """One record an image; a shape that makes no sense is told, the others go in."""
        for file in files:
            yield from read_file(file)
