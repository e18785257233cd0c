"""Lists of data rows over REST: the body is the list, however long; and what is said of items."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from rest_framework.test import ForceAuthClientHandler

from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.projects.models import Item, StagedFile
from tests.factories import DatasetFactory, ItemFactory
from tests.labeling.projects.conftest import drawn

NDJSON = "application/x-ndjson"
ROW = {"row_data": "https://example.org/pear.png", "global_key": "k1", "external_id": "e 1"}


def url(dataset: Any) -> str:
    """Where a dataset takes lists."""
    return f"/api/datasets/{dataset.pk}/import-items/"


def as_ndjson(*rows: Any) -> bytes:
    """One row a line."""
    return b"\n".join(json.dumps(row).encode() for row in rows)


def ran(response) -> Operation:
    """The operation of an accepted request, once it is done."""
    assert response.status_code == 202, response.content
    engine.run(response.json()["id"])
    return Operation.objects.get(pk=response.json()["id"])


@pytest.mark.parametrize("media_type", ["application/json", NDJSON, f"{NDJSON}; charset=utf-8"])
def test_the_body_is_the_list(dataset, manager, api_for, media_type):
    content = json.dumps([ROW]) if media_type == "application/json" else as_ndjson(ROW)
    response = api_for(manager).post(url(dataset), content, content_type=media_type)
    operation = ran(response)
    assert response.json()["kind"] == "import-items"
    assert operation.subject_id == dataset.pk
    assert dataset.items.get().global_key == "k1"


def test_lists_may_be_files_of_a_form(dataset, manager, api_for):
    files = [SimpleUploadedFile(f"{n}.json", as_ndjson({**ROW, "global_key": n})) for n in "ab"]
    api = api_for(manager)
    operation = ran(api.post(url(dataset), {"file": files, "fetch": "false"}, format="multipart"))
    assert operation.plan["fetch"] is False
    keys = dataset.items.order_by("position").values_list("global_key", flat=True)
    assert list(keys) == ["a", "b"]


@pytest.mark.parametrize("asked", ["query", "form"])
def test_fetching_is_asked_for(dataset, manager, api_for, asked):
    api, address = api_for(manager), url(dataset)
    if asked == "query":
        response = api.post(f"{address}?fetch=true", as_ndjson(ROW), content_type=NDJSON)
    else:
        file = SimpleUploadedFile("a", as_ndjson(ROW))
        response = api.post(address, {"file": file, "fetch": "true"}, format="multipart")
    assert Operation.objects.get(pk=response.json()["id"]).plan["fetch"] is True
    refused = api.post(f"{address}?fetch=perhaps", as_ndjson(ROW), content_type=NDJSON)
    assert refused.status_code == 400
    assert "fetch" in refused.json()["errors"]


def test_the_same_key_starts_one_import(dataset, manager, api_for):
    api = api_for(manager)
    first, second = (
        api.post(url(dataset), as_ndjson(ROW), content_type=NDJSON, HTTP_IDEMPOTENCY_KEY="k")
        for _turn in range(2)
    )
    assert first.json()["id"] == second.json()["id"]
    assert Operation.objects.count() == 1
    assert StagedFile.objects.count() == 1


def test_who_does_not_manage_projects_is_refused_before_the_body_is_read(
    dataset, reviewer, annotator, viewer, outsider, api_for
):
    for person, status in [(reviewer, 403), (annotator, 403), (viewer, 403), (outsider, 404)]:
        response = api_for(person).post(url(dataset), as_ndjson(ROW), content_type=NDJSON)
        assert response.status_code == status
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"", NDJSON, 400),
        (b"{}", "text/csv", 415),
        (b"x" * 3_000_000, NDJSON, 413),
    ],
)
@override_settings(LABELDESK_MAX_UPLOAD_BYTES=1_000_000)
def test_what_is_no_list_starts_nothing(dataset, manager, api_for, content, media_type, status):
    response = api_for(manager).post(url(dataset), content, content_type=media_type)
    assert response.status_code == status
    assert not Operation.objects.exists()
    assert not StagedFile.objects.exists()


def test_a_packed_body_is_refused_in_words(dataset, manager, api_for):
    response = api_for(manager).post(
        url(dataset), b"\x1f\x8b", content_type=NDJSON, HTTP_CONTENT_ENCODING="gzip"
    )
    assert response.status_code == 400
    assert "not packed" in response.content.decode()


class Cut(ForceAuthClientHandler):
    """A server whose connections end early."""

    def __call__(self, environ):
        environ["CONTENT_LENGTH"] = str(int(environ["CONTENT_LENGTH"]) + 100)
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(10))
        return super().__call__(environ)


def test_a_body_that_breaks_off_starts_nothing(dataset, manager, api_for):
    api = api_for(manager)
    api.handler = Cut()
    response = api.post(url(dataset), as_ndjson(ROW), content_type=NDJSON)
    assert response.status_code == 400
    assert "broke off" in response.content.decode()
    assert not Operation.objects.exists()


def test_an_archived_dataset_takes_no_list(dataset, manager, api_for, do):
    do(manager, dataset, "archive")
    response = api_for(manager).post(url(dataset), as_ndjson(ROW), content_type=NDJSON)
    assert response.status_code == 409


def test_a_file_uploaded_ahead_is_named_by_its_key_or_address(dataset, manager, api_for):
    api = api_for(manager)
    sent = SimpleUploadedFile("pear.png", drawn())
    response = api.post(reverse("api:uploads"), {"file": sent}, format="multipart")
    assert response.status_code == 201
    told = response.json()
    assert (told["name"], told["byte_size"]) == ("pear.png", len(drawn()))
    assert told["key"] in told["url"]
    rows = as_ndjson({"row_data": told["url"], "external_id": "mine"})
    ran(api.post(url(dataset), rows, content_type=NDJSON))
    assert dataset.items.get(name="mine").is_fetched


def test_uploading_ahead_needs_a_file_and_somebody_who_manages_projects(manager, viewer, api_for):
    address = reverse("api:uploads")
    assert api_for(manager).post(address, {}, format="multipart").status_code == 400
    sent = {"file": SimpleUploadedFile("a", b"x")}
    assert api_for(viewer).post(address, sent, format="multipart").status_code == 403


def test_an_item_tells_its_keys_and_where_it_came_from(dataset, manager, api_for):
    api = api_for(manager)
    row = {**ROW, "metadata": {"ripe": True}, "attachments": [{"type": "RAW_TEXT", "value": "x"}]}
    operation = ran(api.post(url(dataset), as_ndjson(row), content_type=NDJSON))
    (shown,) = api.get("/api/items/").json()["results"]
    assert {name: shown[name] for name in ("global_key", "external_id", "metadata")} == {
        "global_key": "k1",
        "external_id": "e 1",
        "metadata": {"ripe": True},
    }
    assert shown["attachments"] == [{"type": "RAW_TEXT", "value": "x", "name": ""}]
    assert shown["source_url"] == ROW["row_data"]
    assert shown["imported_by"] == operation.pk


@pytest.fixture
def keyed(dataset) -> Item:
    """An item with keys among others without."""
    DatasetFactory.create(project=dataset.project, size=2)
    return ItemFactory.create(dataset=dataset, global_key=" k 1", external_id="e/1", name="pear")


@pytest.mark.parametrize("query", ["global_key=+k+1", "external_id=e/1", "q=e/1", "q=pear"])
def test_an_item_is_found_by_its_keys(keyed, manager, api_for, query):
    (found,) = api_for(manager).get(f"/api/items/?{query}").json()["results"]
    assert found["id"] == keyed.pk


def test_items_are_found_by_the_import_that_made_them(dataset, keyed, manager, api_for):
    api = api_for(manager)
    operation = ran(api.post(url(dataset), as_ndjson(ROW), content_type=NDJSON))
    (found,) = api.get(f"/api/items/?imported_by={operation.pk}").json()["results"]
    assert found["global_key"] == "k1"


INDEXES = {"global_key": "item_global_key_once_a_team", "external_id": "item_by_external_id"}


@pytest.mark.parametrize(("name", "index"), INDEXES.items())
def test_looking_for_a_key_uses_its_index(dataset, name, index):
    Item.objects.bulk_create(
        Item(
            team=dataset.team,
            dataset=dataset,
            position=n,
            source_url="https://example.org",
            **{name: f"key {n}"},
        )
        for n in range(1, 2001)
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE projects_item")
    found = Item.objects.filter(team__in=[dataset.team_id], **{name: "key 7"}).order_by("pk")
    assert index in found.explain()
