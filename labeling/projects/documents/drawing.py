"""Reading the geometry of one object: types, finiteness, bounds and area.

Every coordinate is one of the image: 0 <= x <= width, 0 <= y <= height. NaN, infinities and
10^40 fail that comparison, so nothing that reaches a stored document can break a later reader.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from labeling.projects.documents import geometry, rle
from labeling.projects.documents.rules import (
    KEYFRAME_BOUND,
    LEAST_AREA,
    POINTS_BOUND,
    RUNS_BOUND,
    Rules,
)
from labeling.projects.documents.types import DRAWN_SHAPES, Keyframe, LabelObject, Point, Rle

Say = Callable[[str, str], None]
"""Reports a problem: path, message."""

_COUNTS = {"rectangle": (2, 2), "polygon": (3, POINTS_BOUND), "polyline": (2, POINTS_BOUND)}
_ONE_POINT = (1, 1)


class Drawing:
    """Reads geometry for one image, and keeps account of how much of it there was.

    Methods return None when something was wrong, after saying what.
    """

    __slots__ = ("_height", "_points", "_runs", "_say", "_width")

    def __init__(self, rules: Rules, say: Say) -> None:
        self._width = rules.width
        self._height = rules.height
        self._say = say
        self._points = 0
        self._runs = 0

    def read(self, raw: dict[str, Any], shape: str, path: str, into: LabelObject) -> bool:
        """Put the geometry of `raw`, an object of `shape`, `into` a new one; say if it went in."""
        if not self._has_only_its_own(raw, shape, path):
            return False
        if shape == "bitmap":
            mask = self._mask(raw.get("rle"), f"{path}.rle")
            if mask is None:
                return False
            into["rle"] = mask
            return True
        if shape == "track":
            keyframes = self._keyframes(raw.get("keyframes"), f"{path}.keyframes")
            if keyframes is None:
                return False
            into["keyframes"] = keyframes
            return True
        points = self._shape_points(raw.get("points"), shape, f"{path}.points")
        if points is None:
            return False
        into["points"] = points
        if raw.get("holes"):
            holes = self._holes(raw["holes"], f"{path}.holes")
            if holes is None:
                return False
            into["holes"] = holes
        return True

    def _has_only_its_own(self, raw: dict[str, Any], shape: str, path: str) -> bool:
        owners = {"holes": "polygon", "rle": "bitmap", "keyframes": "track"}
        for key, owner in owners.items():
            if raw.get(key) and shape != owner:
                self._say(f"{path}.{key}", _("Only a %(shape)s has this.") % {"shape": owner})
                return False
        if raw.get("points") and shape not in DRAWN_SHAPES:
            self._say(f"{path}.points", _("A %(shape)s has no points.") % {"shape": shape})
            return False
        return True

    def _shape_points(self, raw: Any, shape: str, path: str) -> list[Point] | None:
        fewest, most = _COUNTS.get(shape, _ONE_POINT)
        points = self._ring(raw, fewest, most, path)
        if points is None:
            return None
        if shape == "rectangle":
            (x1, y1), (x2, y2) = points
            if x1 > x2 or y1 > y2:
                self._say(path, _("The first corner must be the top left one."))
                return None
            if x1 == x2 or y1 == y2 or (x2 - x1) * (y2 - y1) <= LEAST_AREA:
                self._say(path, _("The rectangle has no area."))
                return None
        elif shape == "polygon" and geometry.spread(points) <= LEAST_AREA:
            self._say(path, _("The polygon has no area."))
            return None
        elif shape == "polyline" and all(point == points[0] for point in points):
            self._say(path, _("The line has no length."))
            return None
        return points

    def _ring(self, raw: Any, fewest: int, most: int, path: str) -> list[Point] | None:
        if not isinstance(raw, list | tuple):
            self._say(path, _("A list of points [x, y] is needed."))
            return None
        if not fewest <= len(raw) <= most:
            wanted = str(fewest) if fewest == most else _("at least %(n)s") % {"n": fewest}
            self._say(
                path,
                _("Points: %(wanted)s needed, %(n)s given.") % {"wanted": wanted, "n": len(raw)},
            )
            return None
        self._points += len(raw)
        if self._points > POINTS_BOUND:
            self._say(path, _("More than %(n)s points in one document.") % {"n": POINTS_BOUND})
            return None
        width, height = self._width, self._height
        points: list[Point] = []
        for number, pair in enumerate(raw):
            if not isinstance(pair, list | tuple) or len(pair) != 2:
                self._say(f"{path}[{number}]", _("A point is [x, y]."))
                return None
            x, y = pair
            if (
                type(x) not in (int, float)
                or type(y) not in (int, float)
                or not (0 <= x <= width and 0 <= y <= height)
            ):
                self._say(f"{path}[{number}]", self._why_not(x, y))
                return None
            points.append([x, y])
        return points

    def _why_not(self, x: Any, y: Any) -> str:
        for value in (x, y):
            if type(value) not in (int, float):
                return _("Coordinates are numbers.")
            if isinstance(value, float) and not math.isfinite(value):
                return _("Coordinates are finite numbers.")
        return _("(%(x)s, %(y)s) lies outside the image of %(width)s x %(height)s pixels.") % {
            "x": _short(x),
            "y": _short(y),
            "width": self._width,
            "height": self._height,
        }

    def _holes(self, raw: Any, path: str) -> list[list[Point]] | None:
        if not isinstance(raw, list | tuple):
            self._say(path, _("A list of holes is needed, each a list of points."))
            return None
        holes = []
        for number, each in enumerate(raw):
            hole = self._shape_points(each, "polygon", f"{path}[{number}]")
            if hole is None:
                return None
            holes.append(hole)
        return holes

    def _mask(self, raw: Any, path: str) -> Rle | None:
        if not isinstance(raw, dict) or set(raw) != {"size", "counts"}:
            self._say(path, _("A mask has a size and counts."))
            return None
        size, counts = raw["size"], raw["counts"]
        if not isinstance(size, list | tuple) or list(size) != [self._height, self._width]:
            self._say(
                f"{path}.size",
                _("The mask's size must be the image's: [%(height)s, %(width)s].")
                % {"height": self._height, "width": self._width},
            )
            return None
        if not isinstance(counts, str):
            self._say(f"{path}.counts", _("Run lengths in COCO's compressed form are needed."))
            return None
        self._runs += len(counts)
        if self._runs > RUNS_BOUND:
            self._say(path, _("The masks of this document are too detailed."))
            return None
        mask = Rle(size=[self._height, self._width], counts=counts)
        try:
            area = rle.measure(mask)
        except rle.RleError:
            self._say(f"{path}.counts", _("These run lengths do not make a mask of that size."))
            return None
        if area == 0:
            self._say(f"{path}.counts", _("The mask has no area."))
            return None
        return mask

    def _keyframes(self, raw: Any, path: str) -> list[Keyframe] | None:
        if not isinstance(raw, list | tuple) or not raw:
            self._say(path, _("A track needs at least one keyframe."))
            return None
        keyframes: list[Keyframe] = []
        for number, each in enumerate(raw):
            keyframe = self._keyframe(each, f"{path}[{number}]")
            if keyframe is None:
                return None
            if keyframes and keyframe["frame"] <= keyframes[-1]["frame"]:
                self._say(f"{path}[{number}].frame", _("Keyframes are ordered by frame."))
                return None
            if keyframes and keyframe["shape"] != keyframes[0]["shape"]:
                self._say(f"{path}[{number}].shape", _("A track keeps one shape."))
                return None
            keyframes.append(keyframe)
        return keyframes

    def _keyframe(self, raw: Any, path: str) -> Keyframe | None:
        if not isinstance(raw, dict) or not set(raw) <= {"frame", "shape", "points", "outside"}:
            self._say(path, _("A keyframe has a frame, a shape and points."))
            return None
        frame, shape = raw.get("frame"), raw.get("shape")
        if type(frame) is not int or not 0 <= frame <= KEYFRAME_BOUND:
            self._say(f"{path}.frame", _("A frame is a whole number from 0."))
            return None
        if not isinstance(shape, str) or shape not in DRAWN_SHAPES:
            self._say(f"{path}.shape", _("A track is made of %(shapes)s.") % {"shapes": _drawn()})
            return None
        outside = raw.get("outside", False)
        if type(outside) is not bool:
            self._say(f"{path}.outside", _("True or false is needed."))
            return None
        points = self._shape_points(raw.get("points"), shape, f"{path}.points")
        if points is None:
            return None
        return Keyframe(frame=frame, shape=shape, points=points, outside=outside)


def _drawn() -> str:
    return ", ".join(DRAWN_SHAPES)


def _short(number: int | float) -> str:
    """A number for a message; a very long one is not repeated in full."""
    try:
        return f"{float(number):g}"
    except OverflowError:
        return "10^" + str(int(math.log10(abs(number))))
