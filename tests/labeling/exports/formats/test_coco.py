"""COCO: exact in what it can hold, and loaded by the tools that everybody uses."""

import contextlib
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from pycocotools.coco import COCO

from labeling.exports.formats import formats
from labeling.projects.documents import geometry, rle
from tests.labeling.exports.samples import (
    SCHEMA,
    read_documents,
    record,
    records,
    sort_out,
    source,
    written,
)
from tests.labeling.projects.documents.strategies import HEIGHT, WIDTH, documents, few

FORMAT = formats["coco"]


def load(data: bytes) -> COCO:
    """The file as pycocotools loads it; it talks to standard output meanwhile."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path = Path(folder) / "annotations.json"
        path.write_bytes(data)
        return COCO(path)


@few
@given(records())
def test_pycocotools_loads_whatever_was_labeled(several):
    loaded = load(written(FORMAT, several))
    assert loaded.getImgIds() == list(range(1, len(several) + 1))
    assert {each["name"] for each in loaded.loadCats(loaded.getCatIds())} == {"lemon", "kiwi"}
    for each in loaded.loadAnns(loaded.getAnnIds()):
        if isinstance(each.get("segmentation"), dict):
            rle.measure(each["segmentation"])
            assert rle.area(each["segmentation"]) == each["area"]
        x, y, width, height = each["bbox"]
        assert 0 <= x <= x + width <= WIDTH + 1e-6
        assert 0 <= y <= y + height <= HEIGHT + 1e-6


def same(read, before):
    """Whether an object came back as COCO can hold it."""
    if before["shape"] == "rectangle":
        return np.allclose(read["points"], before["points"], rtol=0, atol=2e-9) and {
            **read, "points": 0,
        } == {**before, "points": 0}  # fmt: skip
    if before.get("holes"):
        mask = rle.from_polygon(before["points"], before["holes"], HEIGHT, WIDTH)
        kept = {key: before[key] for key in ("id", "class", "tags", "source")}
        return read == {**kept, "shape": "bitmap", "points": [], "rle": mask}
    return read == before


@few
@given(documents(("rectangle", "polygon", "point", "bitmap")))
def test_boxes_outlines_points_and_masks_come_back(document):
    [read], errors = read_documents(FORMAT, written(FORMAT, [record(document)]))
    # A hole may leave no pixel of its polygon, or a sliver of a polygon cover none.
    gone = [
        each
        for each in document["objects"]
        if each.get("holes")
        and not rle.area(rle.from_polygon(each["points"], each["holes"], HEIGHT, WIDTH))
    ]
    kept = [each for each in document["objects"] if each not in gone]
    assert len(errors) == len(gone)
    assert read["tags"] == document["tags"]
    assert len(read["objects"]) == len(kept)
    assert all(map(same, read["objects"], kept))


def drawn(shape, points, identity="a", kind=1, **more):
    return {"id": identity, "class": kind, "shape": shape, "points": points, "tags": [],
            "source": "person", **more}  # fmt: skip


def annotations(*objects, **more):
    data = written(FORMAT, [record({"objects": list(objects), "tags": []}, **more)])
    return json.loads(data)["annotations"]


def test_whole_pixels_are_written_as_they_came_and_read_back_as_whole_pixels():
    box = drawn("rectangle", [[3, 4], [10, 20]])
    [written_box] = annotations(box)
    assert json.dumps(written_box["bbox"]) == "[3, 4, 7, 16]"
    assert written_box["area"] == 112
    [read], _errors = read_documents(
        FORMAT, written(FORMAT, [record({"objects": [box], "tags": []})])
    )
    assert json.dumps(read["objects"][0]["points"]) == "[[3, 4], [10, 20]]"


def test_a_box_that_ends_at_the_edge_still_does_when_it_comes_back():
    awkward = [0.1, 0.7, 1 / 3, 59.300000000000004, 1e-9]
    boxes = [
        drawn("rectangle", [[x, y], [WIDTH, HEIGHT]], f"{x} {y}")
        for x in awkward
        for y in (0.1, 1 / 3, 7.7)
    ]
    [read], errors = read_documents(
        FORMAT, written(FORMAT, [record({"objects": boxes, "tags": []})])
    )
    assert errors == []
    assert all(each["points"][1] == [WIDTH, HEIGHT] for each in read["objects"])


def test_what_coco_cannot_hold_is_left_out_and_counted(tmp_path):
    frames = [
        {"frame": 0, "shape": "rectangle", "points": [[0, 0], [1, 1]], "outside": True},
        {"frame": 4, "shape": "rectangle", "points": [[2, 2], [5, 5]], "outside": False},
    ]
    objects = [
        drawn("polyline", [[1, 1], [2, 2]], "line"),
        drawn("track", [], "seen", keyframes=frames),
        drawn("track", [], "never seen", keyframes=frames[:1]),
    ]
    writer = FORMAT.writer(tmp_path, SCHEMA, {})
    writer.add([record({"objects": objects, "tags": []})])
    assert writer.close()["dropped"] == {"polyline": 1, "track": 1}
    assert writer.dropped == {"polyline": 1, "track": 1}
    [only] = annotations(*objects)
    assert only["bbox"] == [2, 2, 3, 3]
    assert only["attributes"]["track"] == "seen"


def test_a_point_is_one_keypoint():
    [point] = annotations(drawn("point", [[3.5, 4]]))
    assert point["keypoints"] == [3.5, 4, 2]
    assert point["num_keypoints"] == 1


def test_attributes_say_which_object_it_is_by_whom_and_with_which_tags():
    tags = [{"tag": 4, "value": "small"}, {"tag": 1, "value": None}]
    [only] = annotations(drawn("point", [[1, 1]], "u-1") | {"tags": tags}, annotator="Ana")
    assert only["attributes"] == {
        "uid": "u-1",
        "source": "person",
        "annotator": "Ana",
        "tags": [{"name": "size", "value": "small"}, {"name": "ripe", "value": None}],
    }


def test_an_image_that_several_people_labeled_stands_once_with_the_newest_of_each_object():
    ana = record(
        {"objects": [drawn("point", [[1, 1]]), drawn("point", [[9, 9]], "hers")], "tags": []},
        job=1, annotator="Ana", updated_at="2025-06-01T10:00:00+00:00",
    )  # fmt: skip
    ben = record(
        {"objects": [drawn("point", [[2, 2]])], "tags": [{"tag": 1, "value": None}]},
        job=2, annotator="Ben", updated_at="2025-06-02T10:00:00+00:00",
    )  # fmt: skip
    document = json.loads(written(FORMAT, [ben, ana]))
    assert len(document["images"]) == 1
    assert document["images"][0]["attributes"]["tags"] == [{"name": "ripe", "value": None}]
    found = {
        each["attributes"]["uid"]: (each["keypoints"][0], each["attributes"]["annotator"])
        for each in document["annotations"]
    }
    assert found == {"a": (2, "Ben"), "hers": (9, "Ana")}


def test_a_removed_class_is_a_category_only_while_labels_use_it():
    used = json.loads(
        written(FORMAT, [record({"objects": [drawn("point", [[1, 1]], kind=9)], "tags": []})])
    )
    assert [each["name"] for each in used["categories"]] == ["lemon", "kiwi", "plum"]


class TestForeignFiles:
    """Files of other tools, and broken ones."""

    image = {"id": 7, "file_name": "C:\\pictures\\one.jpg", "width": WIDTH, "height": HEIGHT}

    def read(self, *annotations, images=None, categories=None, **more):
        document = {
            "info": {"year": 2025, "deep": [[{}]]},
            "annotations": list(annotations),
            "images": [self.image] if images is None else images,
            "categories": categories or [{"id": 1, "name": "lemon"}, {"id": 2, "name": "kiwi"}],
            **more,
        }
        return read_documents(FORMAT, json.dumps(document))

    def annotation(self, **more):
        return {"id": 1, "image_id": 7, "category_id": 1, **more}

    def test_a_file_is_matched_by_the_last_part_of_its_name(self):
        data = json.dumps({"images": [self.image]})
        [read], _errors = sort_out(FORMAT.read([source(data)], SCHEMA))
        assert read.names == ("one.jpg", "C:/pictures/one.jpg")

    def test_a_box_with_an_outline_becomes_what_its_class_takes(self):
        both = {"bbox": [1, 2, 3, 4], "segmentation": [[1, 2, 4, 2, 4, 6]]}
        [document], errors = self.read(
            self.annotation(**both), self.annotation(**both, category_id=2)
        )
        assert errors == []
        assert [each["shape"] for each in document["objects"]] == ["polygon", "rectangle"]

    def test_an_outline_in_parts_becomes_one_mask_of_them_all(self):
        parts = [[0, 0, 10, 0, 10, 10, 0, 10], [20, 20, 30, 20, 30, 30, 20, 30]]
        [document], errors = self.read(self.annotation(segmentation=parts))
        assert errors == []
        [read] = document["objects"]
        assert rle.area(read["rle"]) == 200

    def test_masks_come_compressed_and_as_plain_runs_also_of_crowds(self):
        mask = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
        mask[5:9, 3:30] = 1
        told = rle.from_mask(mask)
        plain = {"size": told["size"], "counts": rle.runs(told["counts"]).tolist()}
        [document], errors = self.read(
            self.annotation(segmentation=told),
            self.annotation(segmentation=plain, iscrowd=1, attributes={"uid": "crowd"}),
        )
        assert errors == []
        assert [each["rle"] for each in document["objects"]] == [told, told]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"bbox": [5, 5, 0, 4]},
            {"bbox": [5, 5, 4, 0]},
            {"bbox": [5, 5, -1, 4]},
            {"bbox": [60, 5, 10, 4]},
            {"bbox": [-1, 5, 10, 4]},
            {"bbox": [float("nan"), 5, 10, 4]},
            {"bbox": [float("inf"), 5, 10, 4]},
            {"bbox": [10**40, 5, 10, 4]},
            {"bbox": [1e40, 5, 10, 4]},
            {"bbox": [1, 2, 3]},
            {"bbox": "1,2,3,4"},
            {"bbox": [1, 2, "3", 4]},
            {},
            {"bbox": [1, 1, 2, 2], "category_id": 99},
            {"bbox": [1, 1, 2, 2], "category_id": 3},
            {"bbox": [1, 1, 2, 2], "category_id": None},
            {"bbox": [1, 1, 2, 2], "category_id": [1]},
            {"bbox": [1, 1, 2, 2], "image_id": 8},
            {"bbox": [1, 1, 2, 2], "image_id": {"a": 1}},
            {"segmentation": [[1, 1, 2, 2]]},
            {"segmentation": [[1, 1, 2, 2, 3, 3]]},
            {"segmentation": [[1, 1, 2, 2, 3]]},
            {"segmentation": [[1, 1, 2, 9, 999, 9]]},
            {"segmentation": [[1, 1, 2, 9, 9, 9], [1, 1, 2, 9, 999, 9]]},
            {"segmentation": [[1, 1, 2, 9, 9, 9], [float("nan"), 1, 2, 9, 9, 9]]},
            {"segmentation": "polygon"},
            {"segmentation": {"size": [HEIGHT, WIDTH], "counts": "garbage!"}},
            {"segmentation": {"size": [HEIGHT, WIDTH], "counts": [1, 2]}},
            {"segmentation": {"size": [HEIGHT, WIDTH], "counts": [-1, HEIGHT * WIDTH + 1]}},
            {"segmentation": {"size": [HEIGHT, WIDTH], "counts": [10**40]}},
            {"segmentation": {"size": [HEIGHT, WIDTH], "counts": [HEIGHT * WIDTH]}},
            {"segmentation": {"size": [4, 4], "counts": [0, 16]}},
            {"segmentation": {"size": [10**9, 10**9], "counts": [0, 10**18]}},
            {"segmentation": {"size": [HEIGHT, WIDTH]}},
            {"num_keypoints": 1, "keypoints": [1, 2]},
            {"num_keypoints": 1, "keypoints": [0, 0, 0]},
            {"num_keypoints": 1, "keypoints": [99, 99, 2]},
        ],
    )
    def test_one_bad_annotation_is_told_and_the_others_go_in(self, wrong):
        good = self.annotation(bbox=[1, 2, 3, 4])
        bad = {**self.annotation(), **wrong}
        [document], errors = self.read(
            good, bad, categories=[{"id": 1, "name": "lemon"}, {"id": 3, "name": "unheard of"}]
        )
        assert len(document["objects"]) == 1
        [error] = errors
        assert "annotation 2" in error.place
        assert error.message

    def test_the_same_annotation_twice_is_told(self):
        [document], errors = self.read(
            self.annotation(bbox=[1, 2, 3, 4]), self.annotation(bbox=[1, 2, 3, 4])
        )
        assert len(document["objects"]) == 1
        assert "twice" in errors[0].message

    def test_bad_images_and_categories_are_told_and_the_rest_goes_in(self):
        documents, errors = self.read(
            self.annotation(bbox=[1, 2, 3, 4]),
            images=[self.image, self.image, {"id": 8}, "x", {"file_name": "y"}],
            categories=[{"id": 1, "name": "lemon"}, {"id": 1, "name": "kiwi"}, {"id": 2}],
        )
        assert len(documents[0]["objects"]) == 1
        assert [error.place.split(", ")[1] for error in errors] == [
            "images 2", "images 3", "images 4", "images 5", "categories 2", "categories 3",
        ]  # fmt: skip

    def test_a_truncated_file_gives_what_it_held_until_then(self):
        whole = {
            "categories": [{"id": 1, "name": "lemon"}],
            "images": [self.image],
            "annotations": [self.annotation(bbox=[n, 2, 3, 4]) for n in range(9)],
        }
        data = json.dumps(whole)[:-40]
        [document], errors = read_documents(FORMAT, data)
        assert len(document["objects"]) == 8
        assert "not JSON" in errors[0].message

    def test_an_image_of_another_size_is_told_once(self):
        other = {**self.image, "width": WIDTH + 1}
        [document], errors = self.read(self.annotation(bbox=[1, 2, 3, 4]), images=[other])
        assert document["objects"] == []
        assert len(errors) == 1
        assert f"{WIDTH + 1} x {HEIGHT}" in errors[0].message


def test_areas_are_of_the_outline():
    [read] = annotations(drawn("polygon", [[0, 0], [10, 0], [0, 10]]))
    assert read["area"] == geometry.ring_area([[0, 0], [10, 0], [0, 10]]) == 50
    assert read["segmentation"] == [[0, 0, 10, 0, 0, 10]]
