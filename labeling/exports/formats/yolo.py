"""YOLO as Ultralytics lays it out: a text file of fractions for each image, classes in data.yaml.

Two formats write, since training wants either boxes in all lines or outlines in all of them, and
one reads both. Lines name classes by number, so nothing can be read without a list of classes: a
YAML file with `names`, or a text file with a name a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import yaml
from django.utils.translation import gettext_lazy as _

from labeling.exports.formats.base import (
    CountingWriter,
    Format,
    Member,
    SourceFile,
    Writer,
    register_format,
)
from labeling.exports.formats.many_files import FileSpool
from labeling.exports.formats.markup import number_text
from labeling.exports.formats.stills import as_box, as_still
from labeling.exports.formats.yolo_reading import looks_like_yolo, read_files
from labeling.exports.records import (
    ReadRecord,
    Record,
    RowError,
    Schema,
    newest_objects,
    newest_tags,
)
from labeling.projects.documents import LabelObject, Point

_CALLED_IMAGES = re.compile(r"_*images(?=/)", re.IGNORECASE)


class YoloWriter(CountingWriter):
    """A spool of label files.

    The classes get their numbers at the beginning, and keep them however the schema changes while
    the files are written: the state holds their ids in order.
    """

    def __init__(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> None:
        super().__init__(folder, schema, state)
        self._schema = schema
        offered = [each.id for each in schema.classes if not each.is_removed]
        ids: list[int] = list(state.get("classes", offered))
        self._numbers = {each: number for number, each in enumerate(ids)}
        self._files = FileSpool(folder / "files", state.get("files", 0))

    def add(self, records: Sequence[Record]) -> None:
        first = records[0]
        self._dropped_tags += len(newest_tags(records))
        lines = [self._line(each, first) for each, _record in newest_objects(records)]
        path = PurePosixPath(_inside(first.path)).with_suffix(".txt")
        self._files.add(f"labels/train/{path}", "".join(lines))

    def close(self) -> dict[str, Any]:
        self._files.close()
        return {"files": self._files.end, "classes": list(self._numbers), **self.account()}

    def members(self) -> Iterator[Member]:
        yield Member("data.yaml", (self._settings().encode(),))
        yield from self._files.members()

    def _line(self, each: LabelObject, record: Record) -> str:
        """The object's line; empty when it has none."""
        still = as_still(each)
        drawn = self._drawn(still) if still else None
        known = self._schema.class_by_id.get(each["class"])
        if drawn is None or known is None or not (record.width and record.height):
            self._dropped[each["shape"]] += 1
            return ""
        values, is_exact = drawn
        if not is_exact or still is not each:
            self._reduced[each["shape"]] += 1
        self._dropped_tags += len(each["tags"])
        number = self._numbers.setdefault(known.id, len(self._numbers))
        sides = record.width, record.height
        told = [number_text(value / sides[at % 2]) for at, value in enumerate(values)]
        return f"{' '.join([str(number), *told])}\n"

    def _drawn(self, still: LabelObject) -> tuple[list[float], bool] | None:
        """Pixels, x and y in turn, and whether they say all; None for what the format lacks."""
        corners = as_box(still)
        if corners is None:
            return None
        (x1, y1), (x2, y2) = corners
        middle = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]
        return middle, still["shape"] == "rectangle"

    def _settings(self) -> str:
        names = {
            number: self._schema.class_by_id[each].name
            for each, number in self._numbers.items()
            if each in self._schema.class_by_id
        }
        # Without `path` the folders are searched next to this file. Who trains with it makes a
        # split of their own; training asks for both words.
        facts = {"train": "images/train", "val": "images/train", "names": names}
        return yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)


class YoloOutlineWriter(YoloWriter):
    """Lines of outlines; boxes are outlines of four corners."""

    def _drawn(self, still: LabelObject) -> tuple[list[float], bool] | None:
        ring: list[Point]
        if still["shape"] == "rectangle":
            (x1, y1), (x2, y2) = still["points"]
            ring = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
        elif still["shape"] == "polygon":
            ring = still["points"]
        else:
            return None
        is_exact = still["shape"] == "polygon" and not still.get("holes")
        return [value for point in ring for value in point], is_exact


def _inside(path: str) -> str:
    """A record's path without a folder called `images`: tools find labels by that word's place."""
    return _CALLED_IMAGES.sub(r"_\g<0>", path, count=1) if _CALLED_IMAGES.match(path) else path


class _Yolo(Format):
    """What both have in common."""

    extension = "txt"
    writes: ClassVar[type[YoloWriter]]
    can_write = True

    def image_path(self, path: str) -> str:
        """Below `images/train`, as the label below `labels/train`."""
        return f"images/train/{_inside(path)}"

    def writer(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> Writer:
        return self.writes(folder, schema, state)


@register_format
class Yolo(_Yolo):
    """YOLO for detection; reads outlines too."""

    name = "yolo"
    label = _("YOLO (Ultralytics)")
    accepts = (".txt", ".yaml", ".yml", ".names")
    can_read = True
    writes = YoloWriter
    holds = _("Boxes, to train a detector: a text file for each image, and data.yaml.")
    drops = (
        _("Polygons and bitmaps become the boxes around them."),
        _("Of a track, its first keyframe in the picture becomes a box."),
        _("Points, polylines and all tags are left out."),
        _("Of several annotations of one image, the newest version of each object is written."),
        _("When reading, the numbers of classes need a data.yaml or classes.txt in the same ZIP."),
    )

    def recognizes(self, name: str, start: bytes) -> bool:
        """A list of classes, or a text of numbers: many other things are texts."""
        return super().recognizes(name, start) and looks_like_yolo(name, start)

    def read(self, files: Iterable[SourceFile], schema: Schema) -> Iterator[ReadRecord | RowError]:
        """One record a label file; a line that makes no sense is told, the others go in.

        The files are listed first, since the one that names the classes may be the last.
        """
        yield from read_files(list(files), schema)


@register_format
class YoloSegmentation(_Yolo):
    """YOLO for segmentation, for writing; what it writes the other one reads."""

    name = "yolo-segmentation"
    label = _("YOLO segmentation (Ultralytics)")
    writes = YoloOutlineWriter
    holds = _("Outlines, to train segmentation: a text file for each image, and data.yaml.")
    drops = (
        _("A box becomes an outline of four corners, and holes in polygons are filled."),
        _("Of a track, its first keyframe in the picture is written as a still object."),
        _("Bitmaps, points, polylines and all tags are left out."),
        _("Of several annotations of one image, the newest version of each object is written."),
    )
