"""Reading CVAT for images: image by image, each forgotten when the next one begins."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _

from labeling.exports.formats.base import SourceFile, UnreadableError
from labeling.exports.formats.cvat_masks import MaskError, read_mask
from labeling.exports.formats.markup import Bounded, Number, TooLargeError, events_of, read_number
from labeling.exports.records import ReadObject, ReadRecord, ReadTag, RowError
from labeling.projects.documents import Point

IMAGE_BOUND = 16 * 1024 * 1024
"""Bytes of the longest image element, and of what stands before the first, that are read."""

HASH = "sha256"
"""Our own attribute of an image: the sum of its bytes; other tools pass over it."""

VALUE = "value"
"""The attribute of an image's tag that holds the tag's value."""

_SHAPES = {
    "box": "rectangle",
    "polygon": "polygon",
    "polyline": "polyline",
    "points": "point",
    "mask": "bitmap",
}
_UNKNOWN = frozenset(("ellipse", "cuboid", "skeleton"))

Size = tuple[int | None, int | None]


class NotCvatError(ValueError):
    """A shape that is none, with the reason."""


def read_file(file: SourceFile) -> Iterator[ReadRecord | RowError]:
    """One record for each image, in the file's order."""
    try:
        with file.open() as stream:
            yield from _images(Bounded(stream, IMAGE_BOUND), file.name)
    except UnreadableError as error:
        yield RowError(file.name, str(error))
    except DefusedXmlException:
        yield RowError(file.name, _("The file declares entities, which is refused."))
    except TooLargeError:
        yield RowError(file.name, _("An image's annotations are too large; reading stopped there."))
    except (ParseError, ValueError, LookupError) as error:
        told = _("The file is not XML from here on: %(why)s") % {"why": error}
        yield RowError(file.name, told)


def _images(stream: Bounded, file_name: str) -> Iterator[ReadRecord | RowError]:
    root: Element | None = None
    has_tracks = False
    for event, element, depth in events_of(stream):
        if root is None:
            root = element
            if root.tag != "annotations":
                yield RowError(file_name, _("The file is not CVAT for images."))
                return
        if event == "start" or depth != 1:
            continue
        if element.tag == "image":
            yield from _image(element)
        elif element.tag == "track" and not has_tracks:
            has_tracks = True
            told = _("Tracks of a video are not read; export it as “CVAT for images”.")
            yield RowError(file_name, told)
        root.clear()
        stream.go_on()


def _image(image: Element) -> Iterator[ReadRecord | RowError]:
    said = (image.get("name") or "").strip().replace("\\", "/")
    place = said or _("image %(id)s") % {"id": image.get("id", "?")}
    size = _side(image.get("width")), _side(image.get("height"))
    drawn: list[tuple[Number, ReadObject]] = []
    tags: list[ReadTag] = []
    for number, element in enumerate(image, 1):
        if element.tag == "tag":
            tags += _image_tags(element)
            continue
        spot = _("%(what)s %(n)s") % {"what": element.tag[:40], "n": number}
        try:
            above = read_number(element.get("z_order", "0")) or 0
            drawn += [(above, each) for each in _objects(element, size, spot)]
        except NotCvatError as error:
            yield RowError(f"{place}, {spot}", str(error))
    # What is drawn last lies on top.
    drawn.sort(key=lambda pair: pair[0])
    yield ReadRecord(
        place=place,
        names=tuple(dict.fromkeys(each for each in (said, PurePosixPath(said).name) if each)),
        objects=tuple(each for _above, each in drawn),
        tags=tuple(tags),
        content_hash=image.get(HASH, ""),
        width=size[0],
        height=size[1],
    )


def _image_tags(element: Element) -> Iterator[ReadTag]:
    """The tag, and those that stand in it as further attributes."""
    attributes = _tags(element)
    own = [each for each in attributes if each.name == VALUE]
    name = (element.get("label") or "").strip()
    if name:
        yield ReadTag(name, own[0].value if own else "", is_text=True)
    yield from (each for each in attributes if each.name != VALUE)


def _tags(element: Element) -> list[ReadTag]:
    return [
        ReadTag(name, each.text or "", is_text=True)
        for each in element.findall("attribute")
        if (name := (each.get("name") or "").strip())
    ]


def _objects(element: Element, size: Size, place: str) -> Iterator[ReadObject]:
    """What the element draws; raises NotCvatError where it says nothing that could be drawn."""
    shape = _SHAPES.get(element.tag)
    if shape is None:
        told = _("This shape is not known here.")
        raise NotCvatError(told if element.tag in _UNKNOWN else _("This is no shape."))
    facts: dict[str, Any] = {
        "place": place,
        "class_name": (element.get("label") or "").strip(),
        "shape": shape,
        "tags": tuple(_tags(element)),
        "source": "person" if element.get("source") in ("manual", "semi-auto") else "import",
    }
    if shape == "bitmap":
        yield ReadObject(**facts, rle=_mask(element, size))
    elif shape == "rectangle":
        yield ReadObject(**{**facts, **_box(element)})
    elif shape == "point":
        for point in _points(element):
            yield ReadObject(**facts, points=[point])
    else:
        yield ReadObject(**facts, points=_points(element))


def _box(element: Element) -> dict[str, Any]:
    """A rectangle, or the polygon that a turned one is."""
    x1, y1, x2, y2 = (_number(element.get(each, "")) for each in ("xtl", "ytl", "xbr", "ybr"))
    turned = _number(element.get("rotation", "0"))
    if not turned:
        return {"points": [[x1, y1], [x2, y2]]}
    try:
        x, y, angle = (x1 + x2) / 2, (y1 + y2) / 2, math.radians(turned)
        cos, sin = math.cos(angle), math.sin(angle)
    except (ValueError, OverflowError):
        raise NotCvatError(_("The rotation is no angle.")) from None
    corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    points = [
        [x + (cx - x) * cos - (cy - y) * sin, y + (cx - x) * sin + (cy - y) * cos]
        for cx, cy in corners
    ]
    return {"shape": "polygon", "points": points}


def _points(element: Element) -> list[Point]:
    points: list[Point] = []
    for pair in element.get("points", "").split(";"):
        values = [_number(each) for each in pair.split(",")]
        if len(values) != 2:
            raise NotCvatError(_("Points are pairs x,y with semicolons between them."))
        points.append(values)
    return points


def _mask(element: Element, size: Size) -> Any:
    width, height = size
    if width is None or height is None:
        raise NotCvatError(_("The image's width and height are needed for a mask."))
    said = (element.get(each, "") for each in ("left", "top", "width", "height"))
    left, top, across, down = (_whole(each) for each in said)
    lengths = [_whole(each) for each in element.get("rle", "").split(",")]
    try:
        return read_mask(lengths, (left, top, across, down), (width, height))
    except MaskError:
        raise NotCvatError(_("These run lengths do not make a mask of that size.")) from None


def _number(said: str) -> Number:
    number = read_number(said.strip())
    if number is None:
        raise NotCvatError(_("“%(text)s” is not a number.") % {"text": said[:40]})
    return number


def _whole(said: str) -> int:
    number = _number(said)
    if not isinstance(number, int):
        raise NotCvatError(_("“%(text)s” is not a whole number.") % {"text": said[:40]})
    return number


def _side(said: str | None) -> int | None:
    number = read_number((said or "").strip())
    return number if isinstance(number, int) and 0 < number <= 2**31 else None
