"""Areas and boxes of shapes, in image pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from labeling.projects.documents.types import Number, Point

Ring = Sequence[Sequence[Number]]
Box = tuple[Number, Number, Number, Number]
"""x, y, width, height in pixels."""

LAST_BITS = 1e-9
"""Pixels; far more than a sum of two coordinates rounds off, far less than anybody draws."""


def bounding_box(points: Ring) -> Box:
    """The smallest upright box around `points`, which are one or more [x, y]."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    left, top = min(xs), min(ys)
    return left, top, max(xs) - left, max(ys) - top


def ring_area(ring: Ring) -> float:
    """Area inside a closed ring of [x, y], in square pixels (the shoelace formula).

    Coordinates are taken relative to the first point, which keeps digits for small rings far from
    the origin.
    """
    x0, y0 = ring[0]
    doubled = 0.0
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        doubled += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
    return abs(doubled) / 2


def spread(ring: Ring) -> float:
    """Twice the area of the largest triangle with the first point and the one farthest from it.

    Zero means that all points lie on one line. The area itself will not do: the two halves of a
    bow-tie cancel out.
    """
    x0, y0 = ring[0]
    fx, fy = max(ring, key=lambda p: (p[0] - x0) ** 2 + (p[1] - y0) ** 2)
    return max(abs((fx - x0) * (p[1] - y0) - (p[0] - x0) * (fy - y0)) for p in ring)


def polygon_area(outline: Ring, holes: Iterable[Ring] = ()) -> float:
    """Area of an outline less its holes, in square pixels."""
    return max(0.0, ring_area(outline) - sum(ring_area(hole) for hole in holes))


def box_points(x: Number, y: Number, width: Number, height: Number) -> list[Point]:
    """The two corners of a box given as corner and size.

    Corner plus size rounds in the last bits, which could put a box that ends at the image's edge
    outside of it; an end that is a whole pixel but for those bits is that pixel.
    """
    return [[x, y], [settled(x + width), settled(y + height)]]


def settled(end: Number) -> Number:
    """A sum or product that is a whole pixel but for its last bits, as that pixel."""
    if isinstance(end, int) or not math.isfinite(end):
        return end
    whole = round(end)
    return float(whole) if abs(end - whole) < LAST_BITS else end
