"""Accounts and members: made by scripts under our permissions."""

import pytest

from accounts.models import Membership, User
from accounts.roles import Role
from tests.factories import MembershipFactory, TeamFactory, UserFactory

LABELER = {"login": "labeler_1", "password": "11111abc", "isRestricted": True}


def by_login(login: str) -> list[dict[str, str]]:
    return [{"field": "login", "operator": "=", "value": login}]


def test_a_script_makes_an_account_and_adds_it_to_its_team(told, manager, team, client):
    assert told(manager, "users.list", filter=by_login("labeler_1"))["entities"] == []
    key = told(manager, "users.add", **LABELER, name="", email="")["userId"]
    info = told(manager, "users.info", id=key)
    assert (info["login"], info["teams"]) == ("labeler_1", [])
    [row] = told(manager, "users.list", filter=by_login("labeler_1"))["entities"]
    assert row["id"] == key

    assert told(manager, "members.add", login="labeler_1", teamId=team.pk, roleId=3) == {
        "userId": key
    }
    [shared] = told(manager, "users.info", id=key)["teams"]
    assert shared == {"id": team.pk, "name": team.name, "roleId": 3, "role": "annotator"}
    assert Membership.objects.get(user=key).is_restricted, "as at the vendor, own jobs only"
    signed_in = client.post("/account/login/", {"login": "labeler_1", "password": "11111abc"})
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/")


def test_an_annotators_token_makes_no_users_and_adds_nobody(refused, annotator, team):
    assert refused(annotator, "users.add", **LABELER)[0] == 403
    assert refused(annotator, "members.add", login="ana", teamId=team.pk, roleId=1)[0] == 403
    assert not User.objects.filter(username="labeler_1").exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"login": "max"}, "somebody has this login"),
        ({"login": "a b"}, "valid username"),
        ({"password": "1234567"}, "8 characters"),
        ({"password": "12345678"}, "common"),
        ({"email": "nowhere"}, "valid email"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(refused, manager, given, field):
    status, text = refused(manager, "users.add", **{**LABELER, **given})
    assert status == 400
    assert field in text.lower()


def test_nobody_is_drawn_into_a_team_by_strangers(refused, manager, team):
    stranger = MembershipFactory.create().user
    lonely = UserFactory.create()
    for person in (stranger, lonely):
        added = {"login": person.username, "teamId": team.pk, "roleId": 3}
        assert refused(manager, "members.add", **added)[0] == 400


def test_who_is_in_another_team_of_the_manager_can_be_added(told, manager, annotator, team):
    other = MembershipFactory.create(user=manager, role=Role.MANAGER).team
    told(manager, "members.add", login=annotator.username, teamId=other.pk, roleId=5)
    assert Membership.objects.get(team=other, user=annotator).role == Role.REVIEWER


def test_only_owners_make_owners(refused, told, manager, owner, team):
    told(manager, "users.add", **LABELER)
    added = {"login": "labeler_1", "teamId": team.pk, "roleId": 1}
    assert refused(manager, "members.add", **added)[0] == 403
    assert refused(owner, "members.add", **added)[0] == 400, "it is not the owner's account"


def test_nobody_is_added_twice_and_no_role_is_invented(refused, manager, annotator, team):
    added = {"login": annotator.username, "teamId": team.pk, "roleId": 3}
    assert refused(manager, "members.add", **added)[0] == 409
    status, text = refused(manager, "members.add", **{**added, "roleId": 77})
    assert (status, "3 annotator" in text) == (400, True)


def test_an_account_without_a_team_is_seen_by_its_maker_only(told, refused, manager, owner):
    key = told(manager, "users.add", **LABELER)["userId"]
    assert refused(owner, "users.info", id=key)[0] == 404
    assert told(owner, "users.list", filter=by_login("labeler_1"))["total"] == 0


def test_members_are_listed_with_their_roles(told, manager, annotator, reviewer, team):
    rows = told(manager, "members.list", teamId=team.pk)["entities"]
    assert {row["login"]: row["role"] for row in rows} == {
        "max": "developer",
        "ana": "annotator",
        "kim": "reviewer",
    }
    [row] = told(
        manager, "members.list", teamId=team.pk, filter=by_login("ana")
    )["entities"]  # fmt: skip
    assert (row["id"], row["roleId"]) == (annotator.pk, 3)


def test_a_members_role_is_changed_and_taken_away(told, refused, manager, annotator, team):
    told(manager, "members.editInfo", id=annotator.pk, teamId=team.pk, roleId=5)
    assert Membership.objects.get(user=annotator).role == Role.REVIEWER
    told(manager, "members.remove", id=annotator.pk, teamId=team.pk)
    assert not Membership.objects.get(user=annotator).is_active
    assert told(manager, "members.list", teamId=team.pk)["total"] == 1
    assert refused(manager, "members.remove", id=10**6, teamId=team.pk)[0] == 404


def test_addresses_are_for_those_who_manage_people(told, manager, annotator):
    annotator.email = "ana@example.org"
    annotator.save()
    assert told(manager, "users.info", id=annotator.pk)["email"] == "ana@example.org"
    annotator.email, manager.email = "", "max@example.org"
    manager.save()
    assert told(annotator, "users.info", id=manager.pk)["email"] is None


def test_teams_are_those_of_the_person(told, manager, owner, team):
    TeamFactory.create()
    [row] = told(manager, "teams.list")["entities"]
    assert (row["id"], row["role"]) == (team.pk, "developer")
    assert told(manager, "users.me")["login"] == "max"
    assert told(owner, "teams.add", name="Nuts", description="")["role"] == "admin"


def test_roles_have_the_sdks_numbers(told, annotator):
    rows = told(annotator, "roles.list", filter=[])["entities"]
    assert {row["id"]: row["role"] for row in rows} == {
        1: "admin",
        2: "developer",
        3: "annotator",
        4: "viewer",
        5: "reviewer",
    }
