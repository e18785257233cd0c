"""Pascal VOC: numbers as they are, every bad box by name, the rest in."""

import json
from functools import partial

import pytest

from labeling.exports.formats import SourceFile, formats
from labeling.exports.records import Schema, SchemaClass
from labeling.exports.resolving import resolve
from tests.labeling.exports.samples import folder_of, read_documents, sort_out, source

FORMAT = formats["voc"]
SCHEMA = Schema((SchemaClass(1, "lemon", "rectangle"), SchemaClass(2, "line", "polyline")))


def box(xmin=1, ymin=2, xmax=30, ymax=40, name="lemon"):
    return (
        f"<object><name>{name}</name><difficult>0</difficult><bndbox><xmin>{xmin}</xmin>"
        f"<ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox></object>"
    )


def annotation(*objects, filename="one.jpg", size=(64, 48)):
    return (
        f"<annotation><folder>x</folder><filename>{filename}</filename><size><width>{size[0]}"
        f"</width><height>{size[1]}</height></size>{''.join(objects)}</annotation>"
    )


def read(*objects, **more):
    return read_documents(FORMAT, annotation(*objects, **more), SCHEMA)


def test_numbers_are_those_of_the_file():
    [document], errors = read(box(1, 2, 30, 40), box(1.5, 2, 30.25, 40))
    assert errors == []
    assert [json.dumps(each["points"]) for each in document["objects"]] == [
        "[[1, 2], [30, 40]]",
        "[[1.5, 2], [30.25, 40]]",
    ]
    assert {each["source"] for each in document["objects"]} == {"import"}


def test_the_same_file_gives_the_same_ids_again():
    first, _ = read(box(), box(3, 3, 9, 9))
    again, _ = read(box(3, 3, 9, 9), box())
    assert {each["id"] for each in first[0]["objects"]} == {
        each["id"] for each in again[0]["objects"]
    }


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (box(5, 5, 5, 5), "no area"),
        (box(5, 5, 5, 9), "no area"),
        (box(30, 2, 1, 40), "top left"),
        (box(1, 2, 65, 40), "outside"),
        (box(-1, 2, 30, 40), "outside"),
        (box("nan", 2, 30, 40), "finite"),
        (box("inf", 2, 30, 40), "finite"),
        (box("1" + "0" * 40, 2, 30, 40), "outside"),
        (box("1e40", 2, 30, 40), "outside"),
        (box("1" * 5000, 2, 30, 40), "not a number"),
        (box("1_0", 2, 30, 40), "not a number"),
        (box("", 2, 30, 40), "not a number"),
        (box("four", 2, 30, 40), "not a number"),
        (box(name="plum"), "no class"),
        (box(name=" "), "no name"),
        (box(name="line"), "polyline"),
        ("<object><name>lemon</name></object>", "no bounding box"),
        (box(3, 3, 9, 9), "twice"),
    ],
)
def test_one_bad_box_is_told_and_the_others_go_in(bad, said):
    [document], errors = read(box(3, 3, 9, 9), bad, box(10, 10, 20, 20))
    assert [each["points"][0] for each in document["objects"]] == [[3, 3], [10, 10]]
    [error] = errors
    assert "object 2" in error.place
    assert said in error.message


@pytest.mark.parametrize(
    ("filename", "file_name", "names"),
    [
        ("one.jpg", "two.xml", ("one.jpg", "two")),
        ("one", "folder/one.xml", ("one",)),
        ("", "one.two.xml", ("one.two",)),
        ("C:\\data\\one.jpg", "one.xml", ("one.jpg", "one")),
        ("../../etc/passwd", "x.xml", ("passwd", "x")),
    ],
)
def test_an_image_is_known_by_what_the_file_says_and_by_the_files_own_name(
    filename, file_name, names
):
    [record], _ = sort_out(FORMAT.read([source(annotation(filename=filename), file_name)], SCHEMA))
    assert record.names == names


def test_a_size_that_is_left_out_or_nonsense_is_no_reason_to_refuse():
    for size in (("", ""), (0, 0), ("x", "y")):
        [document], errors = read(box(), size=size)
        assert errors == []
        assert len(document["objects"]) == 1


def test_a_file_for_an_image_of_another_size_says_nothing_about_this_one():
    [document], [error] = read(box(), size=(640, 480))
    assert document["objects"] == []
    assert "640 x 480" in error.message


def test_a_file_that_bursts_is_refused_and_the_next_one_read():
    bomb = (
        '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><annotation><filename>&c;</filename></annotation>"
    )
    secret = (
        '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        "<annotation><filename>&a;</filename></annotation>"
    )
    large = annotation(filename="x" * 17_000_000)
    files = [source(bomb, "bomb"), source(secret, "secret"), source(large, "large"),
             source(annotation(box()), "good")]  # fmt: skip
    records, errors = sort_out(FORMAT.read(files, SCHEMA))
    assert [each.place for each in records] == ["good"]
    assert [each.place for each in errors] == ["bomb", "secret", "large"]


class TestRealPictures:
    """The files that come with two public sets of pictures."""

    def read(self, folder, *classes):
        schema = Schema(tuple(SchemaClass(n, each) for n, each in enumerate(classes, 1)))
        paths = sorted(folder.glob("*.xml"))
        files = [SourceFile(path.name, partial(path.open, "rb")) for path in paths]
        records, errors = sort_out(FORMAT.read(files, schema))
        boxes = 0
        for each in records:
            document, wrong = resolve(each, schema, each.width or 0, each.height or 0)
            boxes += len(document["objects"])
            errors += wrong
        return len(records), boxes, errors

    def test_of_4888_blood_cells_two_have_no_area_and_the_others_go_in(self):
        images, boxes, errors = self.read(folder_of("bccd", "voc"), "RBC", "WBC", "Platelets")
        assert (images, boxes) == (364, 4886)
        assert [(each.place.split(",")[0], each.message) for each in errors] == [
            ("BloodImage_00338.xml", "The rectangle has no area."),
            ("BloodImage_00343.xml", "The rectangle has no area."),
        ]

    def test_all_217_raccoons_go_in(self):
        assert self.read(folder_of("raccoon", "voc"), "raccoon") == (200, 217, [])
