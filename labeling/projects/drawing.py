"""Labels as shapes of an SVG over their picture, for pages that show and do not edit."""

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from labeling.projects.documents import Document, LabelObject, Point, Rle, Tag
from labeling.projects.documents.rle import RleError, to_mask
from labeling.projects.models import LabelClass

# For objects of a class whose row is gone; there should be none.
NO_COLOR = "#888888"
MASK_ALPHA = 128


@dataclass(frozen=True)
class Shape:
    """One object as the template draws it.

    Attributes:
        kind: the SVG element to use: rect, path, polyline, circle or image.
        path: the data of a path, or the points of a polyline.
        box: x, y, width and height of a rectangle; x, y of a point.
        mask: a bitmap as a PNG in a data URI.
    """

    number: int
    name: str
    color: str
    kind: str
    path: str = ""
    box: Sequence[float] = ()
    mask: str = ""
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Legend:
    """What the ids in a document stand for; removed classes and tags included."""

    classes: Mapping[int, LabelClass]
    tags: Mapping[int, str]

    def name(self, pk: int) -> str:
        """A class's name."""
        found = self.classes.get(pk)
        return found.name if found else f"#{pk}"

    def color(self, pk: int) -> str:
        """A class's colour."""
        found = self.classes.get(pk)
        return found.color if found else NO_COLOR

    def tags_in_words(self, tags: Sequence[Tag]) -> list[str]:
        """ "size: small"."""
        return [
            self.tags.get(tag["tag"], f"#{tag['tag']}")
            + ("" if tag["value"] is None else f": {tag['value']}")
            for tag in tags
        ]


@dataclass(frozen=True)
class Drawn:
    """The objects of a document, and how many there are of each class."""

    shapes: Sequence[Shape]
    counts: Sequence[tuple[str, str, int]]


def drawn_objects(document: Document, legend: Legend) -> Drawn:
    """The objects in the order in which they lie on each other."""
    shapes = [_shape(number, each, legend) for number, each in enumerate(document["objects"], 1)]
    counted = Counter((shape.name, shape.color) for shape in shapes)
    return Drawn(shapes, [(name, color, many) for (name, color), many in counted.most_common()])


def _shape(number: int, each: LabelObject, legend: Legend) -> Shape:
    common: dict[str, Any] = {
        "number": number,
        "name": legend.name(each["class"]),
        "color": legend.color(each["class"]),
        "tags": legend.tags_in_words(each["tags"]),
    }
    rle, keyframes = each.get("rle"), each.get("keyframes")
    if rle is not None:
        return Shape(kind="image", mask=_mask(rle, common["color"]), **common)
    if keyframes:
        return _of_points(keyframes[0]["shape"], keyframes[0]["points"], [], common)
    return _of_points(each["shape"], each["points"], each.get("holes", []), common)


def _of_points(
    shape: str, points: list[Point], holes: list[list[Point]], common: dict[str, Any]
) -> Shape:
    if shape == "rectangle":
        (x1, y1), (x2, y2) = points
        return Shape(kind="rect", box=(x1, y1, x2 - x1, y2 - y1), **common)
    if shape == "point":
        return Shape(kind="circle", box=tuple(points[0]), **common)
    if shape == "polyline":
        return Shape(kind="polyline", path=_pairs(points), **common)
    rings = " ".join(f"M{_pairs(ring)}Z" for ring in [points, *holes])
    return Shape(kind="path", path=rings, **common)


def _pairs(points: list[Point]) -> str:
    return " ".join(f"{x:.10g},{y:.10g}" for x, y in points)


def _mask(rle: Rle, color: str) -> str:
    """A bitmap in its colour, half transparent; nothing for one that is broken."""
    try:
        pixels = to_mask(rle)
    except RleError:
        return ""
    image = Image.fromarray(np.ascontiguousarray(pixels), mode="P")
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    image.putpalette([0, 0, 0, red, green, blue])
    target = BytesIO()
    image.save(target, format="PNG", transparency=bytes([0, MASK_ALPHA]), bits=1)
    return "data:image/png;base64," + base64.b64encode(target.getvalue()).decode("ascii")
