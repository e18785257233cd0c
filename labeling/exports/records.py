"""What formats write and read: plain values between our rows and anybody's files.

Going out, a `Record` is one annotation of one item and still speaks in ids, with a `Schema` beside
it. Coming in, a `ReadRecord` is what a file says about one item and speaks in names, since the
file knows nothing of our ids. Nothing here knows a model or a query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any

from labeling.projects.documents import Document, Keyframe, LabelObject, Point, Rle, Tag

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class SchemaClass:
    """A class of objects; `is_removed` says that it is kept for what was labeled with it."""

    id: int
    name: str
    shape: str = "any"
    color: str = ""
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class SchemaTag:
    """A tag definition; `classes` are ids, empty means all."""

    id: int
    name: str
    value_type: str = "none"
    choices: tuple[str, ...] = ()
    applies_to: str = "both"
    classes: tuple[int, ...] = ()
    is_removed: bool = False


@dataclass(frozen=True)
class Schema:
    """The classes and tag definitions of a project, in their order, removed ones included."""

    classes: tuple[SchemaClass, ...] = ()
    tags: tuple[SchemaTag, ...] = ()

    @cached_property
    def class_by_id(self) -> Mapping[int, SchemaClass]:
        """Every class by its id."""
        return {each.id: each for each in self.classes}

    @cached_property
    def tag_by_id(self) -> Mapping[int, SchemaTag]:
        """Every tag definition by its id."""
        return {each.id: each for each in self.tags}

    @cached_property
    def class_by_name(self) -> Mapping[str, SchemaClass]:
        """The classes that are offered, by name: what a name in a file means."""
        return {each.name: each for each in self.classes if not each.is_removed}

    @cached_property
    def tag_by_name(self) -> Mapping[str, SchemaTag]:
        """The tag definitions that are offered, by name."""
        return {each.name: each for each in self.tags if not each.is_removed}


@dataclass(frozen=True, slots=True)
class Record:
    """One annotation of one item, on its way out.

    Attributes:
        item: the item's key; records of one item follow each other.
        name: the item's name as people gave it.
        path: its image's place among the written images, safe and unique there.
        width, height: pixels of the image.
        content_hash: SHA-256 of the image as it was uploaded, hexadecimal.
        job: key of the job that the annotation belongs to; None for the item's own labels.
        state: of the item in that job; empty without a job.
        updated_at: when it was last saved, ISO 8601 in UTC; empty when nobody has saved it.
    """

    item: int
    name: str
    path: str
    width: int
    height: int
    content_hash: str
    dataset: str
    document: Document
    job: int | None = None
    job_name: str = ""
    annotator: str = ""
    reviewer: str = ""
    state: str = ""
    version: int = 0
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class ReadTag:
    """A tag in a file, by name."""

    name: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class ReadObject:
    """An object in a file.

    Attributes:
        place: where in the file, for messages ("object 3").
        id: its id if the file has one; else empty, and it gets one from its content.
        class_name: empty when the file names no class.
        points, holes, rle, keyframes: as in a label document, unchecked.
    """

    place: str
    class_name: str
    shape: str
    points: list[Point] = field(default_factory=list)
    holes: list[list[Point]] = field(default_factory=list)
    rle: Rle | None = None
    keyframes: list[Keyframe] = field(default_factory=list)
    tags: tuple[ReadTag, ...] = ()
    id: str = ""
    source: str = "import"


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """What a file says about one item.

    Attributes:
        place: where it stands, for messages (a file's name, a line).
        names: what the item may be called, the best guess first.
        content_hash: of the image if the file knows it; the surest match.
        width, height: pixels of the image that the file speaks of; None when it does not say.
    """

    place: str
    names: tuple[str, ...]
    objects: tuple[ReadObject, ...] = ()
    tags: tuple[ReadTag, ...] = ()
    content_hash: str = ""
    dataset: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing of a file that did not go in: where it stands, and why, for a person to read."""

    place: str
    message: str


def by_item(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Records in groups of one item each; they must come in that order."""
    for _item, group in groupby(records, key=lambda record: record.item):
        yield list(group)


def newest_objects(records: Iterable[Record]) -> list[tuple[LabelObject, Record]]:
    """The objects of one item, each once, with the annotation that it was taken from.

    Several jobs may have labeled the item, all from the same start. An object is the same when its
    id is; of several versions the one saved last counts.
    """
    latest: dict[str, tuple[LabelObject, Record]] = {}
    for record in _oldest_first(records):
        for each in record.document["objects"]:
            latest[each["id"]] = (each, record)
    return list(latest.values())


def newest_tags(records: Iterable[Record]) -> list[Tag]:
    """The image's tags, each once, with the value that was saved last."""
    latest: dict[int, Tag] = {}
    for record in _oldest_first(records):
        for each in record.document["tags"]:
            latest[each["tag"]] = each
    return list(latest.values())


def _oldest_first(records: Iterable[Record]) -> list[Record]:
    # Times are written alike, so their texts sort as they do; an unsaved one is the start.
    return sorted(records, key=lambda record: record.updated_at)


def tag_facts(tags: Iterable[Tag], schema: Schema) -> list[dict[str, Any]]:
    """Tags by name, as formats with free attributes write them."""
    return [
        {"name": schema.tag_by_id[each["tag"]].name, "value": each["value"]}
        for each in tags
        if each["tag"] in schema.tag_by_id
    ]
