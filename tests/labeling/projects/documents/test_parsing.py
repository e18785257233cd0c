"""What may be stored as a document, and what is said about what may not."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.projects.documents import (
    DocumentError,
    Rules,
    count,
    empty_document,
    parse,
    rle,
    sift,
)
from tests.labeling.projects.documents.drawings import box, paths, problems, shape
from tests.labeling.projects.documents.strategies import HEIGHT, RULES, WIDTH, documents, few


@few
@given(documents())
def test_a_valid_document_comes_back_as_it_was_also_through_json(document):
    assert parse(document, RULES) == document
    assert parse(json.loads(json.dumps(document)), RULES) == document


@few
@given(documents())
def test_a_document_saved_again_unchanged_is_the_stored_one_whatever_is_offered_by_now(document):
    nothing_offered = Rules(WIDTH, HEIGHT, objects_limit=0, tags_limit=0)
    assert parse(json.loads(json.dumps(document)), nothing_offered, stored=document) == document


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("objects", "tags", "id", "class", "shape", "points", "rle", "size", "counts",
                 "keyframes", "tag", "value", "holes")
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)  # fmt: skip


@given(json_values, st.sampled_from(("rectangle", "polygon", "point", "bitmap", "track")))
def test_whatever_is_sent_it_is_refused_or_can_be_stored_and_sent_back(value, name):
    for raw in (
        value,
        {"objects": value},
        {"objects": [value]},
        {"objects": [{"id": "a", "class": 1, "shape": name, "points": value}]},
        {"objects": [{"id": "a", "class": 1, "shape": name, "rle": value, "keyframes": value}]},
        {"objects": [{**box(), "tags": value}], "tags": value},
    ):
        try:
            document = parse(raw, RULES)
        except DocumentError:
            continue
        assert parse(json.loads(json.dumps(document, allow_nan=False)), RULES) == document


def test_what_is_left_out_is_filled_in():
    assert parse({"objects": [box()]}, RULES) == {
        "objects": [{**box(), "tags": [], "source": "person"}],
        "tags": [],
    }


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (-float("inf"), "finite"),
        (10**40, "(1e+40, 9) lies outside the image of 64 x 48 pixels"),
        (10**400, "outside the image"),
        (1e40, "outside the image"),
        (-0.5, "outside the image"),
        (WIDTH + 0.01, "outside the image"),
        ("9", "are numbers"),
        (None, "are numbers"),
        (True, "are numbers"),
        ([1], "are numbers"),
    ],
)
def test_a_coordinate_that_is_no_place_in_the_image_is_refused(bad, said):
    [(path, message)] = problems({"objects": [box(points=((0, 0), (bad, 9)))]})
    assert path == "objects[0].points[1]"
    assert said in message
    assert len(message) < 200


@pytest.mark.parametrize(
    "drawn",
    [
        box(points=((5, 5), (5, 9))),
        box(points=((5, 5), (9, 5))),
        box(points=((5, 5), (5, 5))),
        box(points=((0, 0), (1e-200, 1e-200))),
        shape("polygon", [[0, 0], [5, 5], [9, 9]]),
        shape("polygon", [[1, 1], [1, 1], [1, 1]]),
        shape("polyline", [[1, 1], [1, 1]]),
        shape("bitmap", [], rle={"size": [HEIGHT, WIDTH], "counts": ""}),
    ],
)
def test_a_shape_without_extent_is_refused(drawn):
    [(path, message)] = problems({"objects": [drawn]})
    assert path.startswith("objects[0].")
    assert "no area" in message or "no length" in message or "do not make a mask" in message


def test_a_bow_tie_has_area_although_its_halves_cancel_out():
    bow_tie = shape("polygon", [[0, 0], [10, 10], [10, 0], [0, 10]])
    assert count(parse({"objects": [bow_tie]}, RULES)).objects == 1


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ([], ""),
        (None, ""),
        ("x", ""),
        ({"objects": {}}, "objects"),
        ({"tags": {}}, "tags"),
        ({"shapes": []}, "shapes"),
        ({"objects": [7]}, "objects[0]"),
        ({"objects": [{}]}, "objects[0].id"),
        ({"objects": [box(identity="")]}, "objects[0].id"),
        ({"objects": [box(identity="x" * 65)]}, "objects[0].id"),
        ({"objects": [box(identity="a\x00b")]}, "objects[0].id"),
        ({"objects": [box(identity="\ud800")]}, "objects[0].id"),
        ({"objects": [box(identity=7)]}, "objects[0].id"),
        ({"objects": [box(), box()]}, "objects[1].id"),
        ({"objects": [box(kind="1")]}, "objects[0].class"),
        ({"objects": [box(kind=True)]}, "objects[0].class"),
        ({"objects": [box(kind=9)]}, "objects[0].class"),
        ({"objects": [box(color="red")]}, "objects[0].color"),
        ({"objects": [box(source="machine")]}, "objects[0].source"),
        ({"objects": [box(holes=[[[1, 1], [2, 2], [1, 2]]])]}, "objects[0].holes"),
        ({"objects": [shape("circle", [])]}, "objects[0].shape"),
        ({"objects": [shape(["point"], [])]}, "objects[0].shape"),
        ({"objects": [shape("point", [])]}, "objects[0].points"),
        ({"objects": [shape("point", [[1, 1], [2, 2]])]}, "objects[0].points"),
        ({"objects": [shape("point", [[1]])]}, "objects[0].points[0]"),
        ({"objects": [shape("point", "ab")]}, "objects[0].points"),
        ({"objects": [shape("polyline", [[1, 1]])]}, "objects[0].points"),
        ({"objects": [shape("polygon", [[1, 1], [2, 2]])]}, "objects[0].points"),
        ({"objects": [box(points=((9, 9), (1, 1)))]}, "objects[0].points"),
        ({"objects": [shape("bitmap", [[1, 1]])]}, "objects[0].points"),
        ({"objects": [shape("bitmap", [])]}, "objects[0].rle"),
        (
            {"objects": [shape("bitmap", [], rle={"size": [4, 4], "counts": "02"})]},
            "objects[0].rle.size",
        ),
        (
            {"objects": [shape("bitmap", [], rle={"size": [HEIGHT, WIDTH], "counts": [1]})]},
            "objects[0].rle.counts",
        ),
        ({"objects": [shape("track", [])]}, "objects[0].keyframes"),
        ({"objects": [shape("track", [], keyframes=[{}])]}, "objects[0].keyframes[0].frame"),
    ],
)
def test_a_problem_says_where_it_is(raw, path):
    assert paths(raw) == [path]


def keyframe(frame, **more):
    return {"frame": frame, "shape": "rectangle", "points": [[1, 1], [5, 5]], **more}


def test_a_track_keeps_its_order_and_its_shape():
    track = shape("track", [], keyframes=[keyframe(0), keyframe(4, outside=True)])
    [read] = parse({"objects": [track]}, RULES)["objects"]
    assert [each["outside"] for each in read["keyframes"]] == [False, True]

    backwards = shape("track", [], keyframes=[keyframe(4), keyframe(4)])
    assert paths({"objects": [backwards]}) == ["objects[0].keyframes[1].frame"]
    changing = shape(
        "track", [], keyframes=[keyframe(0), keyframe(1, shape="point", points=[[1, 1]])]
    )
    assert paths({"objects": [changing]}) == ["objects[0].keyframes[1].shape"]


def test_a_mask_covers_exactly_its_image():
    whole = rle.from_runs([0, WIDTH * HEIGHT], HEIGHT, WIDTH)
    [read] = parse({"objects": [shape("bitmap", [], rle=whole)]}, RULES)["objects"]
    assert read["rle"] == whole
    nothing = rle.from_runs([WIDTH * HEIGHT], HEIGHT, WIDTH)
    [(path, message)] = problems({"objects": [shape("bitmap", [], rle=nothing)]})
    assert (path, message) == ("objects[0].rle.counts", "The mask has no area.")


def test_a_class_takes_only_its_shape():
    line = {**shape("polyline", [[1, 1], [2, 2]]), "class": 2}
    [(path, message)] = problems({"objects": [line]})
    assert path == "objects[0].shape"
    assert "rectangle" in message
    assert "polyline" in message


def test_all_problems_come_at_once_but_not_more_than_a_person_reads():
    many = [box(identity=str(n), kind=9) for n in range(500)]
    assert len(problems({"objects": many})) == 100
    assert len(problems({"objects": many[:3]})) == 3


def test_a_document_has_at_most_ten_thousand_objects():
    many = [box(identity=str(n)) for n in range(10_001)]
    assert count(parse({"objects": many[:-1]}, RULES)).objects == 10_000
    assert paths({"objects": many}) == ["objects"]


def test_a_document_has_at_most_a_hundred_thousand_points():
    line = [[n % WIDTH, n % HEIGHT] for n in range(50_000)]
    two = [{**shape("polyline", line), "id": str(n)} for n in range(2)]
    parse({"objects": two}, RULES)
    three = [*two, {**shape("polyline", line), "id": "one too many"}]
    assert paths({"objects": three}) == ["objects[2].points"]


def test_a_thousand_objects_are_read_while_a_person_lifts_a_finger():
    outline = [[n % WIDTH, (n * n) % HEIGHT] for n in range(20)]
    many = {"objects": [{**shape("polygon", outline), "id": str(n)} for n in range(1000)]}
    started = time.perf_counter()
    parse(many, RULES)
    assert time.perf_counter() - started < 1


def test_an_import_takes_what_is_right_and_says_what_is_not():
    raw = {
        "objects": [
            box("good"),
            box("flat", points=((5, 5), (5, 9))),
            box("good"),
            box("elsewhere", points=((5, 5), (5, 999))),
            box("tagged", tags=[{"tag": 99}, {"tag": 1}]),
        ]
    }
    document, wrong = sift(raw, RULES)
    assert [each["id"] for each in document["objects"]] == ["good", "tagged"]
    assert document["objects"][1]["tags"] == [{"tag": 1, "value": None}]
    assert [each.path for each in wrong] == [
        "objects[1].points",
        "objects[2].id",
        "objects[3].points[1]",
        "objects[4].tags[0].tag",
    ]


def test_nothing_is_a_document_too():
    assert parse({}, RULES) == empty_document()
