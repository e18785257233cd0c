"""Supervisely's JSON and our documents: what goes there and back is the same, to the last digit."""

import base64
import json
import zlib
from io import BytesIO
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from labeling.clients.supervisely.annotation_json import (
    Picture,
    number_of,
    read_annotation,
    shown_annotation,
)
from labeling.clients.supervisely.bitmaps import packed, unpacked
from labeling.clients.supervisely.geometry import (
    from_whole_pixels,
    read_geometry,
    shown_geometry,
    to_whole_pixels,
)
from labeling.clients.supervisely.unfit import Unfit
from labeling.exports.records import Schema, SchemaClass, SchemaTag
from labeling.exports.resolving import rules_of
from labeling.projects.documents import Document, LabelObject, parse, rle

WIDTH, HEIGHT = 40, 30
SIZE = WIDTH, HEIGHT
SCHEMA = Schema(
    classes=(
        SchemaClass(1, "any", "any"),
        SchemaClass(2, "box", "rectangle"),
        SchemaClass(9, "gone", "any", is_removed=True),
    ),
    tags=(
        SchemaTag(1, "none"),
        SchemaTag(2, "text", "string"),
        SchemaTag(3, "number", "number"),
        SchemaTag(4, "choice", "choice", ("a", "b")),
        SchemaTag(9, "gone", is_removed=True),
    ),
)
RULES = rules_of(SCHEMA, WIDTH, HEIGHT)

xs = some.integers(0, WIDTH) | some.floats(0, WIDTH)
ys = some.integers(0, HEIGHT) | some.floats(0, HEIGHT)
points = some.tuples(xs, ys).map(list)
whole = some.tuples(some.integers(0, WIDTH - 1), some.integers(0, HEIGHT - 1)).map(list)
masks = some.binary(min_size=WIDTH * HEIGHT, max_size=WIDTH * HEIGHT).map(
    lambda raw: (np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH) > 200).astype(np.uint8)
)


def sides(values, smallest):
    """Two values at least `smallest` apart, ordered."""
    pairs = some.tuples(values, values).map(sorted)
    return pairs.filter(lambda pair: pair[1] - pair[0] >= smallest)


boxes = some.tuples(sides(xs, 0.1), sides(ys, 0.1)).map(
    lambda pair: [[pair[0][0], pair[1][0]], [pair[0][1], pair[1][1]]]
)
rings = some.lists(points, min_size=3, max_size=6)
shapes = some.one_of(
    boxes.map(lambda corners: {"shape": "rectangle", "points": corners}),
    rings.map(lambda ring: {"shape": "polygon", "points": ring}),
    some.tuples(rings, some.lists(rings, min_size=1, max_size=2)).map(
        lambda pair: {"shape": "polygon", "points": pair[0], "holes": pair[1]}
    ),
    some.lists(points, min_size=2, max_size=6).map(
        lambda line: {"shape": "polyline", "points": line}
    ),
    points.map(lambda point: {"shape": "point", "points": [point]}),
    masks.filter(np.any).map(
        lambda mask: {"shape": "bitmap", "points": [], "rle": rle.from_mask(mask)}
    ),
)
tag_lists = some.lists(
    some.one_of(
        some.just({"tag": 1, "value": None}),
        some.text("abc ÄŁ日", min_size=1).map(lambda text: {"tag": 2, "value": text}),
        (some.integers(-(10**9), 10**9) | some.floats(allow_nan=False, allow_infinity=False)).map(
            lambda number: {"tag": 3, "value": number}
        ),
        some.sampled_from("ab").map(lambda choice: {"tag": 4, "value": choice}),
    ),
    max_size=4,
    unique_by=lambda tag: tag["tag"],
)
raw_documents = some.builds(
    lambda drawn, tags: {
        "objects": [
            {"id": f"o{number}", "class": 1, "source": "person", "tags": own, **shape}
            for number, (shape, own) in enumerate(drawn)
        ],
        "tags": tags,
    },
    some.lists(some.tuples(shapes, tag_lists), max_size=4),
    tag_lists,
)


def drawn_object(**facts: Any) -> LabelObject:
    """An object of a document, as far as a test needs it."""
    return cast(LabelObject, {"id": "o", "class": 1, "tags": [], **facts})


def stored(raw) -> Document | None:
    """What we would store of it; None where it has no area or no length."""
    try:
        return parse(raw, RULES)
    except ValueError:
        return None


def over_the_wire(value):
    return json.loads(json.dumps(value))


def shown(document: Document, *, whole_pixels: bool = False):
    return over_the_wire(
        shown_annotation(
            7, SIZE, document["objects"], document["tags"], SCHEMA, whole_pixels=whole_pixels
        )
    )


def picture(document: Document | None = None) -> Picture:
    objects = document["objects"] if document else []
    return Picture(7, SIZE, {number_of(7, each["id"]): each for each in objects})


@given(raw_documents.map(stored).filter(bool))
def test_a_document_goes_out_and_comes_back_as_it_was(document):
    read = read_annotation(shown(document), picture(document), SCHEMA)
    assert parse(read, RULES) == document


@given(raw_documents.map(stored).filter(bool))
def test_an_annotation_that_moves_to_another_image_stays_what_it_is(document):
    there = parse(read_annotation(shown(document), picture(), SCHEMA), RULES)
    plain = [
        [{key: value for key, value in each.items() if key != "id"} for each in said["objects"]]
        for said in (shown(there), shown(document))
    ]
    assert plain[0] == plain[1]
    assert there["tags"] == document["tags"]
    again = read_annotation(shown(there), picture(), SCHEMA)
    assert [each["id"] for each in again["objects"]] == [each["id"] for each in there["objects"]]


@given(raw_documents.map(stored).filter(bool))
def test_no_two_labels_get_one_id_however_alike_they_are(document):
    said = shown(document)
    said["objects"] += [dict(each, id=None) for each in said["objects"]]
    said["objects"] += [dict(each, id=None) for each in said["objects"]]
    read = read_annotation(said, picture(document), SCHEMA)["objects"]
    assert len({each["id"] for each in read}) == len(read) == 4 * len(document["objects"])


@given(
    some.one_of(
        some.tuples(
            sides(some.integers(0, WIDTH - 1), 0), sides(some.integers(0, HEIGHT - 1), 0)
        ).map(lambda pair: ("rectangle", [[pair[0][0], pair[1][0]], [pair[0][1], pair[1][1]]])),
        some.lists(whole, min_size=3, max_size=6).map(lambda ring: ("polygon", ring)),
        some.lists(whole, min_size=2, max_size=6).map(lambda line: ("line", line)),
        whole.map(lambda point: ("point", [point])),
    )
)
def test_whole_pixels_come_back_as_the_same_pixels(drawn):
    word, exterior = drawn
    sent = {"points": {"exterior": exterior, "interior": []}}
    read = read_geometry(word, from_whole_pixels(word, sent), SIZE)
    said = to_whole_pixels(shown_geometry(drawn_object(**read)), SIZE)
    assert said == {"geometryType": word, "shape": word, **sent}


@pytest.mark.parametrize(
    ("corners", "pixels"),
    [
        # The example that the SDK's own documentation works out.
        ([[1.74, 1.55], [3.76, 4.63]], [[2, 1], [3, 4]]),
        ([[1.2, 1.2], [1.8, 1.9]], [[1, 1], [1, 1]]),
        ([[0, 0], [WIDTH, HEIGHT]], [[0, 0], [WIDTH - 1, HEIGHT - 1]]),
        ([[2.5, 3.1], [9.2, 8.3]], [[2, 3], [8, 8]]),
    ],
)
def test_a_rectangle_between_pixels_is_rounded_as_the_sdk_does_it(corners, pixels):
    each = drawn_object(shape="rectangle", points=corners)
    said = to_whole_pixels(shown_geometry(each), SIZE)
    assert said["points"]["exterior"] == pixels


def test_points_on_the_far_edge_lie_in_the_last_pixel():
    each = drawn_object(shape="polyline", points=[[0.5, 0.5], [WIDTH, HEIGHT]])
    said = to_whole_pixels(shown_geometry(each), SIZE)
    assert said["points"]["exterior"] == [[0, 0], [WIDTH - 1, HEIGHT - 1]]


@given(masks.filter(np.any))
def test_a_mask_is_cut_to_its_box_and_comes_back_where_it_was(mask):
    said = packed(rle.from_mask(mask))
    rows, columns = np.nonzero(mask)
    assert said["origin"] == [columns.min(), rows.min()]
    assert unpacked(over_the_wire(said), SIZE) == rle.from_mask(mask)


def png(mode: str, pixels, **options) -> str:
    target = BytesIO()
    picture = Image.fromarray(np.array(pixels, dtype=np.uint8), "L" if mode == "P" else mode)
    if mode == "P":
        picture.putpalette([0, 0, 0, 255, 255, 255])
    picture.save(target, format="PNG", **options)
    return base64.b64encode(zlib.compress(target.getvalue())).decode()


@pytest.mark.parametrize(
    "data",
    [
        png("L", [[0, 255], [9, 0]]),
        png("RGBA", [[[9, 9, 9, 0], [0, 0, 0, 255]], [[0, 0, 0, 1], [255, 255, 255, 0]]]),
        png("P", [[0, 1], [1, 0]], transparency=0),
        png("P", [[0, 1], [1, 0]]),
        base64.b64encode(zlib.decompress(base64.b64decode(png("L", [[0, 1], [1, 0]])))).decode(),
    ],
)
def test_masks_are_read_in_every_form_that_the_sdk_wrote(data):
    mask = rle.to_mask(unpacked({"origin": [3, 2], "data": data}, SIZE))
    assert [tuple(each) for each in np.argwhere(mask)] == [(2, 4), (3, 3)]


@pytest.mark.parametrize(
    ("bitmap", "told"),
    [
        (None, "origin and data"),
        ({"origin": [0, 0], "data": "not base64!"}, "base64"),
        ({"origin": [0, 0], "data": base64.b64encode(b"nothing packed").decode()}, "zlib"),
        ({"origin": [0, 0], "data": base64.b64encode(zlib.compress(b"text")).decode()}, "PNG"),
        (
            {"origin": [0, 0], "data": base64.b64encode(zlib.compress(b"x" * 9)[:-3]).decode()},
            "cut",
        ),
        ({"origin": [39, 0], "data": png("L", [[1, 1]])}, "reaches out"),
        ({"origin": [-1, 0], "data": png("L", [[1, 1]])}, "numbers from 0"),
        ({"origin": [0.5, 0], "data": png("L", [[1, 1]])}, "whole pixel"),
        ({"origin": [0, 0], "data": png("L", [[1] * 41])}, "larger than the image"),
        ({"origin": 5, "data": png("L", [[1]])}, "origin"),
    ],
)
def test_a_bitmap_that_is_none_says_why(bitmap, told):
    with pytest.raises(Unfit, match=told):
        unpacked(bitmap, SIZE)


def test_what_inflates_without_end_is_not_a_mask():
    bomb = base64.b64encode(zlib.compress(b"\0" * (65 * 1024 * 1024))).decode()
    with pytest.raises(Unfit, match="far too large"):
        unpacked({"origin": [0, 0], "data": bomb}, SIZE)


def label(**changed):
    ring = {"exterior": [[1, 1], [5, 6]], "interior": []}
    facts = {"classTitle": "box", "geometryType": "rectangle", "points": ring, "tags": []}
    return {**facts, **changed}


def annotation(*labels, **changed):
    size = {"width": WIDTH, "height": HEIGHT}
    return {"size": size, "tags": [], "objects": list(labels), "description": "", **changed}


@pytest.mark.parametrize(
    ("said", "place", "told"),
    [
        (annotation(label(), label(geometryType="cuboid")), "objects[1]", "cuboid"),
        (annotation(label(geometryType="graph")), "objects[0]", "graph"),
        (annotation(label(geometryType="any")), "objects[0]", "any"),
        (annotation(label(geometryType=5)), "objects[0]", "5"),
        (annotation(label(points=None)), "objects[0]", "no points"),
        (annotation(label(points={"exterior": [[1, "2"]]})), "objects[0]", "numbers"),
        (annotation(label(points={"exterior": [[1, 2]] * 3})), "objects[0]", "two corners"),
        (annotation(label(classTitle="kiwi")), "objects[0]", "kiwi"),
        (annotation(label(classTitle="gone")), "objects[0]", "gone"),
        (annotation(label(classTitle=None)), "objects[0]", "class"),
        (annotation(label(tags=[{"name": "kiwi"}])), "objects[0].tags[0]", "kiwi"),
        (annotation(label(tags=[5])), "objects[0].tags[0]", "object"),
        (annotation(label(description="near")), "objects[0].description", "description"),
        (annotation(label(instance="k")), "objects[0].instance", "bound"),
        (annotation(5), "objects[0]", "object"),
        (annotation(tags=[{"name": "gone"}]), "tags[0]", "gone"),
        (annotation(tags=[{"name": "none", "customData": {"a": 1}}]), "tags[0]", "Custom"),
        (annotation(description="a field"), "description", "description"),
        (annotation(customBigData={"a": 1}), "customBigData", "Custom"),
        (annotation(size={"width": 41, "height": 30}), "size", "41"),
        (annotation(size=None), "size", "size"),
        (annotation(objects={}), "objects", "list"),
        ("text", "", "object"),
    ],
)
def test_what_our_documents_cannot_hold_is_named_with_its_place(said, place, told):
    with pytest.raises(Unfit) as refused:
        read_annotation(said, picture(), SCHEMA)
    assert refused.value.place == place
    assert told in refused.value.message


def test_a_tag_may_be_its_name_alone_and_a_class_its_id():
    said = annotation(
        label(classTitle=None, classId=2, tags=["none"]), tags=[{"tagId": 2, "value": "a"}]
    )
    read = read_annotation(said, picture(), SCHEMA)
    assert read["objects"][0]["class"] == 2
    assert read["objects"][0]["tags"] == [{"tag": 1, "value": None}]
    assert read["tags"] == [{"tag": 2, "value": "a"}]


def test_corners_of_a_rectangle_may_come_in_any_order():
    ring = {"exterior": [[5, 1], [1, 6]], "interior": []}
    read = read_annotation(annotation(label(points=ring)), picture(), SCHEMA)
    assert read["objects"][0]["points"] == [[1, 1], [5, 6]]


def test_what_the_meta_does_not_offer_is_not_told():
    point = {"shape": "point", "points": [[1, 1]]}
    removed = drawn_object(**{"id": "a", "class": 9, **point})
    kept = drawn_object(**{"id": "b", "tags": [{"tag": 9, "value": None}], **point})
    said = shown(Document(objects=[removed, kept], tags=[{"tag": 9, "value": None}]))
    assert [(each["classTitle"], each["tags"]) for each in said["objects"]] == [("any", [])]
    assert said["tags"] == []


def test_a_track_has_no_place_in_an_image_of_superviselys():
    frame = {"frame": 0, "shape": "point", "points": [[1, 1]], "outside": False}
    track = drawn_object(shape="track", points=[], keyframes=[frame])
    with pytest.raises(Unfit, match="track"):
        shown(Document(objects=[track], tags=[]))
