"""COCO: one JSON file with images, annotations and categories.

What each shape becomes: a rectangle is its `bbox`; a polygon a `segmentation`; a polygon with
holes and a bitmap are masks in compressed run lengths; a point is one keypoint; a track is its
first keyframe in the picture. Tags, ids and who labeled it go into `attributes`, which other tools
keep or ignore.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from labeling.core.json_text import encode
from labeling.exports.formats.base import Format, Member, SourceFile, Writer, register_format
from labeling.exports.formats.coco_reading import read_file
from labeling.exports.records import (
    ReadRecord,
    Record,
    RowError,
    Schema,
    newest_objects,
    newest_tags,
    tag_facts,
)
from labeling.exports.spools import Spool
from labeling.projects.documents import LabelObject, Point, Rle, geometry, rle

Facts = dict[str, Any]


class CocoWriter(Writer):
    """Two spools, images and annotations, that are put together in the end."""

    def __init__(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> None:
        self._schema = schema
        self._images = Spool(folder / "images.json", state.get("images", 0))
        self._annotations = Spool(folder / "annotations.json", state.get("annotations", 0))
        self._image_count: int = state.get("image_count", 0)
        self._annotation_count: int = state.get("annotation_count", 0)
        self._used: set[int] = set(state.get("used", ()))
        self._dropped: Counter[str] = Counter(state.get("dropped", {}))

    def add(self, records: Sequence[Record]) -> None:
        self._image_count += 1
        _put(self._images, [self._image(records)])
        found: list[Facts] = []
        for each, record in newest_objects(records):
            known = self._schema.class_by_id.get(each["class"])
            drawn = _drawn(each, record)
            if drawn is None or known is None:
                self._dropped[each["shape"]] += 1
                continue
            self._used.add(known.id)
            self._annotation_count += 1
            facts: Facts = {
                "id": self._annotation_count,
                "image_id": self._image_count,
                "category_id": known.id,
                "iscrowd": 0,
                **drawn,
                "attributes": self._attributes(each, record),
            }
            found.append(facts)
        _put(self._annotations, found)

    def close(self) -> Facts:
        self._images.close()
        self._annotations.close()
        return {
            "images": self._images.end,
            "annotations": self._annotations.end,
            "image_count": self._image_count,
            "annotation_count": self._annotation_count,
            "used": sorted(self._used),
            "dropped": dict(self._dropped),
        }

    def members(self) -> Iterator[Member]:
        yield Member(
            "annotations.json",
            chain(
                (b'{"info":{"description":"Labeldesk"},"licenses":[],"images":[\n',),
                self._images.blocks(),
                (b'\n],"annotations":[\n',),
                self._annotations.blocks(),
                (b'\n],"categories":', encode(self._categories()), b"}\n"),
            ),
        )

    @property
    def dropped(self) -> Mapping[str, int]:
        return self._dropped

    def _image(self, records: Sequence[Record]) -> Facts:
        first = records[0]
        is_tagged = any(each.document["tags"] for each in records)
        return {
            "id": self._image_count,
            "width": first.width,
            "height": first.height,
            "file_name": first.path,
            "attributes": {
                "name": first.name,
                "dataset": first.dataset,
                "hash": first.content_hash,
                "tags": tag_facts(newest_tags(records), self._schema) if is_tagged else [],
            },
        }

    def _attributes(self, each: LabelObject, record: Record) -> Facts:
        facts: Facts = {"uid": each["id"], "source": each["source"]}
        if each["tags"]:
            facts["tags"] = tag_facts(each["tags"], self._schema)
        if record.annotator:
            facts["annotator"] = record.annotator
        if each["shape"] == "track":
            facts["track"] = each["id"]
        return facts

    def _categories(self) -> list[Facts]:
        """Every class that is offered, and of the removed ones those that labels still use."""
        return [
            {
                "id": each.id,
                "name": each.name,
                "supercategory": "",
                **({"keypoints": ["point"], "skeleton": []} if each.shape == "point" else {}),
            }
            for each in self._schema.classes
            if not each.is_removed or each.id in self._used
        ]


@register_format
class Coco(Format):
    """COCO for detection, segmentation and single keypoints."""

    name = "coco"
    label = _("COCO (JSON)")
    extension = "json"
    accepts = (".json",)
    can_read = True
    can_write = True
    holds = _("Boxes, polygons, masks and single points with their tags, in one JSON file.")
    drops = (
        _("Polylines are left out."),
        _("Of a track, its first keyframe in the picture is written as a still object."),
        _("A polygon with holes becomes a mask of whole pixels."),
        _("Of several annotations of one image, the newest version of each object is written."),
        _("History, reviewers and the values that tags may take are left out."),
    )

    def writer(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> Writer:
        return CocoWriter(folder, schema, state)

    def read(self, files: Iterable[SourceFile], schema: Schema) -> Iterator[ReadRecord | RowError]:
        """One record an image; an annotation that makes no sense is told, the others go in."""
        for file in files:
            yield from read_file(file, schema)


def _drawn(each: LabelObject, record: Record) -> Facts | None:
    """Box, area and segmentation; None for what COCO cannot hold."""
    shape = each["shape"]
    if shape == "track":
        seen = [frame for frame in each["keyframes"] if not frame["outside"]]
        return _drawn_shape(seen[0]["shape"], seen[0]["points"]) if seen else None
    if shape == "bitmap":
        return _drawn_mask(each["rle"])
    if each.get("holes"):
        return _drawn_mask(
            rle.from_polygon(each["points"], each["holes"], record.height, record.width)
        )
    return _drawn_shape(shape, each["points"])


def _drawn_shape(shape: str, points: list[Point]) -> Facts | None:
    if shape == "rectangle":
        (x1, y1), (x2, y2) = points
        width, height = x2 - x1, y2 - y1
        return {"bbox": [x1, y1, width, height], "area": width * height, "segmentation": []}
    box = geometry.bounding_box(points)
    if shape == "polygon":
        flat = [value for point in points for value in point]
        return {"bbox": box, "area": geometry.ring_area(points), "segmentation": [flat]}
    if shape == "point":
        [[x, y]] = points
        return {"bbox": box, "area": 0, "keypoints": [x, y, 2], "num_keypoints": 1}
    return None


def _drawn_mask(mask: Rle) -> Facts:
    return {"bbox": rle.bounding_box(mask), "area": rle.area(mask), "segmentation": mask}


def _put(spool: Spool, elements: list[Facts]) -> None:
    """Elements of an array that goes on: all that one image adds, on one line."""
    if elements:
        spool.append((b",\n" if spool.end else b"") + encode(elements)[1:-1])
