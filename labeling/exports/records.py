"""What formats write and read: plain values between our rows and anybody's files.

Going out, a `Record` is one annotation of one item and still speaks in ids, with a `Schema` beside
it. Coming in, a `ReadRecord` is what a file says about one item and speaks in names, since the
file knows nothing of our ids. Nothing here knows a model or a query.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, TypeVar

from labeling.projects.documents import Document, Keyframe, LabelObject, Point, Rle, Tag

Value = str | int | float | None
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


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
        updated_at: when it was last saved; empty when nobody has saved it.
        began_at, ended_at: when the job was made from the item's labels, and when its own became
            those labels; for the item's own labels only the latter. Empty when it has not happened.
        classes, tags: ids that the job was asked to label.

    All times are ISO 8601 in UTC to the microsecond, so that their texts sort as they do.
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
    reason: str = ""
    skip_reason: str = ""
    updated_at: str = ""
    began_at: str = ""
    ended_at: str = ""
    classes: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadTag:
    """A tag in a file, by name.

    Attributes:
        is_text: the file knows texts only; the tag definition says what the text means.
    """

    name: str
    value: Value = None
    is_text: bool = False


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
        is_relative: points are fractions of the image's sides instead of pixels.
    """

    place: str
    names: tuple[str, ...]
    objects: tuple[ReadObject, ...] = ()
    tags: tuple[ReadTag, ...] = ()
    content_hash: str = ""
    dataset: str = ""
    width: int | None = None
    height: int | None = None
    is_relative: bool = False


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing of a file that did not go in: where it stands, and why, for a person to read."""

    place: str
    message: str


def by_item(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Records in groups of one item each; they must come in that order."""
    for _item, group in groupby(records, key=lambda record: record.item):
        yield list(group)


def newest_objects(records: Sequence[Record]) -> list[tuple[LabelObject, Record]]:
    """The objects of one item, each once, with the annotation that it was taken from.

    Several jobs may have labeled the item. An object is the same when its id is; of several
    versions the one saved last counts. One that a job found there, was asked about and has no more
    was deleted by it, whatever older annotations still hold.
    """
    return _newest(
        records,
        lambda record: {each["id"]: each for each in record.document["objects"]},
        lambda record, each: each["class"] in record.classes,
    )


def newest_tags(records: Sequence[Record]) -> list[Tag]:
    """The image's tags, each once, by the same rule as its objects."""
    found = _newest(
        records,
        lambda record: {each["tag"]: each for each in record.document["tags"]},
        lambda record, each: each["tag"] in record.tags,
    )
    return [each for each, _record in found]


def _newest(
    records: Sequence[Record],
    held_by: Callable[[Record], dict[K, V]],
    was_asked: Callable[[Record, V], bool],
) -> list[tuple[V, Record]]:
    if len(records) == 1:
        [record] = records
        return [(each, record) for each in held_by(record).values()]
    # By when they were saved; one that nobody has saved is the start.
    held = [
        (record, held_by(record)) for record in sorted(records, key=lambda each: each.updated_at)
    ]
    latest: dict[K, tuple[V, Record]] = {}
    for record, things in held:
        for key, each in things.items():
            latest[key] = each, record
    if all(latest.keys() == things.keys() for _record, things in held):
        return list(latest.values())
    return [
        (each, owner)
        for key, (each, owner) in latest.items()
        if not any(
            key not in things and was_asked(record, each) and _knew(record, owner)
            for record, things in held
        )
    ]


def _knew(record: Record, earlier: Record) -> bool:
    """Whether a job began with what an earlier annotation had come to."""
    return bool(earlier.ended_at) and earlier.ended_at <= record.began_at


def tag_facts(tags: Iterable[Tag], schema: Schema) -> list[dict[str, Any]]:
    """Tags by name, as formats with free attributes write them."""
    return [
        {"name": schema.tag_by_id[each["tag"]].name, "value": each["value"]}
        for each in tags
        if each["tag"] in schema.tag_by_id
    ]


def tag_text(value: Value) -> str:
    """A tag's value in formats that know texts only; a tag without one is there, so it is true."""
    return "true" if value is None else str(value)
