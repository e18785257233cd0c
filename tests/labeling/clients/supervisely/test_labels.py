"""Labels below the SDK: what is written, what is told, and to whom."""

import json
from typing import cast

import pytest

from accounts.models import ApiToken
from labeling.jobs.models import Annotation, Event, JobItem
from labeling.projects.documents import Document
from labeling.projects.labels import store_labels
from labeling.projects.models import Dataset, Item, ItemLabels
from tests.labeling.clients.supervisely.conftest import ROOT
from tests.labeling.clients.supervisely.work import act, items_of

SIZE = {"width": 64, "height": 48}


def box(name: str = "lemon", right: int = 20, **more):
    corners = {"exterior": [[1, 2], [right, 30]], "interior": []}
    facts = {"classTitle": name, "geometryType": "rectangle", "points": corners, "tags": []}
    return {**facts, **more}


def annotation(*labels, tags=(), **more):
    return {"size": SIZE, "objects": list(labels), "tags": list(tags), **more}


def upload(told, person, dataset: Dataset, **by_item):
    parts = [{"imageId": int(key[1:]), "annotation": each} for key, each in by_item.items()]
    return told(person, "annotations.bulk.add", datasetId=dataset.pk, annotations=parts)


def test_a_meta_replaces_what_is_offered_and_loses_nothing_that_is_labeled(told, manager, dataset):
    project = dataset.project
    first = items_of(dataset)[0]
    upload(told, manager, dataset, **{f"i{first}": annotation(box())})
    meta = told(manager, "projects.meta", id=project.pk)
    meta["classes"] = [each for each in meta["classes"] if each["title"] != "lemon"]
    shown = told(manager, "projects.meta.update", id=project.pk, meta=meta)
    assert [each["title"] for each in shown["classes"]] == ["kiwi"]
    assert told(manager, "annotations.info", imageId=first)["annotation"]["objects"] == []
    assert len(ItemLabels.objects.get(item=first).document["objects"]) == 1
    lemon = project.classes.get(name="lemon")
    act(manager, lemon, "restore-class")
    [again] = told(manager, "annotations.info", imageId=first)["annotation"]["objects"]
    assert again["classTitle"] == "lemon"


def test_labels_replace_those_that_were_there_and_leave_one_line(told, manager, dataset):
    first, second, *_rest = items_of(dataset)
    labels = {f"i{first}": annotation(box()), f"i{second}": annotation(box("kiwi"))}
    upload(told, manager, dataset, **labels)
    upload(told, manager, dataset, **{f"i{first}": annotation(tags=[{"name": "size"}])})
    one, two = told(
        manager, "annotations.bulk.info", datasetId=dataset.pk, imageIds=[second, first]
    )
    assert [each["classTitle"] for each in one["annotation"]["objects"]] == ["kiwi"]
    assert two["annotation"]["objects"] == []
    assert [each["name"] for each in two["annotation"]["tags"]] == ["size"]
    lines = Event.objects.filter(verb="set-labels").order_by("pk")
    assert [(each.data["items"], each.data["objects"]) for each in lines] == [(2, 2), (1, 0)]


def test_one_label_that_does_not_fit_keeps_all_images_as_they_were(told, refused, manager, dataset):
    first, second, *_rest = items_of(dataset)
    for wrong in (box(right=65), box("pear"), box(geometryType="graph")):
        parts = [
            {"imageId": first, "annotation": annotation(box())},
            {"imageId": second, "annotation": annotation(box(), wrong)},
        ]
        status, message = refused(
            manager, "annotations.bulk.add", datasetId=dataset.pk, annotations=parts
        )
        assert status == 400
        assert Item.objects.get(pk=second).name in message
        assert "objects[1]" in message
    assert not ItemLabels.objects.exists()


@pytest.mark.parametrize(
    "parts",
    [
        5,
        [5],
        [{"imageId": 1}],
        [{"imageId": "x", "annotation": {}}],
        [{"imageId": 10**17, "annotation": {"size": SIZE, "objects": []}}],
    ],
)
def test_annotations_that_are_none_are_refused(refused, manager, dataset, parts):
    status, _message = refused(
        manager, "annotations.bulk.add", datasetId=dataset.pk, annotations=parts
    )
    assert status in (400, 404)


def test_a_script_sees_what_people_draw_before_their_job_is_completed(
    told, manager, annotator, dataset, job
):
    place = JobItem.objects.filter(job=job).order_by("position").first()
    assert place is not None
    lemon = dataset.project.classes.get(name="lemon")
    drawn = {"id": "a", "class": lemon.pk, "shape": "rectangle", "tags": []}
    drawn["points"] = [[3, 4], [9, 9]]
    act(annotator, place, "save-annotation", document={"objects": [drawn], "tags": []}, version=0)
    [told_] = told(manager, "annotations.info", imageId=place.item_id)["annotation"]["objects"]
    assert told_["points"]["exterior"] == [[3, 4], [8, 8]]
    assert not ItemLabels.objects.filter(item=place.item_id).exists()


def test_for_a_jobs_sake_its_own_labels_are_told_to_whoever_sees_it(
    client, annotator, annotator2, dataset, job
):
    place = JobItem.objects.filter(job=job).order_by("position").first()
    assert place is not None
    lemon, kiwi = (dataset.project.classes.get(name=name) for name in ("lemon", "kiwi"))
    point = {"shape": "point", "points": [[3, 4]], "tags": [], "source": "person"}
    own = {"objects": [{"id": "k", "class": kiwi.pk, **point}], "tags": []}
    store_labels(place.item, cast(Document, own))
    Annotation.objects.filter(job_item=place).update(
        document={"objects": [{"id": "l", "class": lemon.pk, **point}], "tags": []}, version=1
    )
    body = json.dumps({"datasetId": dataset.pk, "integerCoords": True})
    headers = {"x-api-key": ApiToken.issue(annotator, "s")[1], "x-job-id": str(job.pk)}
    answer = client.post(f"{ROOT}/figures.list", body, "application/json", headers=headers)
    assert [each["classId"] for each in answer.json()["entities"]] == [lemon.pk]
    headers["x-job-id"] = "1000000"
    answer = client.post(f"{ROOT}/figures.list", body, "application/json", headers=headers)
    assert answer.status_code == 404


def test_a_track_is_named_instead_of_left_out(refused, manager, dataset):
    item = dataset.items.first()
    lemon = dataset.project.classes.get(name="lemon")
    frame = {"frame": 0, "shape": "point", "points": [[1, 1]], "outside": False}
    track = {"id": "t1", "class": lemon.pk, "shape": "track", "points": [], "keyframes": [frame]}
    own = {"objects": [{**track, "tags": [], "source": "import"}], "tags": []}
    store_labels(item, cast(Document, own))
    for name, body in (
        ("annotations.info", {"imageId": item.pk}),
        ("figures.list", {"datasetId": dataset.pk}),
    ):
        status, message = refused(manager, name, **body)
        assert status == 409
        assert item.name in message
        assert "t1" in message
