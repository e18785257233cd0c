"""Projects, schemas, datasets and pictures by a script."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, Item, Project, StagedFile
from tests.factories import ItemFactory
from tests.labeling.projects.conftest import drawn, packed

pytestmark = pytest.mark.django_db


@pytest.fixture
def max_(api_for, manager):
    """The manager's script."""
    return api_for(manager)


def sent(name="a.png", content=None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, drawn() if content is None else content)


def names(answer) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


def test_a_project_is_made_with_its_schema_and_a_dataset(max_, team):
    made = max_.post(f"/api/teams/{team.pk}/create-project/", {"name": "Fruit"})
    assert made.status_code == 201, made.content
    assert made.json()["workspace_name"] == "Main"
    url = f"/api/projects/{made.json()['id']}/"
    lemon = max_.post(f"{url}add-class/", {"name": "lemon", "shape": "rectangle", "hotkey": "1"})
    assert (lemon.status_code, lemon.json()["shape"]) == (201, "rectangle")
    assert lemon.json()["color"].startswith("#")
    choices = ["small", "medium", "large"]
    size = {"name": "size", "value_type": "choice", "choices": choices, "applies_to": "objects"}
    tag = max_.post(f"{url}add-tag/", {**size, "classes": [lemon.json()["id"]]})
    assert tag.status_code == 201, tag.content
    assert (tag.json()["choices"], tag.json()["classes"]) == (choices, [lemon.json()["id"]])
    june = max_.post(f"{url}create-dataset/", {"name": "June", "description": "On a table"})
    assert (june.status_code, june.json()["item_count"]) == (201, 0)
    listed = max_.get(f"/api/classes/?project={made.json()['id']}")
    assert names(listed) == ["lemon"]
    assert names(max_.get(f"/api/tag-definitions/?project={made.json()['id']}")) == ["size"]
    assert names(max_.get(f"/api/datasets/?project={made.json()['id']}")) == ["June"]
    assert names(max_.get(f"/api/workspaces/?team={team.pk}")) == ["Main"]


def test_edits_keep_what_is_not_sent(max_, lemon, size, project):
    edited = max_.post(f"/api/classes/{lemon.pk}/edit-class/", {"name": "citron"}).json()
    assert (edited["name"], edited["color"], edited["hotkey"]) == ("citron", "#ffcc00", "1")
    url = f"/api/tag-definitions/{size.pk}/edit-tag/"
    edited = max_.post(url, {"choices": ["large", "small"]}).json()
    assert (edited["name"], edited["choices"]) == ("size", ["large", "small"])
    Project.objects.filter(pk=project.pk).update(description="Yellow")
    edited = max_.post(f"/api/projects/{project.pk}/edit-project/", {"name": "Citrus"}).json()
    assert (edited["name"], edited["description"]) == ("Citrus", "Yellow")


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("add-class", {}, "name"),
        ("add-class", {"name": "lemon"}, "name"),
        ("add-class", {"name": "kiwi", "shape": "star"}, "shape"),
        ("add-class", {"name": "kiwi", "color": "red"}, "color"),
        ("add-class", {"name": "kiwi", "hotkey": "1"}, "hotkey"),
        ("add-class", {"name": ["kiwi"]}, "name"),
        ("add-class", {"name": "kiwi", "colour": "#ffffff"}, "colour"),
        ("add-tag", {"name": "ripe", "value_type": "choice"}, "choices"),
        ("add-tag", {"name": "ripe", "value_type": "choice", "choices": [[1]]}, "choices"),
        ("add-tag", {"name": "ripe", "classes": [10**30]}, "classes"),
        ("create-dataset", {"name": "x" * 300}, "name"),
    ],
)
def test_what_does_not_fit_a_schema_is_told_by_field(max_, project, lemon, verb, body, field):
    answer = max_.post(f"/api/projects/{project.pk}/{verb}/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][field][0]


def test_archived_projects_are_closed_and_found(max_, project, dataset):
    url = f"/api/projects/{project.pk}/"
    assert max_.post(f"{url}archive/").json()["archived_at"]
    refused = max_.post(f"{url}add-class/", {"name": "kiwi"})
    assert (refused.status_code, refused.json()["state"]) == (409, "archived")
    assert max_.get(url).status_code == 200
    assert names(max_.get("/api/projects/?archived=true")) == ["Lemons"]
    closed = max_.post(f"/api/datasets/{dataset.pk}/upload/", {"file": sent()}, format="multipart")
    assert (closed.status_code, closed.json()["state"]) == (409, "archived")
    assert max_.post(f"{url}unarchive/").json()["archived_at"] is None


def test_pictures_and_zips_go_in_by_one_request(max_, dataset):
    files = [sent("a.png"), sent("b.zip", packed({"d.png": drawn(color="red")})), sent("e.png")]
    answer = max_.post(f"/api/datasets/{dataset.pk}/upload/", {"file": files}, format="multipart")
    assert answer.status_code == 202, answer.content
    operation = answer.json()
    assert (operation["kind"], operation["total"]) == ("upload-images", 3)
    assert (operation["subject_type"], operation["subject_id"]) == ("projects.dataset", dataset.pk)
    engine.run(operation["id"])
    done = max_.get(f"/api/operations/{operation['id']}/").json()
    assert done["status"] == "complete"
    assert done["result"] == {"dataset": dataset.pk, "added": 2, "known": 1, "refused": 0}
    rows = max_.get(f"/api/operations/{operation['id']}/rows/").json()["results"]
    assert [(row["name"], row["outcome"]) for row in rows] == [
        ("a.png", "ok"),
        ("d.png", "ok"),
        ("e.png", "skipped"),
    ]
    items = max_.get(f"/api/items/?dataset={dataset.pk}").json()["results"]
    assert [(item["name"], item["width"], item["height"]) for item in items] == [
        ("a.png", 40, 30),
        ("d.png", 40, 30),
    ]


def test_the_same_key_uploads_once(max_, dataset):
    def send():
        return max_.post(
            f"/api/datasets/{dataset.pk}/upload/",
            {"file": sent()},
            format="multipart",
            headers={"Idempotency-Key": "nightly"},
        )

    first = send()
    engine.run(first.json()["id"])
    second = send()
    assert second.status_code == 202
    assert second.json()["id"] == first.json()["id"]
    assert Item.objects.count() == Operation.objects.count() == 1
    assert not StagedFile.objects.exists()


def test_an_upload_of_nothing_or_too_much_leaves_nothing_to_run(max_, dataset, settings):
    url = f"/api/datasets/{dataset.pk}/upload/"
    answer = max_.post(url, {}, format="multipart")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"file": ["Send at least one file."]}
    assert not Operation.objects.exists()
    assert max_.post(url, {"file": "a.png"}).status_code == 415
    settings.LABELDESK_MAX_UPLOAD_BYTES = 10
    answer = max_.post(url, {"file": sent()}, format="multipart")
    assert answer.status_code == 400
    assert "At most" in answer.json()["errors"]["file"][0]
    assert {operation.status for operation in Operation.objects.all()} == {"canceled"}
    answer = max_.post(url, {"file": sent(content=b"x" * 2**21)}, format="multipart")
    assert answer.status_code == 413


def test_who_may_not_upload_is_told(api_for, annotator, outsider, dataset):
    url = f"/api/datasets/{dataset.pk}/upload/"
    assert api_for(annotator).post(url, {"file": sent()}, format="multipart").status_code == 403
    assert api_for(outsider).post(url, {"file": sent()}, format="multipart").status_code == 404


def test_a_script_gets_the_pictures_with_its_token(max_, api_for, outsider, dataset, upload):
    content = drawn()
    upload(dataset, {"a.png": content})
    (item,) = max_.get("/api/items/").json()["results"]
    whole = max_.get(item["image"])
    assert b"".join(whole.streaming_content) == content
    assert (whole["content-type"], whole["x-content-type-options"]) == ("image/png", "nosniff")
    again = max_.get(item["image"], headers={"if-none-match": whole["etag"]})
    assert again.status_code == 304
    assert max_.get(item["thumbnail"]).getvalue()
    assert api_for(outsider).get(item["image"]).status_code == 404
    assert api_for(outsider).get(item["thumbnail"]).status_code == 404


def test_items_are_found_by_dataset_name_and_whether_they_are_labeled(max_, dataset, size):
    first, second = ItemFactory.create_batch(2, dataset=dataset)
    Item.objects.filter(pk=second.pk).update(object_count=2, labeled_at=second.created_at)
    for query, found in {
        f"dataset={dataset.pk}&ordering=-position": [second, first],
        "labeled=true": [second],
        "labeled=false": [first],
        "q=0002": [second],
    }.items():
        assert names(max_.get(f"/api/items/?{query}")) == [each.name for each in found], query
    assert max_.get("/api/items/?labeled=maybe").status_code == 400
    assert max_.get("/api/items/?dataset=999").json()["errors"]["dataset"]


def test_what_a_person_wrote_is_json_again(max_, project):
    said = 'Lemons "on" a <table>\n🍋'
    made = max_.post(f"/api/projects/{project.pk}/create-dataset/", {"name": said}).json()
    assert made["name"] == said.replace("\n", " ") or made["name"] == said
    assert json.loads(json.dumps(made)) == made
    assert Dataset.objects.filter(pk=made["id"], name=made["name"]).exists()
