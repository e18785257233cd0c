"""The members page, and what may be done with each member."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import departures
from accounts.models import Membership, Team
from accounts.roles import Role
from labeling.core import workflow
from labeling.core.errors import Conflict, Forbidden, Invalid
from tests.factories import MembershipFactory


@pytest.fixture
def everybody(owner, manager, reviewer, annotator, annotator2, viewer):
    """All personas of the team."""
    return [owner, manager, reviewer, annotator, annotator2, viewer]


@pytest.fixture
def page(team):
    """The address of the members page."""
    return reverse("accounts:members", args=[team.pk])


def perform(verb, user, by, **data):
    membership = user.memberships.get()
    return workflow.perform(workflow.actions[Membership, verb], membership, by, data)


def logins(response):
    return [row.obj.user.username for row in response.context["rows"]]


def test_everybody_is_listed_by_name(client_for, everybody, page, owner):
    response = client_for(owner).get(page)
    assert response.status_code == 200
    assert logins(response) == ["ana", "ben", "kim", "max", "olga", "vic"]


def test_members_are_found_by_name_login_and_mail(client_for, everybody, page, owner, viewer):
    viewer.email = "victor@example.org"
    viewer.save()
    client = client_for(owner)
    assert logins(client.get(page, {"q": "Ana"})) == ["ana"]
    assert logins(client.get(page, {"q": "victor@"})) == ["vic"]


def test_members_are_filtered_by_role_and_status(client_for, everybody, page, owner):
    Membership.objects.filter(user__username="ben").update(deactivated_at=timezone.now())
    client = client_for(owner)
    assert logins(client.get(page, {"role": ["annotator", "viewer"]})) == ["ana", "ben", "vic"]
    assert logins(client.get(page, {"role": "annotator", "status": "active"})) == ["ana"]
    assert logins(client.get(page, {"status": "deactivated"})) == ["ben"]
    assert client.get(page, {"rolle": "viewer"}).status_code == 400


def test_the_list_costs_the_same_however_many_are_in_it(
    client_for, team, everybody, page, owner, django_assert_num_queries, count_queries
):
    client = client_for(owner)
    client.get(page)
    few = count_queries(lambda: client.get(page))
    MembershipFactory.create_batch(20, team=team)
    assert count_queries(lambda: client.get(page)) == few


def test_a_restricted_person_sees_only_themselves(client_for, everybody, page, annotator):
    Membership.objects.filter(user=annotator).update(restricted=True)
    assert logins(client_for(annotator).get(page)) == ["ana"]


def test_addresses_are_for_those_who_manage_people(client_for, everybody, page, manager, reviewer):
    manager.email = "max@example.org"
    manager.save()
    assert "max@example.org" in client_for(manager).get(page).content.decode()
    assert "max@example.org" not in client_for(reviewer).get(page).content.decode()


def test_another_team_s_members_do_not_exist(client_for, everybody, page, outsider, annotator):
    client = client_for(outsider)
    assert client.get(page).status_code == 404
    pk = annotator.memberships.get().pk
    for verb in ("change-role", "deactivate", "reactivate"):
        url = reverse("accounts:member-verb", args=[pk, verb])
        assert client.get(url).status_code == 404
        assert client.post(url, {"role": "viewer"}).status_code == 404


def test_the_page_offers_what_may_be_done(client_for, everybody, page, manager, viewer, annotator):
    change = reverse("accounts:member-verb", args=[annotator.memberships.get().pk, "change-role"])
    assert change in client_for(manager).get(page).content.decode()
    assert change not in client_for(viewer).get(page).content.decode()


def test_a_manager_changes_a_role_by_form(client_for, manager, annotator):
    url = reverse("accounts:member-verb", args=[annotator.memberships.get().pk, "change-role"])
    client = client_for(manager)
    assert client.get(url).status_code == 200
    response = client.post(url, {"role": "reviewer"})
    assert response.status_code == 302
    assert annotator.memberships.get().role == Role.REVIEWER


def test_a_form_with_errors_is_shown_again(client_for, manager, annotator):
    url = reverse("accounts:member-verb", args=[annotator.memberships.get().pk, "change-role"])
    assert client_for(manager).post(url, {"role": "king"}).status_code == 400
    dialog = client_for(manager).post(url, {"role": "king"}, headers={"HX-Request": "true"})
    assert dialog.status_code == 422
    assert "<html" not in dialog.content.decode()


def test_an_unknown_verb_is_no_page(client_for, manager, annotator):
    url = reverse("accounts:member-verb", args=[annotator.memberships.get().pk, "promote"])
    assert client_for(manager).post(url).status_code == 404


@pytest.mark.parametrize("verb", ["change-role", "deactivate"])
@pytest.mark.parametrize("persona", ["reviewer", "annotator2", "viewer"])
def test_others_change_nobody(client_for, request, annotator, persona, verb):
    client = client_for(request.getfixturevalue(persona))
    url = reverse("accounts:member-verb", args=[annotator.memberships.get().pk, verb])
    assert client.get(url).status_code == 403
    assert client.post(url, {"role": "viewer"}).status_code == 403
    membership = annotator.memberships.get()
    assert membership.role == Role.ANNOTATOR
    assert membership.is_active


def test_only_owners_touch_owners(owner, manager, annotator, actor_for):
    by_manager = actor_for(manager)
    with pytest.raises(Forbidden):
        perform("change-role", owner, by_manager, role="viewer")
    with pytest.raises(Forbidden):
        perform("deactivate", owner, by_manager)
    with pytest.raises(Forbidden):
        perform("change-role", annotator, by_manager, role="owner")
    with pytest.raises(Forbidden):
        perform("change-role", manager, by_manager, role="owner")
    perform("change-role", annotator, actor_for(owner), role="owner")
    perform("change-role", owner, actor_for(annotator), role="viewer")
    assert owner.memberships.get().role == Role.VIEWER


@pytest.mark.parametrize("verb", ["change-role", "deactivate"])
def test_the_last_owner_stays(owner, annotator, actor_for, verb):
    data = {"role": "manager"} if verb == "change-role" else {}
    with pytest.raises(Conflict, match="last owner"):
        perform(verb, owner, actor_for(owner), **data)
    perform("change-role", annotator, actor_for(owner), role="owner")
    perform(verb, owner, actor_for(owner), **data)
    with pytest.raises(Conflict):
        perform(verb, annotator, actor_for(annotator), **data)


def test_a_deactivated_owner_does_not_count_as_one(team, owner, annotator, actor_for):
    perform("change-role", annotator, actor_for(owner), role="owner")
    perform("deactivate", annotator, actor_for(owner))
    with pytest.raises(Conflict):
        perform("deactivate", owner, actor_for(owner))


def test_an_owner_stays_owner_by_being_made_owner(owner, actor_for):
    perform("change-role", owner, actor_for(owner), role="owner")
    assert owner.memberships.get().role == Role.OWNER


def test_only_annotators_are_restricted(annotator, manager, actor_for):
    with pytest.raises(Invalid):
        perform("change-role", annotator, actor_for(manager), role="viewer", restricted=True)
    perform("change-role", annotator, actor_for(manager), role="annotator", restricted=True)
    assert annotator.memberships.get().is_restricted
    perform("change-role", annotator, actor_for(manager), role="reviewer")
    assert not annotator.memberships.get().restricted


def test_somebody_deactivated_loses_the_team_at_once_and_gets_it_back(
    client_for, page, manager, annotator
):
    person, boss = client_for(annotator), client_for(manager)
    assert person.get(page).status_code == 200
    pk = annotator.memberships.get().pk
    boss.post(reverse("accounts:member-verb", args=[pk, "deactivate"]))
    assert person.get(page).status_code == 404
    boss.post(reverse("accounts:member-verb", args=[pk, "reactivate"]))
    assert person.get(page).status_code == 200


def test_deactivating_twice_is_a_conflict(manager, annotator, actor_for):
    with pytest.raises(Conflict):
        perform("reactivate", annotator, actor_for(manager))
    perform("deactivate", annotator, actor_for(manager))
    with pytest.raises(Conflict, match="deactivated"):
        perform("deactivate", annotator, actor_for(manager))
    with pytest.raises(Conflict):
        perform("change-role", annotator, actor_for(manager), role="viewer")


def test_work_is_given_back_when_somebody_is_deactivated(
    monkeypatch, manager, annotator, actor_for
):
    seen = []

    def hook(membership, by_id):
        seen.append((membership.user_id, membership.deactivated_at is not None, by_id))
        return 3

    monkeypatch.setattr(departures, "hooks", [])
    departures.on_deactivate(hook)
    change = perform("deactivate", annotator, actor_for(manager))
    assert seen == [(annotator.pk, True, manager.pk)]
    assert change.note["returned"] == 3


def test_a_hook_that_fails_deactivates_nobody(monkeypatch, manager, annotator, actor_for):
    def hook(membership, by_id):
        raise RuntimeError

    monkeypatch.setattr(departures, "hooks", [hook])
    with pytest.raises(RuntimeError):
        perform("deactivate", annotator, actor_for(manager))
    assert annotator.memberships.get().is_active


def test_an_owner_renames_the_team_and_others_do_not(client_for, team, owner, manager, outsider):
    url = reverse("accounts:edit-team", args=[team.pk])
    assert client_for(manager).get(url).status_code == 403
    assert client_for(manager).post(url, {"name": "Mine"}).status_code == 403
    assert client_for(outsider).post(url, {"name": "Mine"}).status_code == 404
    assert client_for(owner).post(url, {"name": "Citrus"}).status_code == 302
    assert Team.objects.get(pk=team.pk).name == "Citrus"


def test_an_owner_makes_another_team_and_owns_it(client_for, owner, team):
    response = client_for(owner).post(reverse("accounts:create-team"), {"name": "Nuts"})
    made = Team.objects.get(name="Nuts")
    assert response.url == reverse("accounts:members", args=[made.pk])
    assert made.memberships.get().user == owner
    assert made.memberships.get().role == Role.OWNER


def test_a_superuser_makes_a_team_and_a_manager_does_not(client_for, manager, viewer):
    url = reverse("accounts:create-team")
    assert client_for(manager).post(url, {"name": "Nuts"}).status_code == 403
    assert not Team.objects.filter(name="Nuts").exists()
    viewer.is_superuser = True
    viewer.save()
    assert client_for(viewer).post(url, {"name": "Nuts"}).status_code == 302


def test_the_teams_page_lists_one_s_own_teams(client_for, owner, outsider):
    page = client_for(owner).get(reverse("accounts:teams")).content.decode()
    assert "Fruit" in page
    assert "Vegetables" not in page
    assert reverse("accounts:create-team") in page


def test_somebody_in_no_team_is_told_how_to_get_into_one(client_for, annotator):
    Membership.objects.filter(user=annotator).update(deactivated_at=timezone.now())
    page = client_for(annotator).get(reverse("accounts:teams"))
    assert "You are in no team" in page.content.decode()
