"""Masks as CVAT writes them: run lengths along the rows of the box around the mask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labeling.projects.documents import Rle, rle

SIDE_BOUND = 40_000
"""Pixels; a mask is made at this size at most."""


class MaskError(ValueError):
    """Run lengths that do not make a mask."""


def mask_attributes(mask: Rle) -> dict[str, object]:
    """The attributes of a `mask` element: runs that begin outside, and the box that they fill."""
    left, top, width, height = (int(each) for each in rle.bounding_box(mask))
    inside = rle.to_mask(mask)[top : top + height, left : left + width].ravel()
    edges = np.flatnonzero(np.diff(inside)) + 1
    lengths = np.diff(np.concatenate(([0], edges, [inside.size]))).tolist()
    if inside[0]:
        lengths = [0, *lengths]
    told = ", ".join(map(str, lengths))
    return {"rle": told, "left": left, "top": top, "width": width, "height": height}


def read_mask(lengths: Sequence[int], box: tuple[int, int, int, int], size: tuple[int, int]) -> Rle:
    """The mask of an image.

    Arguments:
        lengths: of the runs in the box, along its rows, the first one outside of the object.
        box: left, top, width and height of what they fill, pixels.
        size: width and height of the image, pixels.

    Raises:
        MaskError: the box does not lie in the image, or the runs do not fill it.
    """
    left, top, width, height = box
    image_width, image_height = size
    is_inside = left >= 0 and top >= 0 and width > 0 and height > 0
    if not is_inside or left + width > image_width or top + height > image_height:
        raise MaskError
    if max(size) > SIDE_BOUND or min(lengths, default=-1) < 0 or sum(lengths) != width * height:
        raise MaskError
    values = (np.arange(len(lengths)) % 2).astype(np.uint8)
    canvas = np.zeros((image_height, image_width), dtype=np.uint8)
    filled = np.repeat(values, np.asarray(lengths, dtype=np.int64))
    canvas[top : top + height, left : left + width] = filled.reshape((height, width))
    return rle.from_mask(canvas)
