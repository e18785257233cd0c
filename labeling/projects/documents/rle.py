"""Masks as run lengths, in the form of COCO, through pycocotools.

Runs go down the columns, starting with pixels outside the object. Runs from outside are measured
here before pycocotools sees them: it writes whatever they say into a buffer of height x width.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from labeling.projects.documents.geometry import Box, Ring
from labeling.projects.documents.types import Rle

Mask = NDArray[np.uint8]
"""Height x width, 1 inside the object."""

PIXELS_BOUND = 2**31
"""Pixels of the largest mask; pycocotools counts in 32 bits."""

_LONGEST_RUN = 7
"""Characters of one run: five bits each, so 35 bits, enough for any 32-bit run."""


class RleError(ValueError):
    """Run lengths that are malformed or do not cover exactly the image."""


def runs(counts: str) -> NDArray[np.int64]:
    """The lengths that COCO's compressed string stands for.

    Each character carries five bits, low ones first, and whether more follow; from the fourth on a
    length is told as the difference to the one two before. Raises RleError when it breaks off, or
    has a character or a number out of range.
    """
    try:
        codes = np.frombuffer(counts.encode("ascii"), dtype=np.uint8).astype(np.int64) - 48
    except UnicodeEncodeError as error:
        raise RleError("not ASCII") from error
    if codes.size == 0:
        return np.zeros(0, dtype=np.int64)
    if codes.min() < 0 or codes.max() > 63:
        raise RleError("a character out of range")
    last = np.flatnonzero((codes & 32) == 0)
    if last.size == 0 or last[-1] != codes.size - 1:
        raise RleError("breaks off")
    first = np.concatenate(([0], last[:-1] + 1))
    length = last - first + 1
    if length.max() > _LONGEST_RUN:
        raise RleError("a number too large")
    place = np.arange(codes.size) - np.repeat(first, length)
    numbers = np.add.reduceat((codes & 31) << (5 * place), first)
    numbers -= np.where(codes[last] & 16, np.int64(1) << (5 * length), 0)
    # The second and third stand for themselves; every other one adds to the one two before it.
    numbers[1::2] = np.cumsum(numbers[1::2])
    if numbers.size > 2:
        numbers[2::2] = np.cumsum(numbers[2::2])
    return numbers


def check(counts: Sequence[int] | NDArray[np.int64], height: int, width: int) -> int:
    """Pixels inside the object, for runs that cover exactly height x width; else RleError."""
    pixels = height * width
    if not 0 < pixels < PIXELS_BOUND:
        raise RleError("a size out of range")
    try:
        lengths = np.asarray(counts, dtype=np.int64)
    except OverflowError as error:
        raise RleError("a run out of range") from error
    if lengths.size and (lengths.min() < 0 or lengths.max() > pixels):
        raise RleError("a run out of range")
    if int(lengths.sum()) != pixels:
        raise RleError("does not cover the image")
    return int(lengths[1::2].sum())


def measure(rle: Rle) -> int:
    """Pixels inside a mask from outside; RleError when it is not a mask of its own size."""
    height, width = rle["size"]
    return check(runs(rle["counts"]), height, width)


def from_mask(mask: Mask) -> Rle:
    """The run lengths of a height x width mask."""
    return _told(coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8)))


def to_mask(rle: Rle) -> Mask:
    """The height x width mask of run lengths; RleError when they do not fit their size.

    Not by pycocotools, whose decoder warns under NumPy 2; spreading runs is one call.
    """
    height, width = rle["size"]
    lengths = runs(rle["counts"])
    check(lengths, height, width)
    inside = (np.arange(lengths.size) % 2).astype(np.uint8)
    return np.repeat(inside, lengths).reshape((width, height)).T


def from_runs(counts: Sequence[int], height: int, width: int) -> Rle:
    """COCO's uncompressed runs as compressed ones; RleError when they do not fit the size."""
    check(counts, height, width)
    return _told(coco_mask.frPyObjects({"size": [height, width], "counts": counts}, height, width))


def from_rings(rings: Iterable[Ring], height: int, width: int) -> Rle:
    """The pixels inside any of `rings`, each a closed line of [x, y] within the image."""
    flat = [[float(value) for point in ring for value in point] for ring in rings]
    return _told(coco_mask.merge(coco_mask.frPyObjects(flat, height, width)))


def from_polygon(outline: Ring, holes: Sequence[Ring], height: int, width: int) -> Rle:
    """The pixels inside an outline and outside of its holes."""
    filled = from_rings([outline], height, width)
    if not holes:
        return filled
    kept = complement(from_rings(holes, height, width))
    return _told(coco_mask.merge([_asked(filled), _asked(kept)], intersect=True))


def complement(rle: Rle) -> Rle:
    """The pixels that are not in the mask."""
    height, width = rle["size"]
    lengths = [int(each) for each in runs(rle["counts"])]
    flipped = lengths[1:] if lengths[:1] == [0] else [0, *lengths]
    return from_runs(flipped, height, width)


def area(rle: Rle) -> int:
    """Pixels inside the mask."""
    return measure(rle)


def bounding_box(rle: Rle) -> Box:
    """x, y, width, height of the smallest box around the mask, in pixels."""
    measure(rle)
    x, y, width, height = (int(each) for each in coco_mask.toBbox(_asked(rle)))
    return x, y, width, height


def _asked(rle: Rle) -> dict[str, Any]:
    return {"size": list(rle["size"]), "counts": rle["counts"].encode("ascii")}


def _told(encoded: dict[str, Any]) -> Rle:
    height, width = encoded["size"]
    return Rle(size=[int(height), int(width)], counts=encoded["counts"].decode("ascii"))
