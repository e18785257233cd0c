"""What all calls share: who asks, pages, filters, orders, and refusals in the SDK's form."""

from typing import Any

import pytest

from accounts.models import ApiToken
from labeling.clients.supervisely.calls import calls, refused
from tests.factories import MembershipFactory, TeamFactory, UserFactory, WorkspaceFactory

ROOT = "/supervisely/public/api/v3"

pytestmark = pytest.mark.django_db


def test_a_script_without_a_token_is_told_to_bring_one(client):
    answer = client.post(f"{ROOT}/teams.list", "{}", "application/json")
    assert answer.status_code == 401
    assert "API_TOKEN" in answer.json()["details"]["message"]


def test_a_wrong_token_is_told_so(client):
    answer = client.post(
        f"{ROOT}/teams.list", "{}", "application/json", headers={"x-api-key": "ldk_wrong"}
    )
    assert answer.status_code == 401


def test_the_token_of_somebody_deactivated_opens_nothing(client):
    membership = MembershipFactory.create()
    secret = ApiToken.issue(membership.user, "script")[1]
    membership.user.is_active = False
    membership.user.save()
    answer = client.post(
        f"{ROOT}/teams.list", "{}", "application/json", headers={"x-api-key": secret}
    )
    assert answer.status_code == 401


def test_a_call_that_nobody_answers_is_named_in_a_400(refused, manager):
    status, text = refused(manager, "teleports.list")
    assert status == 400
    assert "teleports.list" in text


def test_calls_are_posted(client):
    assert client.get(f"{ROOT}/teams.list").status_code == 405


@pytest.mark.parametrize("body", ["[]", "nonsense", '{"id": NaN}', '"text"', '{"id": "\\u0000"}'])
def test_a_body_that_is_no_json_object_is_refused(client, manager, body):
    secret = ApiToken.issue(manager, "script")[1]
    headers = {"x-api-key": secret}
    answer = client.post(f"{ROOT}/teams.info", body, "application/json", headers=headers)
    assert answer.status_code == 400
    assert answer.json()["details"]["message"]


@pytest.mark.parametrize("key", [None, "x", -1, 10**30, True, 1.5, [1], {"id": 1}])
def test_what_is_no_id_is_refused_by_its_field(refused, manager, key):
    status, text = refused(manager, "teams.info", id=key)
    assert (status, text.partition(":")[0]) == (400, "id")


def test_pages_follow_each_other_and_lose_nothing(told, manager, team):
    made = [WorkspaceFactory.create(team=team).pk for _ in range(7)]
    first = told(manager, "workspaces.list", teamId=team.pk, per_page=3)
    assert (first["total"], first["perPage"], first["pagesCount"]) == (7, 3, 3)
    seen = [row["id"] for row in first["entities"]]
    for page in (2, 3):
        more = told(manager, "workspaces.list", teamId=team.pk, per_page=3, page=page)
        seen += [row["id"] for row in more["entities"]]
    assert seen == made
    whole = told(manager, "workspaces.list", teamId=team.pk)
    assert (whole["perPage"], len(whole["entities"])) == (500, 7)


def test_an_empty_list_is_one_page(told, manager, team):
    assert told(manager, "workspaces.list", teamId=team.pk) == {
        "total": 0,
        "perPage": 500,
        "pagesCount": 1,
        "entities": [],
    }


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ({"field": "name", "operator": "=", "value": "b"}, ["b"]),
        ({"field": "name", "value": "b"}, ["b"]),
        ({"field": "name", "operator": "!=", "value": "b"}, ["a", "c"]),
        ({"field": "name", "operator": "in", "value": ["a", "c"]}, ["a", "c"]),
        ({"field": "name", "operator": "!in", "value": ["a", "c"]}, ["b"]),
        ({"field": "name", "operator": "in", "value": []}, []),
        ({"field": "name", "operator": "ilike", "value": "%B%"}, ["b"]),
        ({"field": "id", "operator": "=", "value": None}, []),
        ({"field": "id", "operator": ">", "value": 0}, ["a", "b", "c"]),
    ],
)
def test_every_operator_of_the_sdk_filters(told, manager, condition, names, team):
    for name in "abc":
        WorkspaceFactory.create(team=team, name=name)
    found = told(manager, "workspaces.list", teamId=team.pk, filter=[condition])
    assert [row["name"] for row in found["entities"]] == names


@pytest.mark.parametrize(
    "filter_of",
    [
        [{"field": "color", "operator": "=", "value": "red"}],
        [{"field": "id", "operator": "~", "value": 1}],
        [{"field": "id", "operator": "=", "value": [{"field": "name"}]}],
        [{"field": "id", "operator": "in", "value": 1}],
        [{"field": "name", "operator": "=", "value": 1}],
        [{"operator": "=", "value": 1}],
        ["id"],
        {"field": "id"},
    ],
)
def test_a_filter_that_means_nothing_is_refused_and_not_ignored(refused, manager, filter_of, team):
    assert refused(manager, "workspaces.list", teamId=team.pk, filter=filter_of)[0] == 400


def test_lists_are_sorted_both_ways_and_by_known_fields_only(told, refused, manager, team):
    for name in "bca":
        WorkspaceFactory.create(team=team, name=name)
    ask = {"teamId": team.pk, "sort": "name"}
    rows = told(manager, "workspaces.list", **ask, sort_order="desc")["entities"]
    assert [row["name"] for row in rows] == ["c", "b", "a"]
    assert refused(manager, "workspaces.list", teamId=team.pk, sort="team__name")[0] == 400


def test_another_teams_ids_are_not_there(refused, manager):
    other = TeamFactory.create()
    shelf = WorkspaceFactory.create(team=other)
    stranger = UserFactory.create()
    made: list[tuple[str, Any]] = [("teams", other), ("workspaces", shelf), ("users", stranger)]
    for name, thing in made:
        assert refused(manager, f"{name}.info", id=thing.pk)[0] == 404
    assert refused(manager, "workspaces.list", teamId=other.pk)[0] == 404


def test_nothing_is_served_and_refused_at_once():
    assert not set(calls) & set(refused)
