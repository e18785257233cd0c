"""Exports and imports by a script."""

import pytest
from django.urls import reverse

from accounts.models import ApiToken
from labeling.operations.models import Operation
from tests.factories import DatasetFactory
from tests.labeling.exports.conftest import coco, label, run
from tests.labeling.exports.test_pages import upload


@pytest.fixture
def script(client):
    """Makes a caller with somebody's token."""

    def make(person):
        _token, secret = ApiToken.issue(person, "script", None)

        def send(method, url, *args, **kwargs):
            headers = {"authorization": f"Token {secret}", **kwargs.pop("headers", {})}
            return getattr(client, method)(url, *args, headers=headers, **kwargs)

        return send

    return make


def body(dataset, **more):
    return {"scope": "dataset", "id": dataset.pk, "which": "all", "format": "coco", **more}


def test_an_export_is_started_followed_and_fetched(script, manager, dataset, box):
    label(dataset.items.first(), box("a"))
    send = script(manager)
    answer = send("post", "/api/exports/", body(dataset, images=True), "application/json")
    assert answer.status_code == 202, answer.content
    operation = run(Operation.objects.get(pk=answer.json()["id"]))
    shown = send("get", f"/api/exports/{operation.pk}/").json()
    assert shown["status"] == "complete"
    fetched = send("get", f"/api/exports/{operation.pk}/download/")
    assert fetched["content-type"] == "application/zip"
    assert b"".join(fetched.streaming_content).startswith(b"PK")
    assert len(coco(operation)["annotations"]) == 1
    assert [each["id"] for each in send("get", "/api/exports/").json()["results"]] == [operation.pk]


def test_the_same_key_starts_nothing_again(script, manager, dataset):
    send = script(manager)
    answers = [
        send(
            "post", "/api/exports/", body(dataset), "application/json",
            headers={"Idempotency-Key": "nightly"},
        ).json()["id"]
        for _ in range(2)
    ]  # fmt: skip
    assert len(set(answers)) == Operation.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scope": "team"}, "scope"),
        ({"scope": ["x"]}, "scope"),
        ({"id": "x"}, "id"),
        ({"id": 10**30}, "id"),
        ({"id": 0}, "id"),
        ({"which": "some"}, "which"),
        ({"format": "dota"}, "format"),
    ],
)
def test_a_wrong_body_is_refused_by_field(script, manager, dataset, change, field):
    answer = script(manager)("post", "/api/exports/", body(dataset, **change), "application/json")
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_another_teams_things_do_not_exist(script, outsider, annotator, dataset):
    foreign = script(outsider)("post", "/api/exports/", body(dataset), "application/json")
    assert foreign.status_code == 400
    assert (
        script(annotator)("post", "/api/exports/", body(dataset), "application/json").status_code
        == 403
    )


def test_annotations_are_imported(script, manager, outsider, reviewer, dataset):
    url = reverse("api:dataset-import", args=[dataset.pk])
    assert url == f"/api/datasets/{dataset.pk}/import-annotations/"
    answer = script(manager)("post", url, {"file": [upload(), upload("b.xml")], "format": "voc"})
    assert answer.status_code == 202, answer.content
    operation = run(Operation.objects.get(pk=answer.json()["id"]))
    assert operation.result["classes"] == ["plum"]
    assert script(reviewer)("post", url, {"file": upload(), "format": "voc"}).status_code == 403
    assert script(outsider)("post", url, {"file": upload(), "format": "voc"}).status_code == 404
    assert script(manager)("post", url, {"format": "voc"}).status_code == 400
    assert script(manager)("post", url, {"file": upload(), "format": "x"}).status_code == 400


def test_classes_are_left_alone_when_a_script_says_so(script, manager, project):
    dataset = DatasetFactory.create(project=project, size=1)
    url = reverse("api:dataset-import", args=[dataset.pk])
    data = {"file": upload(), "format": "voc", "create_classes": "false", "existing": "replace"}
    operation = Operation.objects.get(pk=script(manager)("post", url, data).json()["id"])
    run(operation)
    assert operation.result["classes"] == []
    assert operation.error_count == 1
