"""What a document may hold for one item of one job: the image's size, classes, tags and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

OBJECTS_BOUND = 10_000
"""Most objects that any document holds, whatever the batch's own limit says."""

POINTS_BOUND = 100_000
"""Most points of all its objects, holes and keyframes together."""

RUNS_BOUND = 2_000_000
"""Most characters of all its masks' run lengths together."""

ID_LENGTH = 64
TAG_TEXT_LENGTH = 200
TAGS_BOUND = 1_000
"""Most tags on one object, and on the image itself."""

KEYFRAME_BOUND = 2**31 - 1

LEAST_AREA = 1e-9
"""Square pixels below which a rectangle or polygon counts as having no area."""

ValueType = Literal["none", "string", "number", "choice"]
AppliesTo = Literal["images", "objects", "both"]


@dataclass(frozen=True, slots=True)
class TagRule:
    """What one tag takes: its kind of value, and where it may stand.

    `choices` are the values of a tag of type "choice". `classes` are the ids of the classes on
    whose objects it may stand; empty means all.
    """

    value_type: ValueType | str = "none"
    choices: tuple[str, ...] = ()
    applies_to: AppliesTo | str = "both"
    classes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a document of one item may hold.

    `width` and `height` are the image's, in pixels. `classes` maps each offered class's id to its
    shape ("any", "rectangle", ...), `tags` each offered tag's id to its rule. `objects_limit`
    bounds the objects of offered classes, `tags_limit` all offered tags, on the image and on its
    objects together; None is no limit.
    """

    width: int
    height: int
    classes: Mapping[int, str] = field(default_factory=dict)
    tags: Mapping[int, TagRule] = field(default_factory=dict)
    objects_limit: int | None = None
    tags_limit: int | None = None
