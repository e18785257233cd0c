"""Pascal VOC: one XML file for each image, with upright boxes.

Written as the devkit lays it out: `Annotations`, `JPEGImages` and a list of all images in
`ImageSets/Main`, with CVAT's list of classes. Tags of objects go where CVAT and Datumaro put
theirs, into `attributes`.

Numbers stay as they are in the file. The devkit of 2007-2012 counts pixels from 1 and its xmax is
the last pixel inside; most tools that write VOC today, like the ones most data comes from, count
from 0 and mean edges. A file does not say which it is, so shifting would be a guess, and what came
in would not be what goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.exports.formats.base import (
    CountingWriter,
    Format,
    Member,
    SourceFile,
    UnreadableError,
    Writer,
    register_format,
)
from labeling.exports.formats.many_files import FileSpool
from labeling.exports.formats.markup import (
    Bounded,
    Number,
    TooLargeError,
    events_of,
    number_text,
    read_number,
    root_tag,
    text,
)
from labeling.exports.formats.stills import as_box, as_still
from labeling.exports.records import (
    ReadObject,
    ReadRecord,
    ReadTag,
    Record,
    RowError,
    Schema,
    newest_objects,
    newest_tags,
    tag_facts,
    tag_text,
)
from labeling.exports.spools import Spool
from labeling.projects.documents import LabelObject, Point

FILE_BOUND = 16 * 1024 * 1024
"""Bytes of the largest XML file that is read."""

HASH_MARK = "sha256:"
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


class VocWriter(CountingWriter):
    """A spool of XML files, and one of the images' list."""

    def __init__(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> None:
        super().__init__(folder, schema, state)
        self._schema = schema
        self._files = FileSpool(folder / "files", state.get("files", 0))
        self._list = Spool(folder / "list", state.get("list", 0))

    def add(self, records: Sequence[Record]) -> None:
        first = records[0]
        identity = str(PurePosixPath(first.path).with_suffix(""))
        self._dropped_tags += len(newest_tags(records))
        objects = [self._object(each) for each, _record in newest_objects(records)]
        self._files.add(f"Annotations/{identity}.xml", _page(first, "".join(objects)))
        self._list.append(f"{identity}\n".encode())

    def _object(self, each: LabelObject) -> str:
        """The object's element; empty for what a box cannot stand for."""
        still, known = as_still(each), self._schema.class_by_id.get(each["class"])
        corners = as_box(still) if still else None
        if corners is None or known is None:
            self._dropped[each["shape"]] += 1
            return ""
        self._reduced.update([each["shape"]] if each["shape"] != "rectangle" else [])
        values = [number_text(value) for point in corners for value in point]
        box = "".join(
            f"<{name}>{value}</{name}>" for name, value in zip(_CORNERS, values, strict=True)
        )
        tags = "".join(
            f"<attribute><name>{text(fact['name'])}</name>"
            f"<value>{text(tag_text(fact['value']))}</value></attribute>"
            for fact in tag_facts(each["tags"], self._schema)
        )
        return (
            f"  <object>\n    <name>{text(known.name)}</name>\n    <pose>Unspecified</pose>\n"
            "    <truncated>0</truncated>\n    <difficult>0</difficult>\n"
            f"    <bndbox>{box}</bndbox>\n"
            f"{f'    <attributes>{tags}</attributes>' + chr(10) if tags else ''}  </object>\n"
        )

    def close(self) -> dict[str, Any]:
        self._files.close()
        self._list.close()
        return {"files": self._files.end, "list": self._list.end, **self.account()}

    def members(self) -> Iterator[Member]:
        yield Member("labelmap.txt", (self._label_map().encode(),))
        yield Member("ImageSets/Main/default.txt", self._list.blocks())
        yield from self._files.members()

    def _label_map(self) -> str:
        """Which classes there are: CVAT and Datumaro ask for it where they are not VOC's own."""
        lines = [f"{each.name}:{_rgb(each.color)}::\n" for each in self._schema.classes]
        return "# label:color_rgb:parts:actions\n" + "".join(lines)


def _rgb(color: str) -> str:
    """`#ff8000` as `255,128,0`; nothing, which means any, for a class without a color."""
    return ",".join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5)) if color else ""


def _page(record: Record, objects: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotation>\n'
        f"  <folder>JPEGImages</folder>\n  <filename>{text(record.path)}</filename>\n"
        "  <source><database>Labeldesk</database><annotation>Labeldesk</annotation>"
        f"<image>{HASH_MARK}{text(record.content_hash)}</image></source>\n"
        f"  <size><width>{record.width}</width><height>{record.height}</height>"
        "<depth>3</depth></size>\n"
        f"  <segmented>0</segmented>\n{objects}</annotation>\n"
    )


@register_format
class Voc(Format):
    """Pascal VOC."""

    name = "voc"
    label = gettext_lazy("Pascal VOC (XML)")
    extension = "xml"
    accepts = (".xml",)
    can_read = True
    can_write = True
    images = "JPEGImages"
    holds = gettext_lazy("Boxes with their tags, one XML file for each image.")
    drops = (
        gettext_lazy("Polygons and bitmaps become the boxes around them."),
        gettext_lazy("Of a track, its first keyframe in the picture becomes a box."),
        gettext_lazy("Points and polylines are left out, and so are tags of whole images."),
        gettext_lazy(
            "Of several annotations of one image, the newest version of each object is written."
        ),
        gettext_lazy("When reading, pose, truncated, difficult and parts are left out."),
    )

    def recognizes(self, name: str, start: bytes) -> bool:
        """XML whose root is one image's annotation."""
        return super().recognizes(name, start) and root_tag(start) == "annotation"

    def writer(self, folder: Path, schema: Schema, state: Mapping[str, Any]) -> Writer:
        return VocWriter(folder, schema, state)

    def read(self, files: Iterable[SourceFile], schema: Schema) -> Iterator[ReadRecord | RowError]:
        """One record a file; a box that makes no sense is told, the others go in."""
        for file in files:
            root = _root(file)
            if isinstance(root, RowError):
                yield root
            else:
                yield from _read(root, file.name)


def _root(file: SourceFile) -> Element | RowError:
    try:
        with file.open() as stream:
            root = None
            for _event, element, _depth in events_of(Bounded(stream, FILE_BOUND)):
                # The first that begins is whole when all have ended.
                root = element if root is None else root
    except UnreadableError as error:
        return RowError(file.name, str(error))
    except DefusedXmlException:
        return RowError(file.name, _("The file declares entities, which is refused."))
    except TooLargeError:
        return RowError(file.name, _("The file is too large for one image's annotations."))
    except (ParseError, ValueError, LookupError) as error:
        return RowError(file.name, _("The file is not XML: %(why)s") % {"why": error})
    if root is None or root.tag != "annotation":
        return RowError(file.name, _("The file is not a Pascal VOC annotation."))
    return root


def _read(root: Element, file_name: str) -> Iterator[ReadRecord | RowError]:
    objects: list[ReadObject] = []
    for number, element in enumerate(root.findall("object"), 1):
        place = _("object %(n)s") % {"n": number}
        found = _object(element, place)
        if isinstance(found, str):
            yield RowError(f"{file_name}, {place}", found)
        else:
            objects.append(found)
    yield ReadRecord(
        place=file_name,
        names=_names(root, file_name),
        objects=tuple(objects),
        content_hash=_hash(root),
        width=_pixels(root.findtext("size/width")),
        height=_pixels(root.findtext("size/height")),
    )


def _object(element: Element, place: str) -> ReadObject | str:
    """The object, or why it is none."""
    class_name = (element.findtext("name") or "").strip()
    box = element.find("bndbox")
    if not class_name:
        return _("The object has no name.")
    if box is None:
        return _("The object has no bounding box.")
    corners: list[Number] = []
    for corner in _CORNERS:
        said = (box.findtext(corner) or "").strip()
        number = read_number(said)
        if number is None:
            return _("%(corner)s is not a number: “%(text)s”.") % {
                "corner": corner,
                "text": said[:40],
            }
        corners.append(number)
    x1, y1, x2, y2 = corners
    points: list[Point] = [[x1, y1], [x2, y2]]
    tags = [
        ReadTag((each.findtext("name") or "").strip(), each.findtext("value") or "", is_text=True)
        for each in element.findall("attributes/attribute")
    ]
    return ReadObject(
        place=place,
        class_name=class_name,
        shape="rectangle",
        points=points,
        tags=tuple(each for each in tags if each.name),
    )


def _hash(root: Element) -> str:
    """The image's sum, in files that we wrote."""
    said = (root.findtext("source/image") or "").strip()
    return said.removeprefix(HASH_MARK) if said.startswith(HASH_MARK) else ""


def _names(root: Element, file_name: str) -> tuple[str, ...]:
    """What the image may be called: the file's word for it, and the file's own name."""
    said = (root.findtext("filename") or "").strip().replace("\\", "/")
    candidates = (PurePosixPath(said).name, PurePosixPath(file_name).stem)
    return tuple(dict.fromkeys(each for each in candidates if each))


def _pixels(said: str | None) -> int | None:
    """A side of the image; None when the file leaves it out, also by writing 0."""
    number = read_number((said or "").strip())
    return number if isinstance(number, int) and number > 0 else None
