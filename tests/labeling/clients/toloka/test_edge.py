"""Toloka's edge below its client: who sees what, what is malformed, what is not offered."""

import pytest
from django.test import Client

from accounts.models import ApiToken
from accounts.roles import Role
from labeling.clients.toloka import projects
from labeling.projects.models import Project
from tests.factories import MembershipFactory, ProjectFactory, TeamFactory

APPS = "/toloka/api/app/v0/apps"


@pytest.mark.parametrize("header", ["", "OAuth", "OAuth ", "OAuth no", "Token {}", "Bearer {}"])
def test_without_a_good_token_nothing_is_answered(manager, header):
    _token, secret = ApiToken.issue(manager, "script")
    client = Client()
    client.force_login(manager)
    answer = client.get(APPS, headers={"authorization": header.format(secret)})
    assert (answer.status_code, answer.json()["code"]) == (401, "AUTHENTICATION_ERROR")


def test_a_token_is_taken_under_both_words_of_the_client(manager):
    _token, secret = ApiToken.issue(manager, "script")
    for word in ("OAuth", "ApiKey"):
        answer = Client().get(APPS, headers={"authorization": f"{word} {secret}"})
        assert answer.json()["content"][0]["id"] == "image-annotation"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "../../v1/pools"),
        ("POST", "app-projects/{}/batches/sync"),
        ("POST", "app-projects/{}/batches/1/cancel"),
        ("DELETE", "app-projects/{}"),
        ("GET", "app-projects/{}/batches/1/start"),
        ("GET", "app-projects/{}/"),
    ],
)
def test_what_is_not_served_says_so_and_is_not_repeated(ask, manager, project, made, method, path):
    batch = made(1)
    told = ask(manager, method, path.format(project.pk).replace("/1/", f"/{batch.pk}/"))
    assert told.refusal == (400, "INVALID_OPERATION_TYPE")


@pytest.mark.parametrize(
    "body", [b"nonsense", b"[]", b"5", b'"a"', b'{"name": "\\u0000"}', b"\xff"]
)
def test_what_is_no_object_is_a_validation_error_with_a_payload(manager, body):
    headers = {"authorization": f"OAuth {ApiToken.issue(manager, 'script')[1]}"}
    answer = Client().post(
        "/toloka/api/app/v0/app-projects", body, "application/json", headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert isinstance(answer.json()["payload"], dict)


def test_a_fault_of_ours_is_json_too(ask, manager, project, monkeypatch):
    monkeypatch.setattr(projects, "shapes_of", lambda rows: 1 / 0)
    told = ask(manager, "GET", f"app-projects/{project.pk}")
    assert told.refusal == (500, "INTERNAL_ERROR")
    assert "division" not in told.body["message"]


def test_an_outsider_and_who_sees_only_own_work_find_nothing(
    ask, manager, outsider, annotator, project, made, batches, items
):
    batch = made(1)
    annotator.memberships.update(restricted=True)
    [item] = ask(manager, "GET", items).body["content"]
    for person in (outsider, annotator):
        assert ask(person, "GET", "app-projects").body["content"] == []
        for path in (f"app-projects/{project.pk}", batches, items, f"{items}/{item['id']}"):
            assert ask(person, "GET", path).refusal == (404, "DOES_NOT_EXIST")
        for verb in ("start", "archive"):
            told = ask(person, "POST", f"{batches}/{batch.pk}/{verb}")
            assert told.refusal == (404, "DOES_NOT_EXIST")
        assert ask(person, "POST", batches, {"items": []}).refusal == (404, "DOES_NOT_EXIST")
    batch.refresh_from_db()
    assert batch.status == "new"


@pytest.mark.parametrize("key", ["<id>", "0", "-1", "9" * 40, "1.0", "٣", "%00"])
def test_words_for_ids_find_nothing(ask, manager, project, batches, items, key):
    for path in (f"app-projects/{key}", f"{batches}/{key}", f"{items}/{key}", f"{items}/{key}-1"):
        assert ask(manager, "GET", path).refusal == (404, "DOES_NOT_EXIST")


def test_a_viewer_reads_and_changes_nothing(ask, viewer, project, made, batches, items):
    batch = made(2)
    assert ask(viewer, "GET", f"{batches}/{batch.pk}").body["items_count"] == 2
    assert len(ask(viewer, "GET", items).body["content"]) == 2
    new = {"items": [{"image_url": "https://pictures.example.org/2.jpg"}]}
    for method, path, body in (
        ("POST", "app-projects", {"app_id": "image-annotation", "name": "x"}),
        ("POST", f"app-projects/{project.pk}/archive", None),
        ("POST", batches, new),
        ("POST", f"{items}/bulk", {**new, "batch_id": str(batch.pk)}),
        ("PATCH", f"{batches}/{batch.pk}", {"name": "x"}),
        ("POST", f"{batches}/{batch.pk}/start", None),
    ):
        assert ask(viewer, method, path, body).refusal == (403, "ACCESS_DENIED")
    assert len(ask(viewer, "GET", items).body["content"]) == 2
    assert Project.objects.count() == 1


def test_who_is_in_two_teams_acts_for_the_other_one_by_its_id(ask, manager, project):
    other = TeamFactory.create()
    MembershipFactory.create(team=other, user=manager, role=Role.OWNER)
    theirs = ProjectFactory.create(team=other)
    assert [each["id"] for each in ask(manager, "GET", "app-projects").body["content"]] == [
        str(project.pk)
    ]
    found = ask(manager, "GET", "app-projects", team=other.pk).body["content"]
    assert [each["id"] for each in found] == [str(theirs.pk)]
    body = {"app_id": "image-annotation", "name": "there"}
    created = ask(manager, "POST", "app-projects", body, team=other.pk).body
    assert Project.objects.get(pk=created["id"]).team == other
    for strange in (TeamFactory.create().pk, "words"):
        told = ask(manager, "GET", "app-projects", team=strange)
        assert told.refusal == (404, "DOES_NOT_EXIST")


def test_a_project_is_made_whole_or_not_at_all(ask, manager, team):
    for classes, field in (
        (["a", {"name": "b", "color": "red"}], "parameters.classes.1.color"),
        (["a", "a"], "parameters.classes.1.name"),
        ([{"shape": "circle", "name": "a"}], "parameters.classes.0.shape"),
        ([{"shape": "point"}], "parameters.classes.0.name"),
        ([{"name": 5}], "parameters.classes.0.name"),
        ([{"name": "a", "weight": "1"}], "parameters.classes.0.weight"),
        ([5], "parameters.classes.0"),
        ("lemon", "parameters.classes"),
    ):
        body = {"app_id": "image-annotation", "name": "x", "parameters": {"classes": classes}}
        assert ask(manager, "POST", "app-projects", body).fields == [field]
    assert not Project.objects.exists()


def test_a_projects_parameters_make_another_one(ask, manager, team):
    parameters = {
        "description": "fruit",
        "classes": [{"name": "lemon", "shape": "polygon", "color": "#112233", "hotkey": "l"}],
        "tags": [
            {
                "name": "light",
                "value_type": "choice",
                "color": "#445566",
                "choices": ["day", "night"],
                "applies_to": "images",
                "hotkey": "",
            }
        ],
    }
    body = {"app_id": "image-annotation", "name": "one", "parameters": parameters}
    first = ask(manager, "POST", "app-projects", body).body
    assert first["parameters"] == parameters
    again = ask(manager, "POST", "app-projects", {**first, "name": "two"}).body
    assert again["parameters"] == parameters
    assert again["id"] != first["id"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"sort": "eta"}, "sort"),
        ({"created_gt": "yesterday"}, "created_gt"),
        ({"created_gt": "0001-01-01T00:00:00+23:00"}, "created_gt"),
        ({"name_gt": "\0"}, "name_gt"),
        ({"id_gt": "b"}, "id_gt"),
        ({"after_id": "b"}, "id_gt"),
        ({"status": "SLEEPING"}, "status"),
        ({"eta_gt": "2026-01-01"}, "eta_gt"),
    ],
)
def test_what_cannot_be_searched_for_is_refused(ask, manager, batches, query, field):
    assert ask(manager, "GET", batches, **query).fields == [field]
