"""What each format writes it reads again: exactly what it can hold, and it tells the rest."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given

from labeling.exports.formats import formats, writable
from labeling.exports.records import by_item, tag_facts
from labeling.exports.resolving import resolve
from labeling.projects.documents import rle
from tests.labeling.exports.samples import SCHEMA, records, sort_out, sources, written_files
from tests.labeling.projects.documents.strategies import HEIGHT, WIDTH, few

CLASSES = {each.id: each.name for each in SCHEMA.classes}


@dataclass
class Held:
    """What is left of one document in a format, and how much of it was not held as it was."""

    objects: list[tuple[str, str, Any, Any]] = field(default_factory=list)
    tags: Any = ()
    dropped: Counter[str] = field(default_factory=Counter)
    reduced: Counter[str] = field(default_factory=Counter)
    dropped_tags: int = 0


def still(each):
    """A track as its first keyframe in the picture; None when it never is in it."""
    if each["shape"] != "track":
        return each
    for frame in each["keyframes"]:
        if not frame["outside"]:
            return {**each, "shape": frame["shape"], "points": frame["points"]}
    return None


def corners(each):
    if each["shape"] == "bitmap":
        rows, columns = rle.to_mask(each["rle"]).nonzero()
        return [
            [columns.min(), rows.min()],
            [columns.max() + 1, rows.max() + 1],
        ]
    xs, ys = zip(*each["points"], strict=True)
    return [[min(xs), min(ys)], [max(xs), max(ys)]]


def as_box(each):
    if each["shape"] in ("point", "polyline"):
        return None
    return "rectangle", corners(each), each["shape"] == "rectangle"


def as_outline(each):
    if each["shape"] == "polygon":
        return "polygon", each["points"], not each.get("holes")
    if each["shape"] != "rectangle":
        return None
    (x1, y1), (x2, y2) = each["points"]
    ring = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
    # A class of boxes gets its box back.
    if each["class"] == 2:
        return "rectangle", each["points"], False
    return "polygon", ring, False


def as_drawn(each):
    if each.get("holes"):
        filled = rle.from_polygon(each["points"], each["holes"], HEIGHT, WIDTH)
        return "bitmap", filled["counts"], False
    drawn = each["rle"]["counts"] if each["shape"] == "bitmap" else each["points"]
    return each["shape"], drawn, True


def as_coco(each):
    return None if each["shape"] == "polyline" else as_drawn(each)


KEPT = {
    # format: how an object is drawn in it, whether its tags are held, whether the image's are
    "coco": (as_coco, True, True),
    "voc": (as_box, True, False),
    "yolo": (as_box, False, False),
    "yolo-segmentation": (as_outline, False, False),
    "cvat": (as_drawn, True, True),
}


def held_by(name, document) -> Held:
    """What the format should hold of a document."""
    draw, has_tags, has_image_tags = KEPT[name]
    held, seen = Held(), set()
    for each in document["objects"]:
        seen_still = still(each)
        drawn = draw(seen_still) if seen_still else None
        if drawn is None:
            held.dropped[each["shape"]] += 1
            continue
        shape, geometry, is_exact = drawn
        held.reduced[each["shape"]] += not is_exact or each["shape"] == "track"
        held.dropped_tags += 0 if has_tags else len(each["tags"])
        kind = CLASSES[each["class"]]
        if name != "coco":
            # Without ids, two objects that are the same in everything are one.
            key = (kind, shape, repr(geometry))
            if key in seen:
                continue
            seen.add(key)
        held.objects.append((kind, shape, geometry, named(each["tags"]) if has_tags else []))
    held.tags = named(document["tags"]) if has_image_tags else []
    held.dropped_tags += 0 if has_image_tags else len(document["tags"])
    return held


def named(tags):
    return [(fact["name"], fact["value"]) for fact in tag_facts(tags, SCHEMA)]


def found_in(document):
    return [
        (
            CLASSES[each["class"]],
            each["shape"],
            each["rle"]["counts"] if each["shape"] == "bitmap" else each["points"],
            named(each["tags"]),
        )
        for each in document["objects"]
    ]


def read_again(name, files):
    """The documents of written files, in their order, and what was wrong besides twins."""
    reader = formats[name.partition("-")[0]]
    taken = [each for each in sources(files) if each.name.endswith(reader.accepts)]
    read, errors = sort_out(reader.read(taken, SCHEMA))
    documents = []
    for each in read:
        document, wrong = resolve(each, SCHEMA, WIDTH, HEIGHT)
        documents.append(document)
        errors += [error for error in wrong if "twice" not in error.message]
    return read, documents, errors


def near(name, geometry):
    """Fractions, and corners told by sizes, come back but for the last bits; the rest exactly."""
    if isinstance(geometry, str) or name in ("voc", "cvat"):
        return geometry
    return [pytest.approx(point, abs=1e-9) for point in geometry]


@pytest.mark.parametrize("name", [each.name for each in writable() if each.name != "native"])
@few
@given(several=records().filter(bool))
def test_what_goes_out_comes_in_again_as_far_as_the_format_holds_it(name, several):
    files, writer = written_files(formats[name], several)
    read, documents, errors = read_again(name, files)
    expected = [held_by(name, group[0].document) for group in by_item(several)]
    assert errors == []
    assert len(documents) == len(expected)
    for document, held in zip(documents, expected, strict=True):
        wanted = [(kind, shape, near(name, at), tags) for kind, shape, at, tags in held.objects]
        assert found_in(document) == wanted
        assert named(document["tags"]) == held.tags
    assert dict(writer.dropped) == dict(sum((each.dropped for each in expected), Counter()))
    if name != "coco":
        reduced = sum((each.reduced for each in expected), Counter())
        assert dict(writer.reduced) == dict(reduced)
    assert writer.dropped_tags == sum(each.dropped_tags for each in expected)
    if name in ("voc", "cvat", "coco"):
        assert [each.content_hash for each in read] == [each.content_hash for each in several]


@few
@given(several=records().filter(bool))
def test_our_own_format_loses_nothing(several):
    files, writer = written_files(formats["native"], several)
    _read, documents, errors = read_again("native", files)
    assert errors == []
    assert documents == [each.document for each in several]
    assert not writer.dropped
    assert not writer.reduced
    assert not writer.dropped_tags


def test_every_format_that_writes_is_among_them():
    assert {*KEPT, "native"} == {each.name for each in writable()}
