"""The annotation document: what a person drew on one item, in pixels of its image.

The words are those of the JSON that is stored and sent, so a document needs no conversion. Classes
and tags stand in it by id, so renaming one changes no document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NotRequired, TypedDict

Number = int | float
Point = list[Number]
"""[x, y] in image pixels; the origin is the top-left corner of the top-left pixel."""

DRAWN_SHAPES: tuple[str, ...] = ("rectangle", "polygon", "polyline", "point")
"""Shapes given by their points alone; the others are runs of pixels and keyframes."""

SHAPES: tuple[str, ...] = (*DRAWN_SHAPES, "bitmap", "track")
SOURCES: tuple[str, ...] = ("person", "import")
"""Who made an object."""

ANY_SHAPE = "any"


class Tag(TypedDict):
    """One tag with its value; `value` is None for a tag definition without values."""

    tag: int
    value: str | Number | None


class Rle(TypedDict):
    """A mask as run lengths in COCO's compressed form; `size` is [height, width] in pixels."""

    size: list[int]
    counts: str


class Keyframe(TypedDict):
    """Where a tracked object is in one frame; `outside` says that it has left the picture."""

    frame: int
    shape: str
    points: list[Point]
    outside: bool


# `class` is a word of Python's own, so this one needs the functional form.
LabelObject = TypedDict(
    "LabelObject",
    {
        "id": str,
        "class": int,
        "shape": str,
        "points": list[Point],
        "holes": NotRequired[list[list[Point]]],
        "rle": NotRequired[Rle],
        "keyframes": NotRequired[list[Keyframe]],
        "tags": list[Tag],
        "source": str,
    },
)


class Document(TypedDict):
    """The labels of one item: its objects, from the lowest drawn to the topmost, and its tags."""

    objects: list[LabelObject]
    tags: list[Tag]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (`objects[3].points[1]`), and what, for a person to read."""

    path: str
    message: str


class DocumentError(ValueError):
    """A document that may not be stored, with everything found wrong in it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.path}: {each.message}" for each in problems))


def empty_document() -> Document:
    """A document in which nothing is labeled yet."""
    return Document(objects=[], tags=[])
