"""Oneself, teams, members, invitations and tokens by a script."""

import pytest
from django.utils import timezone

from accounts.models import ApiToken, Invitation, Membership

pytestmark = pytest.mark.django_db


def member(user) -> Membership:
    return Membership.objects.get(user=user)


def test_a_script_asks_who_it_is(api_for, annotator, team):
    assert api_for(annotator).get("/api/me/").json() == {
        "id": annotator.pk,
        "login": "ana",
        "name": "Ana",
        "email": "",
        "teams": [{"id": team.pk, "name": "Fruit", "role": "annotator", "restricted": False}],
    }


def test_without_a_good_token_there_is_nothing(client, annotator):
    for header in ({}, {"authorization": "Token ldk_nonsense"}, {"authorization": "Token \xff"}):
        answer = client.get("/api/me/", headers=header)
        assert answer.status_code == 401
        assert answer["www-authenticate"] == "Token"
        assert answer.json()["detail"]


def test_members_are_listed_and_found(api_for, manager, annotator, reviewer, outsider, team):
    Membership.objects.filter(user=reviewer).update(deactivated_at=timezone.now())
    max_ = api_for(manager)

    def logins(query: str) -> list[str]:
        return [row["login"] for row in max_.get(f"/api/members/?{query}").json()["results"]]

    assert logins("") == ["ana", "kim", "max"]
    assert logins("role=annotator&role=reviewer") == ["ana", "kim"]
    assert logins("status=active") == ["ana", "max"]
    assert logins(f"user={annotator.pk}&team={team.pk}") == ["ana"]
    assert logins("q=AN") == ["ana"]
    assert max_.get("/api/members/?user=x").status_code == 400
    assert "email" not in max_.get("/api/members/").json()["results"][0]


def test_a_restricted_person_sees_themselves_only(api_for, annotator, manager):
    Membership.objects.filter(user=annotator).update(restricted=True)
    ana = api_for(annotator)
    assert [row["login"] for row in ana.get("/api/members/").json()["results"]] == ["ana"]
    assert ana.get(f"/api/members/{member(manager).pk}/").status_code == 404


def test_roles_are_changed_and_people_leave_and_return(api_for, manager, annotator, owner):
    max_, url = api_for(manager), f"/api/members/{member(annotator).pk}/"
    assert max_.post(f"{url}change-role/", {"role": "reviewer"}).json()["role"] == "reviewer"
    for role in ("king", "owner"):  # owner is offered by owners only
        refused = max_.post(f"{url}change-role/", {"role": role})
        assert refused.status_code in (400, 403), role
    ana = api_for(annotator)
    assert max_.post(f"{url}deactivate/").json()["deactivated_at"]
    assert ana.get("/api/me/").status_code == 401
    again = max_.post(f"{url}deactivate/")
    assert (again.status_code, again.json()["state"]) == (409, "deactivated")
    assert max_.post(f"{url}reactivate/").json()["deactivated_at"] is None
    assert ana.get("/api/me/").status_code == 200
    last = api_for(owner).post(f"/api/members/{member(owner).pk}/deactivate/")
    assert (last.status_code, last.json()["state"]) == (409, "last owner")


def test_an_invitation_tells_its_link_once_and_is_taken_back(api_for, client, manager, team):
    max_ = api_for(manager)
    made = max_.post(
        f"/api/teams/{team.pk}/invite/",
        {"role": "annotator", "restricted": True, "email": "new@example.com", "days": 3},
    )
    assert made.status_code == 201, made.content
    link = made.json()["link"]
    assert client.get(link).status_code == 200
    (shown,) = max_.get("/api/invitations/").json()["results"]
    assert (shown["role"], shown["restricted"], shown["status"]) == ("annotator", True, "pending")
    assert "link" not in shown
    assert not [name for name in shown if "hash" in name or "token" in name]
    revoked = max_.post(f"/api/invitations/{shown['id']}/revoke-invitation/").json()
    assert revoked["status"] == "revoked"
    assert client.get(link).status_code != 200
    assert max_.post(f"/api/invitations/{shown['id']}/join/").status_code == 404
    wrong = max_.post(f"/api/teams/{team.pk}/invite/", {"role": "annotator", "days": 1000})
    assert "days" in wrong.json()["errors"]


def test_only_who_manages_people_sees_invitations(api_for, manager, annotator, outsider, team):
    Invitation.issue(team=team, role="viewer", created_by=manager)
    assert api_for(manager).get("/api/invitations/").json()["count"] == 1
    assert api_for(annotator).get("/api/invitations/").json()["count"] == 0
    assert api_for(outsider).get("/api/invitations/").json()["count"] == 0
    assert api_for(annotator).post(f"/api/teams/{team.pk}/invite/", {}).status_code == 403
    assert api_for(outsider).post(f"/api/teams/{team.pk}/invite/", {}).status_code == 404


def test_one_lists_and_revokes_own_tokens_and_makes_none_by_token(api_for, annotator, owner):
    ana = api_for(annotator)
    ApiToken.issue(annotator, "lost laptop")
    ApiToken.issue(owner, "another's")
    rows = ana.get("/api/tokens/?ordering=name").json()["results"]
    assert [row["name"] for row in rows] == ["lost laptop", "test"]
    assert not {"digest", "secret", "token"} & set(rows[0])
    lost = rows[0]["id"]
    assert ana.post(f"/api/tokens/{lost}/revoke-token/").json()["status"] == "revoked"
    assert ana.post(f"/api/tokens/{lost}/revoke-token/").status_code == 409
    foreign = ApiToken.objects.get(user=owner).pk
    assert ana.post(f"/api/tokens/{foreign}/revoke-token/").status_code == 404
    assert ana.post("/api/tokens/", {"name": "more"}).status_code == 405
    assert ana.post(f"/api/tokens/{rows[1]['id']}/revoke-token/").status_code == 200
    assert ana.get("/api/me/").status_code == 401


def test_a_team_is_renamed_by_its_owner_only(api_for, owner, manager, team):
    url = f"/api/teams/{team.pk}/edit-team/"
    assert api_for(owner).post(url, {"name": "Fruits"}).json()["name"] == "Fruits"
    assert api_for(manager).post(url, {"name": "Mine"}).status_code == 403


def test_an_owner_makes_another_team_and_a_manager_does_not(api_for, owner, manager):
    made = api_for(owner).post("/api/teams/", {"name": "Nuts"})
    assert made.status_code == 201
    assert Membership.objects.get(team=made.json()["id"]).user == owner
    assert api_for(owner).post("/api/teams/", {}).json()["errors"]["name"]
    assert api_for(manager).post("/api/teams/", {"name": "Nuts"}).status_code == 403


def test_a_browser_s_session_needs_its_csrf_token(client_for, annotator):
    client = client_for(annotator)
    client.handler.enforce_csrf_checks = True
    assert client.get("/api/me/").status_code == 200
    answer = client.post("/api/teams/1/take-next/", {}, content_type="application/json")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]
