"""Projects and images below the SDK: who sees and does what, and what is malformed."""

import base64
import hashlib
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import ApiToken
from labeling.jobs.models import Event
from labeling.operations.models import Operation
from labeling.operations.notices.models import Notice
from labeling.projects.models import Item, StagedFile
from tests.factories import DatasetFactory, ItemFactory, ProjectFactory, picture
from tests.labeling.clients.supervisely.conftest import ROOT
from tests.labeling.clients.supervisely.work import act, items_of


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path) -> None:
    """A store of this test's own."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def send(client):
    """Upload bytes as the SDK does; the answer."""

    def sent(person, *contents: bytes):
        headers = {"x-api-key": ApiToken.issue(person, "script")[1]}
        files = {
            f"{number}-file": SimpleUploadedFile(str(number), content, "image/*")
            for number, content in enumerate(contents)
        }
        return client.post(f"{ROOT}/images.bulk.upload", files, headers=headers)

    return sent


@pytest.fixture
def known(client):
    """Ask which of these hashes need not be uploaded; they are a list, not an object."""

    def asked(person, *hashes: str):
        headers = {"x-api-key": ApiToken.issue(person, "script")[1]}
        body, name = json.dumps(hashes), f"{ROOT}/images.internal.hashes.list"
        return client.post(name, body, "application/json", headers=headers).json()

    return asked


def hash_of(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


# Who sees and does what

READ = (
    ("projects.info", "project"),
    ("projects.meta", "project"),
    ("datasets.info", "dataset"),
    ("images.info", "item"),
    ("images.download", "item"),
)
CHANGE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("projects.editInfo", "project", {"name": "x"}),
    ("projects.meta.update", "project", {"meta": {"classes": [], "tags": []}}),
    ("projects.archive", "project", {}),
    ("datasets.editInfo", "dataset", {"name": "x"}),
    ("datasets.archive", "dataset", {}),
)


@pytest.fixture
def keys(dataset):
    return {"project": dataset.project_id, "dataset": dataset.pk, "item": items_of(dataset)[0]}


@pytest.mark.parametrize(("name", "of"), READ)
def test_another_teams_things_do_not_exist(refused, told, outsider, ask, viewer, keys, name, of):
    assert refused(outsider, name, id=keys[of])[0] == 404
    answer = ask(viewer, name, id=keys[of])
    answer.close()  # some are files
    assert answer.status_code == 200


@pytest.mark.parametrize(("name", "of", "body"), CHANGE)
def test_nobody_changes_what_their_role_does_not_allow(
    refused, outsider, annotator, reviewer, dataset, keys, name, of, body
):
    assert refused(outsider, name, id=keys[of], **body)[0] == 404
    for person in (annotator, reviewer):
        assert refused(person, name, id=keys[of], **body)[0] == 403
    dataset.refresh_from_db()
    assert dataset.archived_at is None
    assert dataset.project.classes.filter(removed_at=None).count() == 2


def test_labels_of_a_dataset_are_for_those_who_may_export(
    refused, ask, outsider, annotator, viewer, reviewer, dataset, keys
):
    for name, body in (
        ("annotations.info", {"imageId": keys["item"]}),
        ("annotations.bulk.info", {"datasetId": dataset.pk, "imageIds": [keys["item"]]}),
        ("annotations.list", {"datasetId": dataset.pk}),
        ("figures.list", {"datasetId": dataset.pk}),
    ):
        assert refused(outsider, name, **body)[0] == 404
        assert refused(annotator, name, **body)[0] == 403
        assert refused(viewer, name, **body)[0] == 403
        assert ask(reviewer, name, **body).status_code == 200


def test_everything_without_a_token_is_401(refused, dataset):
    assert refused(None, "images.list", datasetId=dataset.pk)[0] == 401


def test_archived_and_deleted_things_are_not_there(told, refused, manager, dataset, keys):
    act(manager, dataset, "archive")
    for name, body in (
        ("datasets.info", {"id": dataset.pk}),
        ("images.list", {"datasetId": dataset.pk}),
        ("images.info", {"id": keys["item"]}),
        ("annotations.info", {"imageId": keys["item"]}),
        ("images.bulk.add", {"datasetId": dataset.pk, "images": []}),
    ):
        assert refused(manager, name, **body)[0] == 404, name
    assert told(manager, "datasets.list", projectId=dataset.project_id)["entities"] == []
    told(manager, "projects.archive", id=dataset.project_id)
    assert refused(manager, "projects.info", id=dataset.project_id)[0] == 404
    listed = told(manager, "projects.list", groupId=dataset.team_id)["entities"]
    assert dataset.project_id not in [each["id"] for each in listed]


# The meta


def test_the_same_meta_again_leaves_no_line_of_history(told, manager, dataset):
    meta = told(manager, "projects.meta", id=dataset.project_id)
    before = Event.objects.count()
    assert told(manager, "projects.meta.update", id=dataset.project_id, meta=meta) == meta
    assert Event.objects.count() == before


def test_ids_of_another_project_rename_nothing(told, manager, dataset):
    project, other = dataset.project, ProjectFactory.create(team=dataset.team)
    meta = told(manager, "projects.meta", id=project.pk)
    there = told(manager, "projects.meta.update", id=other.pk, meta=meta)
    assert [each["title"] for each in there["classes"]] == ["lemon", "kiwi"]
    assert not {each["id"] for each in there["classes"]} & {each["id"] for each in meta["classes"]}
    assert told(manager, "projects.meta", id=project.pk) == meta


@pytest.mark.parametrize(
    "meta",
    [
        {"classes": [{"title": "a", "shape": "cuboid"}]},
        {"classes": [{"title": "a", "shape": "any"}] * 2},
        {"classes": [{"title": "", "shape": "any"}]},
        {"classes": [{"title": "a", "shape": "any", "color": "red"}]},
        {"classes": [{"title": "a", "shape": "any", "hotkey": "F1"}]},
        {"classes": [{"title": "a", "shape": "graph", "geometry_config": {"nodes": {}}}]},
        {"classes": ["a"]},
        {"classes": 5},
        {"tags": [{"name": "a", "value_type": "date"}]},
        {"tags": [{"name": "a", "value_type": "oneof_string", "values": []}]},
        {"tags": [{"name": "a", "value_type": "oneof_string", "values": ["x", "x"]}]},
        {"tags": [{"name": "a", "value_type": "none", "classes": ["pear"]}]},
        {"tags": [{"name": "a", "value_type": "none", "target_type": "framesOnly"}]},
        {"tags": [{"name": "a", "value_type": "none", "default": True}]},
        {"projectType": "videos"},
        {"projectSettings": {"multiView": {"enabled": True}}},
        {"projectSettings": {"labelingInterface": "multispectral"}},
    ],
)
def test_a_meta_that_has_no_place_here_changes_nothing(told, refused, manager, dataset, meta):
    before = told(manager, "projects.meta", id=dataset.project_id)
    whole = {"classes": before["classes"], "tags": before["tags"], **meta}
    assert refused(manager, "projects.meta.update", id=dataset.project_id, meta=whole)[0] == 400
    assert told(manager, "projects.meta", id=dataset.project_id) == before


# Images


def test_bytes_are_kept_by_their_hash_and_become_an_image_once(
    told, known, refused, send, manager, dataset
):
    content = picture(64, 48, "red")
    assert known(manager, hash_of(content)) == []
    assert send(manager, content, content).json() == [{"hash": hash_of(content)}] * 2
    assert StagedFile.objects.count() == 1
    assert known(manager, hash_of(content), hash_of(b"x"), "no hash") == [hash_of(content)]
    sent = [{"title": "red.png", "hash": hash_of(content), "meta": {"shot": 1}}]
    [made] = told(manager, "images.bulk.add", datasetId=dataset.pk, images=sent)
    assert (made["name"], made["hash"], made["meta"]) == ("red.png", hash_of(content), {"shot": 1})
    assert not StagedFile.objects.exists()
    assert Operation.objects.get().kind == "import-items"
    assert not Notice.objects.unseen().exists(), "what a script waited for is no news"
    status, message = refused(manager, "images.bulk.add", datasetId=dataset.pk, images=sent)
    assert (status, "red.png" in message) == (400, True)
    twin = [{"title": "twin.png", "hash": hash_of(content)}]
    assert "same picture" in refused(
        manager, "images.bulk.add", datasetId=dataset.pk, images=twin
    )[1]  # fmt: skip
    other = DatasetFactory.create(project=dataset.project)
    [copy] = told(manager, "images.bulk.add", datasetId=other.pk, images=twin)
    assert copy["hash"] == hash_of(content)


def test_a_taken_name_is_told_as_the_sdk_reads_it(ask, manager, dataset):
    item = dataset.items.first()
    images = [{"title": item.name, "link": "https://a.example/1.png"}]
    answer = ask(manager, "images.bulk.add", datasetId=dataset.pk, images=images)
    details = answer.json()["details"]
    assert (answer.status_code, details["type"]) == (400, "NONUNIQUE")
    assert details["errors"] == [{"name": item.name, "id": item.pk}]


@pytest.mark.parametrize(
    "images",
    [
        [],
        5,
        [5],
        [{"title": "a.png"}],
        [{"title": "", "link": "https://a.example/1.png"}],
        [{"title": "a.png", "hash": "short"}],
        [{"title": "a.png", "hash": 5}],
        [{"title": "a.png", "hash": hash_of(b"nobody sent it")}],
        [{"title": "a.png", "link": "https://a.example/1.png", "imageId": 1}],
        [{"title": "a.png", "link": "ftp://a.example/1.png"}],
        [{"title": "a.png", "imageId": 10**9}],
        [{"title": "a.png", "imageId": "x"}],
        [{"title": "a.png", "link": "https://a.example/1.png", "meta": {"a": []}}],
        [{"title": "x" * 300, "link": "https://a.example/1.png"}],
        [{"title": "a.png", "link": f"https://a.example/{n}.png"} for n in range(2)],
    ],
)
def test_images_that_say_nothing_usable_are_refused(refused, manager, dataset, images):
    before = dataset.items.count()
    assert refused(manager, "images.bulk.add", datasetId=dataset.pk, images=images)[0] == 400
    assert dataset.items.count() == before


def test_what_is_no_upload_is_refused(client, send, manager, annotator):
    headers = {"x-api-key": ApiToken.issue(manager, "script")[1]}
    for body, kind in (
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
    ):
        answer = client.post(f"{ROOT}/images.bulk.upload", body, kind, headers=headers)
        assert answer.status_code == 400, body
    assert send(annotator, picture(4, 4)).status_code == 403
    assert send(manager, b"").status_code == 400


def test_pictures_come_as_parts_named_by_their_ids(ask, refused, manager, dataset):
    keys = items_of(dataset)[:2]
    answer = ask(manager, "images.bulk.download", datasetId=dataset.pk, imageIds=keys)
    content = b"".join(answer.streaming_content)
    for item in Item.objects.filter(pk__in=keys):
        with item.file.open("rb") as file:
            assert f'name="{item.pk}"'.encode() in content
            assert file.read() in content
    foreign = ItemFactory.create()
    for body in (
        {"datasetId": dataset.pk, "imageIds": [foreign.pk]},
        {"datasetId": foreign.dataset_id, "imageIds": [foreign.pk]},
    ):
        assert refused(manager, "images.bulk.download", **body)[0] == 404


def test_lists_of_images_filter_sort_and_page(told, refused, manager, dataset):
    names = [item.name for item in dataset.items.order_by("name")]
    body = {"datasetId": dataset.pk}
    page = told(manager, "images.list", **body, sort="name", sort_order="desc", per_page=4)
    assert [each["name"] for each in page["entities"]] == names[::-1][:4]
    assert (page["total"], page["pagesCount"]) == (6, 2)
    among = [{"field": "name", "operator": "in", "value": names[:2]}]
    assert len(told(manager, "images.list", **body, filter=among)["entities"]) == 2
    after, seen = None, []
    while True:
        more: dict[str, int] = {"after": after} if after else {}
        page = told(manager, "images.list", **body, **more, pagination_mode="token", per_page=4)
        seen += [each["id"] for each in page["entities"]]
        after = page["after"]
        if after is None:
            break
    assert seen == items_of(dataset)
    for wrong in (
        {"sort": "color"},
        {"filter": [{"field": "color", "operator": "=", "value": 1}]},
        {"filter": 5},
        {"filters": [{"type": "objects_annotator", "data": {}}]},
        {"per_page": 0},
    ):
        assert refused(manager, "images.list", **body, **wrong)[0] == 400, wrong


def test_queries_do_not_grow_with_the_images(count_queries, told, manager, dataset):
    keys = items_of(dataset)
    few = count_queries(
        lambda: told(manager, "annotations.bulk.info", datasetId=dataset.pk, imageIds=keys[:2])
    )
    ItemFactory.create_batch(20, dataset=dataset)
    keys = items_of(dataset)
    many = count_queries(
        lambda: told(manager, "annotations.bulk.info", datasetId=dataset.pk, imageIds=keys)
    )
    assert many <= few
    listed = count_queries(lambda: told(manager, "images.list", datasetId=dataset.pk))
    ItemFactory.create_batch(20, dataset=dataset)
    assert count_queries(lambda: told(manager, "images.list", datasetId=dataset.pk)) <= listed
