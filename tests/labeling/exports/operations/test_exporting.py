"""Exports as people and scripts start them: what is in the ZIP, and that nothing interrupts it."""

import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.actor import Actor
from labeling.core.errors import Forbidden, Invalid
from labeling.exports.operations import exporting
from labeling.operations import engine
from labeling.operations.engine import claims
from labeling.operations.kinds import Chunk, kinds, scratch_folder
from labeling.operations.models import Operation
from labeling.operations.states import Status
from tests.factories import (
    BatchFactory,
    DatasetFactory,
    ItemFactory,
    JobFactory,
    JobItemFactory,
    LabelClassFactory,
    ProjectFactory,
    picture,
)
from tests.labeling.exports.conftest import archive, coco, label, run, work


def uids(operation):
    return sorted(each["attributes"]["uid"] for each in coco(operation)["annotations"])


def test_a_dataset_is_exported_with_its_labels_and_every_image(dataset, box, export):
    first, second, _third = dataset.items.all()
    label(first, box("a"), box("b", kind="kiwi"))
    label(second, box("c"))
    operation = export(dataset)
    assert operation.status == Status.COMPLETE, operation.message
    assert operation.done == operation.total == 3
    document = coco(operation)
    assert [each["file_name"] for each in document["images"]] == [
        f"table/picture-000{n}.png" for n in (1, 2, 3)
    ]
    assert uids(operation) == ["a", "b", "c"]
    assert [each["bbox"] for each in document["annotations"]] == [[1, 2, 10, 18]] * 3


def test_with_images_the_zip_holds_their_bytes_under_the_names_in_the_annotations(dataset, export):
    operation = export(dataset, images=True)
    assert operation.done == operation.total == 6
    result = archive(operation)
    for each in coco(operation)["images"]:
        assert result.read(f"images/{each['file_name']}") == picture()


def test_no_name_that_a_person_chose_leaves_its_folder_or_hides_another(project, export):
    dataset = DatasetFactory.create(project=project, name="../../etc")
    for name in ("../x.png", "../x.png", "a/b.PNG", "A_b.png", "scan.tif"):
        ItemFactory.create(dataset=dataset, name=name)
    names = archive(export(dataset, images=True)).namelist()
    assert names == [
        "annotations.json",
        "images/_.._.._etc/_.._x.png",
        "images/_.._.._etc/_.._x (2).png",
        "images/_.._.._etc/a_b.PNG",
        "images/_.._.._etc/A_b (2).png",
        "images/_.._.._etc/scan.tif.png",
    ]


def test_a_project_is_all_its_datasets(project, dataset, box, export):
    other = DatasetFactory.create(project=project, name="shelf", size=1)
    DatasetFactory.create(project=project, name="empty")
    label(other.items.get(), box("on the shelf"))
    document = coco(export(project))
    assert [each["file_name"] for each in document["images"]] == [
        "shelf/picture-0001.png",
        "table/picture-0001.png",
        "table/picture-0002.png",
        "table/picture-0003.png",
    ]


def batch_of(dataset, **more):
    batch = BatchFactory.create(dataset=dataset, **more)
    batch.classes.set(dataset.project.classes.all())
    return batch


def test_a_job_is_what_was_made_in_it(dataset, box, export):
    first, second, third = dataset.items.all()
    label(first, box("imported"))
    batch = batch_of(dataset)
    job, other = JobFactory.create(batch=batch), JobFactory.create(batch=batch)
    work(job, first, box("mine"), state="accepted")
    work(job, second, box("rejected"), state="rejected")
    work(other, third, box("another's"))
    assert uids(export(job)) == ["mine", "rejected"]
    assert uids(export(job, which="accepted")) == ["mine"]
    assert len(coco(export(job, which="accepted"))["images"]) == 1
    assert uids(export(batch)) == ["another's", "mine", "rejected"]
    assert uids(export(batch, which="accepted")) == ["mine"]
    assert uids(export(dataset, which="accepted")) == ["mine"]


def test_of_a_batch_without_review_what_was_handed_in_counts_as_accepted(dataset, box, export):
    first, second, _third = dataset.items.all()
    batch = batch_of(dataset, needs_review=False)
    finished = JobFactory.create(
        batch=batch, stage="acceptance", state="completed", completed_at=timezone.now()
    )
    work(finished, first, box("handed in"))
    work(JobFactory.create(batch=batch), second, box("in progress"))
    assert uids(export(dataset, which="accepted")) == ["handed in"]


def test_of_everything_work_in_progress_is_part_and_untouched_items_are_as_they_are(
    dataset, box, export
):
    first, second, third = dataset.items.all()
    for item in (first, second, third):
        label(item, box(f"imported {item.position}"))
    job = JobFactory.create(batch=batch_of(dataset))
    work(job, first, box("imported 1", 30), box("more"))
    work(job, second, box("imported 2"), state="none", version=0)
    operation = export(dataset)
    assert uids(operation) == ["imported 1", "imported 2", "imported 3", "more"]
    moved = [each["bbox"][0] for each in coco(operation)["annotations"]]
    assert sorted(moved) == [1, 1, 1, 30]


def test_what_a_job_deleted_is_not_brought_back_by_the_labels_it_began_with(dataset, box, export):
    item = dataset.items.first()
    label(item, box("wrong"), box("right"))
    job = JobFactory.create(batch=batch_of(dataset))
    work(job, item, box("right"))
    assert uids(export(dataset)) == ["right"]


def test_what_was_imported_after_a_job_began_is_not_lost(dataset, box, export):
    item = dataset.items.first()
    job = JobFactory.create(batch=batch_of(dataset))
    work(job, item, box("drawn"))
    label(item, box("imported later"))
    assert uids(export(dataset)) == ["drawn", "imported later"]


def test_a_rejected_version_counts_only_until_somebody_has_made_it_good(dataset, box, export):
    item = dataset.items.first()
    batch = batch_of(dataset)
    work(JobFactory.create(batch=batch), item, box("mistake"), state="rejected")
    assert uids(export(batch)) == ["mistake"]
    again = JobFactory.create(batch=batch)
    each = work(again, item, box("made good"))
    assert uids(export(batch)) == ["made good"]
    each.annotation.document = {"objects": [], "tags": []}
    each.annotation.save()
    assert uids(export(batch)) == []


def test_of_two_people_who_labeled_an_image_both_are_written(dataset, box, export):
    item = dataset.items.first()
    batch = batch_of(dataset)
    work(JobFactory.create(batch=batch), item, box("shared", 1), box("a"))
    work(JobFactory.create(batch=batch), item, box("shared", 5), box("b"))
    document = coco(export(batch))
    assert len(document["images"]) == 1
    found = {each["attributes"]["uid"]: each["bbox"][0] for each in document["annotations"]}
    assert found == {"shared": 5, "a": 1, "b": 1}
    lines = archive(export(batch, format="native")).read("annotations.jsonl").splitlines()
    assert len(lines) == 3
    assert [json.loads(line)["job_name"] for line in lines[1:]] == [
        job.name for job in batch.jobs.order_by("pk")
    ]


def test_labels_of_removed_classes_are_exported(dataset, box, export):
    label(dataset.items.first(), box("old"))
    dataset.project.classes.filter(name="lemon").update(removed_at=timezone.now())
    document = coco(export(dataset))
    [category] = [each for each in document["categories"] if each["name"] == "lemon"]
    assert document["annotations"][0]["category_id"] == category["id"]


def test_what_a_format_cannot_hold_is_told(project, dataset, export):
    line = LabelClassFactory.create(project=project, name="stem", shape="any")
    drawn = {"id": "l", "class": line.pk, "shape": "polyline", "points": [[1, 1], [5, 5]],
             "tags": [], "source": "person"}  # fmt: skip
    label(dataset.items.first(), drawn)
    operation = export(dataset)
    assert operation.result["left_out"] == {"polyline": 1}
    assert "1 object does not fit" in operation.message


def test_an_image_that_the_store_lost_is_reported_and_the_rest_is_there(dataset, export):
    default_storage.delete(dataset.items.first().file.name)
    operation = export(dataset, images=True)
    assert operation.status == Status.COMPLETE
    [row] = operation.rows.all()
    assert row.name == "images/table/picture-0001.png"
    assert len(archive(operation).namelist()) == 3


def test_an_empty_dataset_gives_an_empty_file(project, export):
    operation = export(DatasetFactory.create(project=project))
    assert operation.status == Status.COMPLETE
    assert coco(operation)["images"] == []


def chunks(operation, upto):
    """Run an export by hand; after `upto` chunks leave it as a killed worker would."""
    kind = kinds["export"]
    for number in range(upto + 1):
        chunk = Chunk(operation, operation.cursor, lambda done: None)
        step = kind.run_chunk(chunk, kind.prepare(chunk))
        if number == upto:
            return  # files are written, nothing is committed
        Operation.objects.filter(pk=operation.pk).update(
            cursor=step.cursor, done=operation.done + step.done
        )
        operation.refresh_from_db()


@pytest.mark.parametrize("format_name", ["coco", "native"])
@pytest.mark.parametrize("upto", range(4))
def test_killed_after_any_chunk_it_goes_on_and_each_image_is_there_once(
    team, manager, dataset, box, export, monkeypatch, format_name, upto
):
    for number, item in enumerate(dataset.items.all()):
        label(item, box(f"o{number}"))
    expected = archive(export(dataset, format=format_name, images=True))
    monkeypatch.setattr(exporting, "ITEMS_A_QUERY", 1)
    monkeypatch.setattr(exporting, "SECONDS_A_CHUNK", 1e-9)
    data = {"scope": "dataset", "id": dataset.pk, "which": "all", "format": format_name,
            "images": True}  # fmt: skip
    operation = engine.start("export", Actor.for_user(manager), team, data)
    chunks(operation, upto)
    run(operation)
    assert operation.status == Status.COMPLETE, operation.message
    assert operation.done == operation.total == 6
    result = archive(operation)
    assert result.namelist() == expected.namelist()
    for name in result.namelist():
        assert result.read(name) == expected.read(name)
    assert not scratch_folder(operation.pk).exists()


def test_when_its_files_are_gone_it_begins_again(team, manager, dataset, monkeypatch):
    monkeypatch.setattr(exporting, "ITEMS_A_QUERY", 1)
    monkeypatch.setattr(exporting, "SECONDS_A_CHUNK", 1e-9)
    data = {"scope": "dataset", "id": dataset.pk, "which": "all", "format": "coco"}
    operation = engine.start("export", Actor.for_user(manager), team, data)
    chunks(operation, 2)
    for path in scratch_folder(operation.pk).iterdir():
        path.unlink()
    assert run(operation).status == Status.COMPLETE, operation.message
    assert len(coco(operation)["images"]) == 3


def test_canceled_it_leaves_nothing_behind(team, manager, dataset, monkeypatch):
    monkeypatch.setattr(exporting, "ITEMS_A_QUERY", 1)
    monkeypatch.setattr(exporting, "SECONDS_A_CHUNK", 1e-9)
    data = {"scope": "dataset", "id": dataset.pk, "which": "all", "format": "coco"}
    operation = engine.start("export", Actor.for_user(manager), team, data)
    chunks(operation, 1)
    Operation.objects.filter(pk=operation.pk).update(status=Status.CANCELED)
    run(operation)
    assert not scratch_folder(operation.pk).exists()
    assert not operation.file


def test_more_items_than_were_planned_do_not_break_the_count(team, manager, dataset, box):
    batch = batch_of(dataset)
    job = JobFactory.create(batch=batch)
    data = {"scope": "batch", "id": batch.pk, "which": "accepted", "format": "coco"}
    operation = engine.start("export", Actor.for_user(manager), team, data)
    for item in dataset.items.all():
        work(job, item, state="accepted")
    assert run(operation).status == Status.COMPLETE, operation.message
    assert operation.total == 0 or operation.done == operation.total


def test_the_number_of_queries_does_not_grow_with_the_items(
    dataset, box, export, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr(claims, "BEAT", 3600)  # signs of life depend on the clock
    batch = batch_of(dataset)
    for item in dataset.items.all():
        for _job in range(2):
            work(JobFactory.create(batch=batch), item, box("x"))
    with django_assert_max_num_queries(80) as few:
        export(dataset)
    other = DatasetFactory.create(project=dataset.project, size=12)
    more = batch_of(other)
    for item in other.items.all():
        for _job in range(2):
            work(JobFactory.create(batch=more), item, box("x"))
    with django_assert_max_num_queries(len(few)):
        export(other)


@pytest.mark.parametrize("persona", ["annotator", "viewer"])
def test_annotators_and_viewers_do_not_export(request, team, dataset, persona):
    actor = Actor.for_user(request.getfixturevalue(persona))
    data = {"scope": "dataset", "id": dataset.pk, "which": "all", "format": "coco"}
    with pytest.raises(Forbidden):
        engine.start("export", actor, team, data)


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "team"},
        {"format": "dota"},
        {"format": "paper"},
        {"which": "some"},
        {"id": 0},
        {"id": "x"},
        {"id": 10**30},
        {"colour": "red", "id": ""},
    ],
)
def test_a_wrong_choice_is_refused(team, manager, dataset, change):
    data = {"scope": "dataset", "id": dataset.pk, "which": "all", "format": "coco", **change}
    with pytest.raises(Invalid):
        engine.start("export", Actor.for_user(manager), team, data)


def test_another_teams_things_do_not_exist(team, manager):
    foreign = ProjectFactory.create()
    data = {"scope": "project", "id": foreign.pk, "which": "all", "format": "coco"}
    with pytest.raises(Invalid) as refusal:
        engine.start("export", Actor.for_user(manager), team, data)
    assert "id" in refusal.value.errors


def test_a_job_made_before_the_labels_were_published_is_told_from_one_made_after(
    dataset, box, export
):
    item = dataset.items.first()
    batch = batch_of(dataset)
    early = JobFactory.create(batch=batch, completed_at=timezone.now())
    work(early, item, box("early"), state="accepted")
    late = JobFactory.create(batch=batch)
    late.created_at = timezone.now() + timedelta(minutes=1)
    late.save()
    work(late, item, box("late"), state="accepted")
    assert uids(export(batch, which="accepted")) == ["late"]
    JobItemFactory.create(job=late)
