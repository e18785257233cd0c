"""Every format through whole operations: out of one dataset, found out, and into another."""

import io
import random
import zipfile

import pytest

from labeling.exports.formats import writable
from labeling.exports.operations.import_form import AUTO
from labeling.operations.states import Status
from labeling.projects.models import ItemLabels
from tests.factories import DatasetFactory, ItemFactory, ProjectFactory
from tests.labeling.exports.conftest import archive, label, run, staged_import, zipped
from tests.labeling.exports.operations.test_importing import errors_of, voc

YOLO = {"data.yaml": "names: [lemon, kiwi]", "labels/picture-0001.txt": "0 .5 .5 .5 .5\n"}
CVAT = (
    '<annotations><image name="picture-0001.png" width="64" height="48">'
    '<box label="plum" xtl="1" ytl="2" xbr="30" ybr="40">'
    '<attribute name="occluded">false</attribute><attribute name="weight">7.5</attribute>'
    '<attribute name="origin">Etna</attribute></box>'
    '<tag label="night"/></image></annotations>'
)
COCO = (
    '{"images": [{"id": 1, "file_name": "picture-0001.png"}],'
    ' "categories": [{"id": 1, "name": "lemon"}],'
    ' "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]}'
)


def boxes_of(item):
    found = ItemLabels.objects.get(item=item)
    return [
        [pytest.approx(point) for point in each["points"]] for each in found.document["objects"]
    ]


def result_of(operation):
    with operation.file.open("rb") as file:
        return file.read()


@pytest.mark.parametrize("name", [each.name for each in writable()])
@pytest.mark.parametrize("images", [False, True])
def test_what_an_export_wrote_is_recognized_and_goes_into_a_fresh_project(
    manager, team, dataset, box, export, name, images
):
    first, second, third = dataset.items.all()
    label(first, box("a"), box("b", 20, kind="kiwi"))
    label(second, box("c", 30))
    done = export(dataset, format=name, images=images)
    assert done.status == Status.COMPLETE, done.message
    fresh = DatasetFactory.create(project=ProjectFactory.create(team=team, created_by=manager))
    for item in (first, second, third):
        ItemFactory.create(dataset=fresh, name=item.name, content_hash=item.content_hash)
    back = run(staged_import(manager, fresh, {"all.zip": result_of(done)}, format="auto"))
    assert back.status == Status.COMPLETE, back.message
    assert errors_of(back) == []
    wanted = {
        each.name: [(kind, points) for kind, points in found]
        for each, found in zip(fresh.items.all(), drawn(dataset), strict=False)
    }
    assert dict(zip(wanted, drawn(fresh), strict=True)) == wanted


def drawn(dataset):
    """The boxes around all objects of each image by the names of their classes."""
    classes = {each.pk: each.name for each in dataset.project.classes.all()}
    found = []
    for item in dataset.items.order_by("position"):
        labels = ItemLabels.objects.filter(item=item).first()
        objects = labels.document["objects"] if labels else []
        found.append([(classes[each["class"]], around(each["points"])) for each in objects])
    return found


def around(points):
    xs, ys = zip(*points, strict=True)
    return [round(value, 6) for value in (min(xs), min(ys), max(xs), max(ys))]


@pytest.mark.parametrize(
    "files",
    [
        {"a.xml": voc("picture-0001.png", ("lemon", 1, 2, 30, 40))},
        {"a.xml": CVAT},
        {"a.json": COCO},
        {"all.zip": zipped({"README.txt": "This is a dataset.", "train/a.json": COCO})},
        {"all.zip": zipped(YOLO)},
        dict(reversed(YOLO.items())),
    ],
    ids=["voc", "cvat", "coco", "coco in a zip", "yolo in a zip", "yolo file by file"],
)
def test_the_format_is_found_out_from_the_files(manager, dataset, files):
    loose = {name.rpartition("/")[2]: content for name, content in files.items()}
    operation = run(staged_import(manager, dataset, loose, format="auto", create_tags=True))
    assert errors_of(operation) == []
    assert operation.result["objects"] == 1


def test_files_that_look_like_nothing_are_told(manager, dataset):
    files = {"a.txt": "hello", "b.xml": "<html/>", "c.zip": zipped({"d.txt": "x", "e.png": b"x"})}
    operation = run(staged_import(manager, dataset, files, format="auto"))
    assert operation.status == Status.COMPLETE
    assert [name for name, _message in errors_of(operation)] == ["c.zip", "a.txt"]
    assert "Choose the format" in errors_of(operation)[0][1]


def test_missing_tags_are_made_in_the_kind_of_their_values(manager, dataset):
    operation = run(
        staged_import(manager, dataset, {"a.xml": CVAT}, format="cvat", create_tags=True)
    )
    assert errors_of(operation) == []
    made = dataset.project.tag_definitions.exclude(name="ripe").values_list("name", "value_type")
    kinds = {"occluded": "none", "weight": "number", "origin": "string", "night": "none"}
    assert dict(made) == kinds
    assert sorted(operation.result["tags"]) == sorted(kinds)
    document = ItemLabels.objects.get().document
    assert [each["value"] for each in document["objects"][0]["tags"]] == [7.5, "Etna"]
    assert [each["value"] for each in document["tags"]] == [None]


def test_missing_tags_are_reported_when_they_are_not_wanted_and_their_objects_go_in(
    manager, dataset
):
    operation = run(staged_import(manager, dataset, {"a.xml": CVAT}, format="cvat"))
    assert len(errors_of(operation)) == 4
    assert all("no tag" in message for _name, message in errors_of(operation))
    assert operation.result["objects"] == 1


def attacked():
    """A ZIP with one good file among all that ZIPs are known for."""
    good = voc("picture-0001.png", ("lemon", 1, 2, 30, 40))
    buffer = io.BytesIO(zipped({"x/good.xml": good, "../up.xml": good, "/root.xml": good}))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as target:
        link = zipfile.ZipInfo("x/link.xml")
        link.external_attr = 0o120777 << 16
        target.writestr(link, "/etc/passwd")
        target.writestr("x/inner.zip", zipped({"a.xml": good}))
        target.writestr("x/disguised.xml", zipped({"a.xml": good}))
        target.writestr("x/bomb.xml", b" " * 9_000_000)
        target.writestr("x/noise.xml", random.Random(1).randbytes(200_000))
    return buffer.getvalue()


@pytest.mark.parametrize("chosen", ["voc", "auto"])
def test_each_attack_of_a_zip_is_a_row_and_the_good_file_goes_in(manager, dataset, chosen):
    operation = run(staged_import(manager, dataset, {"a.zip": attacked()}, format=chosen))
    assert operation.status == Status.COMPLETE, operation.message
    told = dict(errors_of(operation))
    names = ("up.xml", "root.xml", "link.xml", "inner.zip", "disguised.xml", "bomb.xml")
    for name in (*names, "noise.xml"):
        assert any(name in place for place in told), name
    assert operation.result["objects"] == 1


def test_an_archive_without_any_good_file_is_told_and_nothing_is_half_done(manager, dataset):
    operation = run(
        staged_import(manager, dataset, {"a.zip": b"PK\x03\x04" + bytes(99)}, format="auto")
    )
    assert operation.status == Status.COMPLETE
    assert len(errors_of(operation)) == 1
    assert operation.result["objects"] == 0
    assert AUTO == "auto"
    assert not ItemLabels.objects.exists()


def test_images_lie_where_each_formats_tools_look(dataset, export):
    wanted = {
        "coco": "images/table/picture-0001.png",
        "voc": "JPEGImages/table/picture-0001.png",
        "yolo": "images/train/table/picture-0001.png",
        "cvat": "images/table/picture-0001.png",
    }
    for name, path in wanted.items():
        assert path in archive(export(dataset, format=name, images=True)).namelist()
