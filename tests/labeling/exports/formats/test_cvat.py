"""CVAT for images: every shape that CVAT writes, every bad one by name, the rest in."""

import pytest

from labeling.exports.formats import formats
from labeling.exports.formats.cvat_masks import read_mask
from labeling.exports.records import Schema, SchemaClass, SchemaTag
from labeling.exports.resolving import resolve
from labeling.projects.documents import rle
from tests.labeling.exports.samples import record, sort_out, source, written_files

FORMAT = formats["cvat"]
SCHEMA = Schema(
    (SchemaClass(1, "lemon"), SchemaClass(2, "kiwi", "rectangle")),
    (
        SchemaTag(1, "ripe"),
        SchemaTag(2, "origin", "string"),
        SchemaTag(3, "weight", "number"),
        SchemaTag(4, "size", "choice", ("small", "large")),
    ),
)


def page(*shapes, name="one.jpg", size=(64, 48)):
    inside, (width, height) = "".join(shapes), size
    return f'<image id="0" name="{name}" width="{width}" height="{height}">{inside}</image>'


def document_of(*images, meta="<meta><task><labels/></task></meta>"):
    return f"<annotations><version>1.1</version>{meta}{''.join(images)}</annotations>"


def box(x1=1, y1=2, x2=30, y2=40, inside="", **more):
    told = "".join(f' {key}="{value}"' for key, value in {"label": "lemon", **more}.items())
    return f'<box xtl="{x1}" ytl="{y1}" xbr="{x2}" ybr="{y2}"{told}>{inside}</box>'


def read(*shapes, **more):
    [found], errors = sort_out(FORMAT.read([source(document_of(page(*shapes, **more)))], SCHEMA))
    document, wrong = resolve(found, SCHEMA, 64, 48)
    return document, [*errors, *wrong]


def test_every_shape_that_cvat_draws_here_goes_in():
    document, errors = read(
        box(1, 2, 30.5, 40, source="manual", occluded="1", group_id="7"),
        '<polygon label="lemon" points="1,2;3.5,4;5,2" z_order="0"/>',
        '<polyline label="lemon" points="1,2;3,4"/>',
        '<points label="lemon" points="1,2;3,4"/>',
        '<mask label="lemon" rle="1, 2, 1" left="5" top="6" width="2" height="2" source="auto"/>',
    )
    assert errors == []
    shapes = ["rectangle", "polygon", "polyline", "point", "point", "bitmap"]
    assert [each["shape"] for each in document["objects"]] == shapes
    assert [each["source"] for each in document["objects"]][::5] == ["person", "import"]
    assert document["objects"][0]["points"] == [[1, 2], [30.5, 40]]
    assert document["objects"][4]["points"] == [[3, 4]]
    mask = rle.to_mask(document["objects"][5]["rle"])
    assert sorted(zip(*(each.tolist() for each in mask.nonzero()), strict=True)) == [(6, 6), (7, 5)]


def test_what_lies_on_top_stays_there():
    document, _errors = read(
        box(1, 1, 2, 2, z_order=2), box(3, 3, 4, 4), box(5, 5, 6, 6, z_order=1)
    )
    assert [each["points"][0][0] for each in document["objects"]] == [3, 5, 1]


def test_a_turned_box_is_a_polygon_of_its_corners():
    document, errors = read(box(20, 20, 40, 30, rotation="90"))
    assert errors == []
    [turned] = document["objects"]
    assert turned["shape"] == "polygon"
    corners = [[35, 15], [35, 35], [25, 35], [25, 15]]
    assert turned["points"] == [pytest.approx(point) for point in corners]


def test_attributes_are_tags_in_the_kind_that_the_project_gives_them():
    told = "".join(
        f'<attribute name="{name}">{value}</attribute>'
        for name, value in (
            ("ripe", "true"),
            ("origin", " 7 "),
            ("weight", "7.5"),
            ("size", "large"),
        )
    )
    document, errors = read(
        box(inside=told),
        box(2, 2, 9, 9, inside='<attribute name="ripe">false</attribute>'),
        '<tag label="size"><attribute name="value">small</attribute></tag>',
        '<tag label="ripe" source="manual"/>',
    )
    assert errors == []
    ripe, unripe = document["objects"]
    assert [each["value"] for each in ripe["tags"]] == [None, " 7 ", 7.5, "large"]
    assert unripe["tags"] == []
    assert document["tags"] == [{"tag": 4, "value": "small"}, {"tag": 1, "value": None}]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (box(5, 5, 5, 9), "no area"),
        (box(30, 2, 1, 40), "top left"),
        (box(1, 2, 65, 40), "outside"),
        (box("nan", 2, 3, 4), "finite"),
        (box("inf", 2, 3, 4), "finite"),
        (box("1" + "0" * 40, 2, 3, 4), "outside"),
        (box("1e40", 2, 3, 4), "outside"),
        (box("1" * 5000, 2, 3, 4), "not a number"),
        (box("1" + "0" * 380, 2, 3, 4, rotation="3"), "no angle"),
        (box(1, 2, 3, 4, rotation="inf"), "no angle"),
        (box(1, 2, 3, 4, rotation="x"), "not a number"),
        (box("", 2, 3, 4), "not a number"),
        (box(label="stranger"), "no class"),
        (box(label=""), "does not say"),
        (box(20, 20, 30, 30, label="kiwi", rotation="5"), "rectangle"),
        (box(3, 3, 9, 9), "twice"),
        ('<polygon label="lemon"/>', "not a number"),
        ('<polygon label="lemon" points="1,2;3"/>', "pairs"),
        ('<polygon label="lemon" points="1,2;3,4;5,6"/>', "no area"),
        ('<polyline label="lemon" points="1,2"/>', "Points"),
        ('<mask label="lemon"/>', "not a number"),
        ('<mask label="lemon" rle="1,2" left="0" top="0" width="2" height="2"/>', "do not make"),
        ('<mask label="lemon" rle="-1,5" left="0" top="0" width="2" height="2"/>', "do not make"),
        ('<mask label="lemon" rle="0,4" left="63" top="0" width="2" height="2"/>', "do not make"),
        ('<mask label="lemon" rle="0,4" left="-1" top="0" width="2" height="2"/>', "do not make"),
        ('<mask label="lemon" rle="0.5,4" left="0" top="0" width="2" height="2"/>', "whole"),
        ('<mask label="lemon" rle="4" left="0" top="0" width="2" height="2"/>', "no area"),
        (f'<mask label="lemon" rle="0,1{"0" * 40}" left="0" top="0" width="9" height="9"/>',
         "do not make"),
        ('<ellipse label="lemon" cx="1" cy="2" rx="3" ry="4"/>', "not known"),
        ('<cuboid label="lemon"/>', "not known"),
        ('<skeleton label="lemon"><points label="1" points="1,2"/></skeleton>', "not known"),
        ("<box><box/></box>", "not a number"),
        ("<image/>", "no shape"),
        ("<wrong/>", "no shape"),
    ],
    ids=range(34),
)  # fmt: skip
def test_one_bad_shape_is_told_and_the_others_go_in(bad, said):
    document, [error] = read(box(3, 3, 9, 9), bad, box(10, 10, 20, 20))
    assert [each["points"][0] for each in document["objects"]] == [[3, 3], [10, 10]]
    assert "one.jpg" in error.place
    assert " 2" in error.place
    assert said in error.message


HOSTILE = {
    "entities": '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>'
    + document_of(page(name="&b;")),
    "a file of the server": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    + document_of(page(name="&a;")),
    "cut off": document_of(page(box()), page(box(), name="two.jpg"))[:-60],
    "not text": b"\xff\xfe\x00\x01",
    "another encoding": b'<?xml version="1.0" encoding="klingon"?><annotations/>',
    "an attribute twice": '<annotations><image id="1" id="2"/></annotations>',
    "wrong nesting": "<annotations><image></annotations></image>",
    "another root": "<annotation/>",
    "a video": document_of('<track id="0" label="lemon"><box frame="0"/></track>'),
    "one long line": document_of(page(name="x" * 20_000_000)),
    "ten megabytes of depth": "<annotations>" + "<a>" * 3_000_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_bad_file_is_told_once_and_the_next_one_read(data):
    files = [source(data, "bad"), source(document_of(page(box(), name="good.jpg")), "good")]
    found, [error] = sort_out(FORMAT.read(files, SCHEMA))
    assert found[-1].place == "good.jpg"
    assert error.place == "bad"
    assert error.message


def test_images_before_the_break_stand():
    data = document_of(page(box()), page(box(), name="two.jpg"))[:-60]
    found, errors = sort_out(FORMAT.read([source(data)], SCHEMA))
    assert [each.place for each in found] == ["one.jpg"]
    assert len(errors) == 1


def test_images_wrapped_in_something_else_are_not_taken_for_the_files_own():
    data = f"<annotations><extra>{page(box())}</extra>{page(box(), name='two.jpg')}</annotations>"
    found, _errors = sort_out(FORMAT.read([source(data)], SCHEMA))
    assert [each.place for each in found] == ["two.jpg"]


def test_memory_is_that_of_one_image(monkeypatch):
    monkeypatch.setattr("labeling.exports.formats.cvat_reading.IMAGE_BOUND", 200_000)
    monkeypatch.setattr("labeling.exports.formats.markup.READ_AT_ONCE", 16_000)
    many = document_of(*(page(*[box()] * 20, name=f"{n}.jpg") for n in range(1000)))
    assert len(many) > 1_000_000
    found, errors = sort_out(FORMAT.read([source(many)], SCHEMA))
    assert (len(found), errors) == (1000, [])


def test_runs_go_along_the_rows_and_begin_outside():
    mask = rle.to_mask(read_mask([0, 1, 3, 2], (1, 0, 3, 2), (4, 3)))
    assert mask.tolist() == [[0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]]


def test_labels_say_which_tags_their_objects_and_images_may_have():
    schema = Schema(
        (SchemaClass(1, "<lemon>", "bitmap", "#ffcc00"), SchemaClass(2, "old", is_removed=True)),
        (
            SchemaTag(1, "ripe", applies_to="objects"),
            SchemaTag(2, "size", "choice", ("small", "l & xl"), applies_to="images"),
        ),
    )
    files, _writer = written_files(FORMAT, [record()], schema)
    text = files["annotations.xml"].decode()
    assert "<name>&lt;lemon&gt;</name><color>#ffcc00</color><type>mask</type>" in text
    assert "<input_type>checkbox</input_type>" in text
    assert "small\nl &amp; xl</values>" in text
    assert "old" not in text
    assert '<image id="0" name="table/photo 1.jpg" width="64" height="48"' in text
