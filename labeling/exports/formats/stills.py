"""Objects as formats of single images know them: a track as one picture of it, a shape as a box."""

from __future__ import annotations

from labeling.projects.documents import LabelObject, Point, geometry, rle


def as_still(each: LabelObject) -> LabelObject | None:
    """The object; of a track its first keyframe in the picture, None when it never is in it."""
    if each["shape"] != "track":
        return each
    seen = [frame for frame in each["keyframes"] if not frame["outside"]]
    if not seen:
        return None
    return {**each, "shape": seen[0]["shape"], "points": seen[0]["points"]}


def as_box(each: LabelObject) -> list[Point] | None:
    """The two corners of the upright box around an object; None for points and lines."""
    shape = each["shape"]
    if shape == "rectangle":
        return each["points"]
    if shape == "polygon":
        xs, ys = zip(*each["points"], strict=True)
        return [[min(xs), min(ys)], [max(xs), max(ys)]]
    if shape == "bitmap":
        return geometry.box_points(*rle.bounding_box(each["rle"]))
    return None
