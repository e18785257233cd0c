"""Imports: from uploaded files to the labels of items, with a row for everything that was wrong."""

import json
import zipfile
from typing import Any

import pytest
from defusedxml.ElementTree import parse
from django.core.files.storage import default_storage

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.exports.operations import importing
from labeling.operations import engine
from labeling.operations.kinds import Chunk, kinds, scratch_folder
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.labels import store_labels
from labeling.projects.models import Item, ItemLabels, StagedFile
from tests.factories import DatasetFactory, ItemFactory, JobFactory
from tests.labeling.exports.conftest import archive, label, run, staged_import, work, zipped
from tests.labeling.exports.samples import folder_of


def voc(filename, *boxes, size=(64, 48)):
    objects = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax>"
        f"<ymax>{y2}</ymax></bndbox></object>"
        for name, x1, y1, x2, y2 in boxes
    )
    return (
        f"<annotation><filename>{filename}</filename><size><width>{size[0]}</width>"
        f"<height>{size[1]}</height></size>{objects}</annotation>"
    )


def boxes_of(item):
    found = ItemLabels.objects.filter(item=item).first()
    return [each["points"] for each in found.document["objects"]] if found else []


def errors_of(operation):
    rows = operation.rows.filter(outcome="error").order_by("number")
    return [(row.name, row.message) for row in rows]


def test_boxes_go_to_the_images_that_their_files_name(manager, dataset):
    first, second, _third = dataset.items.all()
    operation = run(
        staged_import(
            manager,
            dataset,
            {
                "a.xml": voc("picture-0001.png", ("lemon", 1, 2, 30, 40), ("kiwi", 3, 3, 9, 9)),
                "picture-0002.xml": voc("", ("lemon", 5, 6, 7, 8)),
            },
        )
    )
    assert operation.status == Status.COMPLETE, operation.message
    assert boxes_of(first) == [[[1, 2], [30, 40]], [[3, 3], [9, 9]]]
    assert boxes_of(second) == [[[5, 6], [7, 8]]]
    first.refresh_from_db()
    assert first.object_count == 2
    assert first.labeled_at
    assert operation.result["records"] == 2
    assert operation.result["objects"] == 3
    assert operation.message == "3 objects on 2 images imported."
    assert operation.done == operation.total == 2


def test_what_is_wrong_is_a_row_of_its_own_and_the_rest_goes_in(manager, dataset):
    operation = run(
        staged_import(
            manager,
            dataset,
            {
                "one.xml": voc(
                    "picture-0001.png",
                    ("lemon", 5, 5, 5, 5),
                    ("lemon", 1, 2, 30, 40),
                    ("lemon", 1, 2, 30, 400),
                ),
                "other.xml": voc("elsewhere.png", ("lemon", 1, 2, 3, 4)),
                "size.xml": voc("picture-0002.png", ("lemon", 1, 2, 3, 4), size=(640, 480)),
                "broken.xml": "<annotation",
            },
        )
    )
    assert operation.status == Status.COMPLETE, operation.message
    assert operation.error_count == 5
    told = errors_of(operation)
    assert [name for name, _message in told] == [
        "one.xml, object 1",
        "one.xml, object 3",
        "other.xml",
        "size.xml",
        "broken.xml",
    ]
    assert told[0][1] == "The rectangle has no area."
    assert "elsewhere.png" in told[2][1]
    assert operation.rows.count() == 6
    assert boxes_of(dataset.items.first()) == [[[1, 2], [30, 40]]]
    assert "5 problems are reported" in operation.message


def test_missing_classes_are_made_in_the_shape_that_they_come_in(manager, dataset):
    operation = run(
        staged_import(manager, dataset, {"a.xml": voc("picture-0001.png", ("plum", 1, 2, 3, 4))})
    )
    made = dataset.project.classes.get(name="plum")
    assert made.shape == "rectangle"
    assert made.color
    assert operation.result["classes"] == ["plum"]
    assert ItemLabels.objects.get().document["objects"][0]["class"] == made.pk


def test_missing_classes_are_reported_when_they_are_not_wanted(manager, dataset):
    files = {"a.xml": voc("picture-0001.png", ("plum", 1, 2, 3, 4), ("kiwi", 1, 2, 3, 4))}
    operation = run(staged_import(manager, dataset, files, create_classes=False))
    assert errors_of(operation) == [("a.xml, object 1", "The project has no class “plum”.")]
    assert not dataset.project.classes.filter(name="plum").exists()
    assert len(boxes_of(dataset.items.first())) == 1


def test_a_class_that_cannot_be_made_is_reported_and_the_others_go_in(manager, dataset):
    files = {"a.xml": voc("picture-0001.png", ("x" * 500, 1, 2, 3, 4), ("kiwi", 1, 2, 3, 4))}
    operation = run(staged_import(manager, dataset, files))
    assert operation.status == Status.COMPLETE, operation.message
    assert len(errors_of(operation)) == 2
    assert len(boxes_of(dataset.items.first())) == 1


def test_a_zip_may_wrap_them_and_hold_other_things(manager, dataset):
    packed = zipped(
        {
            "set/voc/a.xml": voc("picture-0001.png", ("lemon", 1, 2, 30, 40)),
            "set/voc/b.xml": voc("picture-0002.png", ("lemon", 1, 2, 30, 40)),
            "set/images/picture-0001.png": b"not looked at",
            "set/../../escape.xml": voc("picture-0003.png", ("lemon", 1, 2, 3, 4)),
            "__MACOSX/a.xml": "rubbish",
        }
    )
    operation = run(staged_import(manager, dataset, {"set.zip": packed}))
    assert operation.result["records"] == 2
    assert len(errors_of(operation)) == 1
    assert boxes_of(dataset.items.last()) == []


def test_a_broken_zip_and_one_without_annotations_are_told(manager, dataset):
    broken = zipped({"a.xml": voc("picture-0001.png")})[:-30]
    operation = run(
        staged_import(
            manager, dataset, {"broken.zip": broken, "empty.zip": zipped({"readme.txt": "hi"})}
        )
    )
    assert operation.status == Status.COMPLETE
    assert [name for name, _message in errors_of(operation)] == ["broken.zip", "empty.zip"]


def test_importing_twice_doubles_nothing_and_keeps_what_people_drew(manager, dataset, box):
    item = dataset.items.first()
    label(item, box("drawn", 40))
    files = {"a.xml": voc("picture-0001.png", ("lemon", 1, 2, 30, 40))}
    for _ in range(2):
        run(staged_import(manager, dataset, files))
    assert boxes_of(item) == [[[40, 2], [50, 20]], [[1, 2], [30, 40]]]


def test_what_is_there_can_be_replaced_also_by_several_files_about_one_image(
    manager, dataset, box, monkeypatch
):
    monkeypatch.setattr(importing, "RECORDS_A_CHUNK", 1)
    item = dataset.items.first()
    label(item, box("drawn", 40))
    files = {
        "a.xml": voc("picture-0001.png", ("lemon", 1, 2, 30, 40)),
        "b.xml": voc("picture-0001.png", ("kiwi", 3, 3, 9, 9)),
    }
    run(staged_import(manager, dataset, files, existing="replace"))
    assert boxes_of(item) == [[[1, 2], [30, 40]], [[3, 3], [9, 9]]]


def test_names_match_without_folders_endings_and_case_but_never_by_guessing(manager, project):
    dataset = DatasetFactory.create(project=project)
    for name in ("train/One.PNG", "a/two.png", "b/two.png", "three.v2.jpg", "cafe\u0301.png"):
        ItemFactory.create(dataset=dataset, name=name)
    files = {
        f"{n}.xml": voc(name, ("lemon", 1, 2, n + 3, 40))
        for n, name in enumerate(
            ("one.jpg", "two.png", "b/two.png", "three.v2", "caf\u00e9.png", "three.jpg")
        )
    }
    operation = run(staged_import(manager, dataset, files))
    found = {item.name: boxes_of(item) for item in dataset.items.all()}
    assert [each for each, boxes in found.items() if boxes] == [
        "train/One.PNG", "three.v2.jpg", "cafe\u0301.png",
    ]  # fmt: skip
    assert [message for _name, message in errors_of(operation)] == [
        "Several images are called that: “two.png”.",
        "Several images are called that: “two.png”.",
        "The dataset has no image called “three.jpg”.",
    ]


@pytest.mark.parametrize("format_name", ["native", "coco"])
def test_an_export_goes_into_another_project_whole(
    manager, project, dataset, box, export, format_name
):
    for number, item in enumerate(dataset.items.all()):
        label(item, box(f"o{number}", number), box(f"k{number}", kind="kiwi"))
    result = archive(export(dataset, format=format_name, images=True))
    other = DatasetFactory.create(name="copy", project__team=dataset.team)
    for item in dataset.items.all():
        ItemFactory.create(dataset=other, name="renamed", content_hash=item.content_hash)
    files = {"all.zip": zipped({name: result.read(name) for name in result.namelist()})}
    operation = run(staged_import(manager, other, files, format=format_name))
    assert errors_of(operation) == []
    names = dict(other.project.classes.values_list("pk", "name"))
    for mine, theirs in zip(dataset.items.all(), other.items.all(), strict=True):
        copied = theirs.labels.document["objects"]
        assert [each["id"] for each in copied] == [
            each["id"] for each in mine.labels.document["objects"]
        ]
        assert [names[each["class"]] for each in copied] == ["lemon", "kiwi"]


def test_tags_go_in_and_can_be_searched(manager, dataset):
    document = {
        "images": [
            {"id": 1, "file_name": "picture-0001.png", "width": 64, "height": 48,
             "attributes": {"tags": [{"name": "ripe", "value": None}, {"name": "sour"}]}}
        ],
        "annotations": [],
        "categories": [],
    }  # fmt: skip
    files = {"a.json": json.dumps(document)}
    operation = run(staged_import(manager, dataset, files, format="coco"))
    [name] = Item.objects.filter(item_tags__tag__name="ripe").values_list("name", flat=True)
    assert name == "picture-0001.png"
    assert errors_of(operation) == [("picture-0001.png", "The project has no tag “sour”.")]


def test_the_staged_files_are_put_away(manager, dataset):
    operation = staged_import(manager, dataset, {"a.xml": voc("picture-0001.png")})
    [staged] = StagedFile.objects.all()
    run(operation)
    assert not StagedFile.objects.exists()
    assert not default_storage.exists(str(staged.file.name))
    assert not scratch_folder(operation.pk).exists()


def commit(operation, times):
    """Run an import by hand; after so many chunks leave it as a killed worker would."""
    kind = kinds["import-annotations"]
    for _ in range(times):
        chunk = Chunk(operation, operation.cursor, lambda done: None)
        step = kind.run_chunk(chunk, kind.prepare(chunk))
        operation.rows.bulk_create(
            operation.rows.model(
                operation=operation, number=row.number, name=row.name, outcome=row.outcome
            )
            for row in step.rows
        )
        Operation.objects.filter(pk=operation.pk).update(
            cursor=step.cursor,
            done=operation.done + step.done,
            total=step.total if step.total is not None else operation.total,
        )
        operation.refresh_from_db()
    chunk = Chunk(operation, operation.cursor, lambda done: None)
    kind.prepare(chunk)


@pytest.mark.parametrize("existing", ["add", "replace"])
@pytest.mark.parametrize(
    ("times", "is_lost"), [(0, False), (1, False), (2, False), (4, False), (3, True)]
)
def test_killed_after_any_chunk_each_label_is_there_once(
    manager, dataset, monkeypatch, times, existing, is_lost
):
    monkeypatch.setattr(importing, "RECORDS_A_CHUNK", 1)
    files = {
        f"{n}.xml": voc(f"picture-000{n}.png", ("lemon", n, 2, 30, 40), ("plum", n, 3, 9, 9))
        for n in (1, 2, 3)
    }
    operation = staged_import(manager, dataset, files, existing=existing)
    commit(operation, times)
    if is_lost:
        for path in scratch_folder(operation.pk).iterdir():
            path.unlink()
    run(operation)
    assert operation.status == Status.COMPLETE, operation.message
    assert [len(boxes_of(item)) for item in dataset.items.all()] == [2, 2, 2]
    assert operation.rows.count() == operation.done == 3
    assert dataset.project.classes.filter(name="plum").count() == 1


def test_an_archived_dataset_takes_nothing(manager, dataset):
    dataset.archived_at = dataset.created_at
    dataset.save()
    with pytest.raises(Conflict):
        staged_import(manager, dataset, {})


@pytest.mark.parametrize("persona", ["annotator", "reviewer", "viewer"])
def test_only_who_manages_projects_imports(request, dataset, persona):
    with pytest.raises(Forbidden):
        staged_import(request.getfixturevalue(persona), dataset, {"a.xml": "x"})


def test_another_teams_dataset_does_not_exist(manager, team):
    data = {"dataset": DatasetFactory.create().pk, "format": "voc"}
    with pytest.raises(Invalid):
        engine.start("import-annotations", Actor.for_user(manager), team, data)


def test_labels_of_work_in_progress_are_not_touched(manager, dataset, box):
    item = dataset.items.first()
    store_labels(item, {"objects": [], "tags": []})
    each = work(JobFactory.create(batch__dataset=dataset), item, box("mine"))
    run(
        staged_import(manager, dataset, {"a.xml": voc("picture-0001.png", ("lemon", 1, 2, 30, 40))})
    )
    each.annotation.refresh_from_db()
    assert [found["id"] for found in each.annotation.document["objects"]] == ["mine"]


def size_in(path):
    """The size that a file says its image has."""
    root: Any = parse(path).getroot()
    return int(root.findtext("size/width")), int(root.findtext("size/height"))


@pytest.mark.parametrize(
    ("name", "images", "boxes", "wrong"), [("bccd", 364, 4886, 2), ("raccoon", 200, 217, 0)]
)
def test_real_files_go_in_as_one_zip(manager, project, tmp_path, name, images, boxes, wrong):
    folder = folder_of(name, "voc")
    dataset = DatasetFactory.create(project=project)
    paths = sorted(folder.glob("*.xml"))
    Item.objects.bulk_create(
        Item(
            team=dataset.team, dataset=dataset, position=number, name=f"{path.stem}.jpg",
            content_hash=path.stem, width=w, height=h, byte_size=1, media_type="image/jpeg",
        )
        for number, path in enumerate(paths, 1)
        for w, h in [size_in(path)]
    )  # fmt: skip
    target = tmp_path / "voc.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in paths:
            packed.write(path, f"voc/{path.name}")
    operation = run(staged_import(manager, dataset, {"voc.zip": target.read_bytes()}))
    assert operation.status == Status.COMPLETE, operation.message
    assert (operation.result["records"], operation.result["objects"]) == (images, boxes)
    assert operation.error_count == wrong
    assert sum(item.object_count for item in dataset.items.all()) == boxes
