"""Where an object lies: Supervisely's geometries and ours, either way, without losing a digit.

On the wire both count from the corner of the first pixel: what the SDK calls subpixels is what our
documents hold, so a coordinate passes as it is. Calls that ask for whole pixels (`integerCoords`)
get what the SDK itself would make of it.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeGuard

from django.utils.translation import gettext as _

from labeling.clients.supervisely.bitmaps import packed, unpacked
from labeling.clients.supervisely.unfit import Unfit
from labeling.projects.documents import LabelObject, Point

Geometry = dict[str, Any]
Size = tuple[int, int]
"""Width and height of the image, pixels."""

# The SDK's word for each of our shapes.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "rectangle": "rectangle",
        "polygon": "polygon",
        "polyline": "line",
        "point": "point",
        "bitmap": "bitmap",
        "any": "any",
    }
)
SHAPES: Mapping[str, str] = MappingProxyType({word: shape for shape, word in WORDS.items()})
DRAWN = frozenset(WORDS.values()) - {"any"}

# How much of a pixel a rectangle must cover on a side for the SDK to count it in.
COVERED = 0.3


def shape_of(word: Any) -> str:
    """Our shape of a geometry's type.

    Raises:
        Unfit: cuboids, graphs and whatever else has no place in our documents.
    """
    if isinstance(word, str) and word in DRAWN:
        return SHAPES[word]
    told = _("Geometries of type “%(type)s” cannot be kept here. Possible are: %(known)s.")
    raise Unfit(told % {"type": str(word)[:40], "known": ", ".join(sorted(DRAWN))})


def read_geometry(word: Any, given: Mapping[str, Any], size: Size) -> dict[str, Any]:
    """The part of a raw object that says where it lies; our documents judge the numbers.

    Arguments:
        word: the geometry's type.
        given: what the SDK sent of it, in image coordinates.

    Raises:
        Unfit: it is no such geometry.
    """
    shape = shape_of(word)
    if shape == "bitmap":
        return {"shape": shape, "points": [], "rle": unpacked(given.get("bitmap"), size)}
    exterior, interior = _rings(given)
    if interior and shape != "polygon":
        raise Unfit(_("Only a polygon has an interior."))
    if shape == "rectangle":
        return {"shape": shape, "points": _corners(exterior)}
    read: dict[str, Any] = {"shape": shape, "points": exterior}
    return read | {"holes": interior} if interior else read


def shown_geometry(each: LabelObject) -> Geometry:
    """The geometry of an object of ours, with its type.

    Raises:
        Unfit: a track, which belongs to a film.
    """
    shape = each["shape"]
    if shape == "track":
        raise Unfit(_("Object %s is a track; Supervisely's images have none.") % each["id"])
    word = WORDS[shape]
    shown: Geometry = {"geometryType": word, "shape": word}
    if shape == "bitmap":
        return shown | {"bitmap": packed(each["rle"])}
    points = {"exterior": each["points"], "interior": each.get("holes", [])}
    return shown | {"points": points}


def from_whole_pixels(word: Any, given: Mapping[str, Any]) -> Geometry:
    """A geometry that counts whole pixels, in image coordinates: a point is its pixel's middle.

    Raises:
        Unfit: its coordinates are no numbers.
    """
    if "points" not in given:
        return dict(given)
    exterior, interior = _rings(given)
    if word == "rectangle":
        (left, top), (right, bottom) = _corners(exterior)
        exterior = [[left, top], [right + 1, bottom + 1]]
    else:
        exterior, interior = _moved(exterior, _middle), [_moved(each, _middle) for each in interior]
    return {**given, "points": {"exterior": exterior, "interior": interior}}


def to_whole_pixels(shown: Geometry, size: Size) -> Geometry:
    """A geometry in whole pixels, as the SDK would round it."""
    if "points" not in shown:
        return shown
    exterior, interior = shown["points"]["exterior"], shown["points"]["interior"]
    if shown["geometryType"] == "rectangle":
        (left, top), (right, bottom) = exterior
        if int(left) == int(right) and int(top) == int(bottom):
            left, top, right, bottom = int(left), int(top), int(left), int(top)
        else:
            (left, right), (top, bottom) = _covered(left, right), _covered(top, bottom)
        exterior = [[left, top], [right, bottom]]
    else:
        exterior = [_pixel(point, size) for point in exterior]
        interior = [[_pixel(point, size) for point in ring] for ring in interior]
    return {**shown, "points": {"exterior": exterior, "interior": interior}}


def _rings(given: Mapping[str, Any]) -> tuple[list[Point], list[list[Point]]]:
    points = given.get("points")
    if not isinstance(points, dict):
        raise Unfit(_("It has no points."))
    exterior, interior = points.get("exterior"), points.get("interior") or []
    if not _is_ring(exterior) or not isinstance(interior, list) or not all(map(_is_ring, interior)):
        raise Unfit(_("Points are an exterior and an interior, lists of [x, y] of numbers."))
    return exterior, interior


def _is_ring(ring: Any) -> TypeGuard[list[Point]]:
    return isinstance(ring, list) and all(
        isinstance(point, list) and len(point) == 2 and all(map(_is_number, point))
        for point in ring
    )


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _corners(exterior: list[Point]) -> list[Point]:
    """Top left and bottom right of any two opposite corners."""
    if len(exterior) != 2:
        raise Unfit(_("A rectangle has two corners."))
    (ax, ay), (bx, by) = exterior
    return [[min(ax, bx), min(ay, by)], [max(ax, bx), max(ay, by)]]


def _moved(ring: list[Point], move: Callable[[Any], Any]) -> list[Point]:
    return [[move(value) for value in point] for point in ring]


def _middle(value: Any) -> Any:
    return value + 0.5


def _pixel(point: Point, size: Size) -> Point:
    """The pixel that a point lies in; one on the far edge lies in the last."""
    return [
        math.floor(value) - (1 if value == side else 0)
        for value, side in zip(point, size, strict=True)
    ]


def _covered(low: Any, high: Any) -> tuple[int, int]:
    """First and last pixel of a side of a rectangle: those that it covers by 3 tenths."""
    first = math.ceil(low) if low % 1 >= 1 - COVERED else math.floor(low)
    behind = math.ceil(high) if high % 1 >= COVERED else math.floor(high)
    return first, max(first, behind - 1)
