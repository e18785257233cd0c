"""Pascal VOC: one XML file for each image, with upright boxes.

Numbers stay as they are in the file. The devkit of 2007-2012 counts pixels from 1 and its xmax is
the last pixel inside; most tools that write VOC today, like the ones most data comes from, count
from 0 and mean edges. A file does not say which it is, so shifting would be a guess, and what came
in would not be what goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse as parse_xml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.exports.formats.base import Format, SourceFile, register_format
from labeling.exports.records import ReadObject, ReadRecord, RowError, Schema
from labeling.projects.documents import Point

FILE_BOUND = 16 * 1024 * 1024
"""Bytes of the largest XML file that is read."""

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
Number = int | float


@register_format
class Voc(Format):
    """Pascal VOC, for reading."""

    name = "voc"
    label = gettext_lazy("Pascal VOC (XML)")
    extension = "xml"
    accepts = (".xml",)
    can_read = True
    drops = (gettext_lazy("Pose, truncated, difficult and parts are left out."),)

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
            root = parse_xml(_Bounded(stream)).getroot()
    except DefusedXmlException:
        return RowError(file.name, _("The file declares entities, which is refused."))
    except _TooLargeError:
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
        text = (box.findtext(corner) or "").strip()
        number = _number(text)
        if number is None:
            return _("%(corner)s is not a number: “%(text)s”.") % {
                "corner": corner,
                "text": text[:40],
            }
        corners.append(number)
    x1, y1, x2, y2 = corners
    points: list[Point] = [[x1, y1], [x2, y2]]
    return ReadObject(place=place, class_name=class_name, shape="rectangle", points=points)


def _number(text: str) -> Number | None:
    """A whole number where the file has one, so that it is written out again as it came."""
    for read in (int, float):
        try:
            return read(text) if len(text) < 400 and "_" not in text else None
        except ValueError:
            continue
    return None


def _names(root: Element, file_name: str) -> tuple[str, ...]:
    """What the image may be called: the file's word for it, and the file's own name."""
    said = (root.findtext("filename") or "").strip().replace("\\", "/")
    candidates = (PurePosixPath(said).name, PurePosixPath(file_name).stem)
    return tuple(dict.fromkeys(each for each in candidates if each))


def _pixels(text: str | None) -> int | None:
    """A side of the image; None when the file leaves it out, also by writing 0."""
    number = _number((text or "").strip())
    return number if isinstance(number, int) and number > 0 else None


class _TooLargeError(Exception):
    """More bytes than FILE_BOUND."""


class _Bounded:
    """A stream that gives up once it has given FILE_BOUND bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = FILE_BOUND

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise _TooLargeError
        return data
