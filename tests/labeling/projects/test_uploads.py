"""Uploading over HTTP: the plain form, the three steps of scripts, and what is refused."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.models import Item, StagedFile
from tests.factories import MembershipFactory, UserFactory
from tests.labeling.projects.conftest import drawn, packed

JSON = {"Accept": "application/json"}


def form_url(dataset) -> str:
    """The upload page."""
    return reverse("projects:upload", args=[dataset.pk])


def sent(name: str = "a.png", content: bytes | None = None) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, drawn() if content is None else content)


def run_latest() -> Operation:
    """Do what the upload asks for."""
    operation = Operation.objects.latest("pk")
    engine.run(operation.pk)
    operation.refresh_from_db()
    return operation


def test_the_plain_form_does_all_at_once(dataset, manager, client_for):
    client = client_for(manager)
    assert client.get(form_url(dataset)).status_code == 200
    archive = packed({"1.png": drawn(color="red"), "2.png": drawn(color="blue")})
    response = client.post(form_url(dataset), {"file": [sent(), sent("b.zip", archive)]})
    operation = Operation.objects.get()
    assert response.status_code == 302
    assert response.url == operation.get_absolute_url()
    assert run_latest().status == Status.COMPLETE
    assert Item.objects.count() == 3


def test_the_plain_form_without_files_says_so(dataset, manager, client_for):
    response = client_for(manager).post(form_url(dataset), {})
    assert response.status_code == 400
    assert "Choose at least one file." in response.content.decode()
    assert not Operation.objects.exists()


def test_a_script_begins_adds_files_and_starts(dataset, manager, client_for):
    client = client_for(manager)
    begun = client.post(form_url(dataset), headers=JSON)
    assert begun.status_code == 201
    steps = begun.json()
    for name, color in (("a.png", "red"), ("b.png", "blue")):
        added = client.post(
            steps["files_url"], {"file": [sent(name, drawn(color=color))]}, headers=JSON
        )
        assert added.status_code == 201
        assert added.json()["files"][0]["name"] == name
    started = client.post(steps["start_url"], headers=JSON)
    assert started.status_code == 202
    assert started.json()["operation"] == steps["operation"]
    run_latest()
    assert list(Item.objects.values_list("name", flat=True)) == ["a.png", "b.png"]


def test_a_repeated_begin_answers_the_same_upload(dataset, manager, client_for):
    client = client_for(manager)
    headers = {**JSON, "Idempotency-Key": "once"}
    first = client.post(form_url(dataset), headers=headers).json()
    assert client.post(form_url(dataset), headers=headers).json() == first


def test_a_script_hears_why_it_is_refused(dataset, manager, client_for):
    client = client_for(manager)
    steps = client.post(form_url(dataset), headers=JSON).json()
    empty = client.post(steps["start_url"], headers=JSON)
    assert empty.status_code == 400
    assert "file" in empty.json()["errors"]
    client.post(steps["files_url"], {"file": [sent()]}, headers=JSON)
    client.post(steps["start_url"], headers=JSON)
    late = client.post(steps["files_url"], {"file": [sent()]}, headers=JSON)
    assert late.status_code == 409
    assert late.json()["state"] == Status.QUEUED
    assert StagedFile.objects.count() == 1


def test_a_body_of_too_many_bytes_is_refused_by_its_length_alone(
    dataset, manager, client_for, api_for, settings
):
    settings.LABELDESK_MAX_UPLOAD_BYTES = 1000
    endless: dict[str, Any] = {
        "data": "",
        "content_type": "multipart/form-data; boundary=x",
        "headers": {"Content-Length": str(10**12)},
    }
    client = client_for(manager)
    page = client.post(form_url(dataset), **endless)
    assert page.status_code == 413
    assert "MB in one upload" in page.content.decode()
    endless["headers"] = {**endless["headers"], **JSON}
    for script, url in (
        (client, form_url(dataset)),
        (client, reverse("projects:upload-files", args=[1])),
        (api_for(manager), f"/api/datasets/{dataset.pk}/upload/"),
    ):
        refused = script.post(url, **endless)
        assert refused.status_code == 413
        assert "MB in one upload" in refused.json()["detail"]


def test_files_that_are_too_much_together_leave_nothing_behind(
    dataset, manager, client_for, settings
):
    settings.LABELDESK_MAX_UPLOAD_BYTES = 100
    response = client_for(manager).post(
        form_url(dataset), {"file": [sent(content=bytes(80)), sent("b.png", bytes(80))]}
    )
    assert response.status_code == 400
    assert "At most" in response.content.decode()
    assert not StagedFile.objects.exists()
    assert Operation.objects.get().status == Status.CANCELED


@pytest.mark.parametrize("step", ["upload", "upload-files"])
def test_a_forged_request_is_refused_though_its_length_is_asked_first(dataset, manager, step):
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    key = dataset.pk
    if step == "upload-files":
        friend = Client()
        friend.force_login(manager)
        key = friend.post(form_url(dataset), headers=JSON).json()["operation"]
    response = client.post(reverse(f"projects:{step}", args=[key]), {"file": [sent()]})
    assert response.status_code == 403
    assert not StagedFile.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer"])
def test_only_those_who_manage_projects_upload(role, request, dataset, manager, client_for):
    steps = client_for(manager).post(form_url(dataset), headers=JSON).json()
    client = client_for(request.getfixturevalue(role))
    assert client.get(form_url(dataset)).status_code == 403
    assert client.post(form_url(dataset), {"file": [sent()]}).status_code == 403
    for url in (steps["files_url"], steps["start_url"]):
        assert client.post(url, {"file": [sent()]}, headers=JSON).status_code in {403, 404}
    assert not StagedFile.objects.exists()


def test_strangers_and_the_restricted_find_no_upload(dataset, manager, outsider, team, client_for):
    steps = client_for(manager).post(form_url(dataset), headers=JSON).json()
    restricted = UserFactory.create()
    MembershipFactory.create(team=team, user=restricted, restricted=True)
    for person in (outsider, restricted):
        client = client_for(person)
        for url in (form_url(dataset), steps["files_url"], steps["start_url"]):
            assert client.post(url, {"file": [sent()]}).status_code == 404


def test_an_archived_dataset_takes_no_upload(dataset, manager, client_for, do):
    do(manager, dataset, "archive")
    client = client_for(manager)
    assert client.get(form_url(dataset)).status_code == 409
    assert client.post(form_url(dataset), headers=JSON).status_code == 409


def test_names_are_only_names(dataset, manager, client_for):
    client = client_for(manager)
    client.post(form_url(dataset), {"file": [sent("../../etc/pass\twd.png")]})
    assert StagedFile.objects.get().name == "passwd.png"
    assert "etc" not in str(StagedFile.objects.get().file.name)


def test_what_became_of_each_file_can_be_read_by_scripts(dataset, manager, client_for):
    client_for(manager).post(form_url(dataset), {"file": [sent(), sent("x.png", b"x")]})
    operation = run_latest()
    rows = list(operation.rows.values("name", "outcome", "data"))
    assert json.dumps(rows)
    assert rows[0]["data"] == {"item": Item.objects.get().pk}
    assert (rows[1]["name"], rows[1]["outcome"]) == ("x.png", "error")


@pytest.mark.parametrize("kind", ["import-items", "import-annotations"])
def test_only_an_upload_is_started_by_hand(dataset, manager, client_for, kind):
    held = Operation.objects.create(
        team=dataset.team,
        kind=kind,
        label="Import",
        queue="bulk",
        status=Status.PENDING,
        created_by=manager,
        plan={"dataset": dataset.pk},
    )
    StagedFile.objects.create(operation=held, file="staged/x", name="x.json", byte_size=1)
    start = reverse("projects:upload-start", args=[held.pk])
    assert client_for(manager).post(start, headers=JSON).status_code == 409
    held.refresh_from_db()
    assert held.status == Status.PENDING
