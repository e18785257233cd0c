"""The life of an invitation: made, passed on, used once, taken back, too old."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, User
from accounts.roles import Role

PERSON = {
    "login": "Nora",
    "display_name": "Nora Novak",
    "password": "correct horse 42",
    "password_again": "correct horse 42",
}


@pytest.fixture
def link(team, manager):
    """The address of an invitation as an annotator who sees only own work."""
    _invitation, secret = Invitation.issue(
        team=team, created_by=manager, role=Role.ANNOTATOR, restricted=True
    )
    return reverse("accounts:invitation", args=[secret])


def test_a_manager_makes_a_link_that_is_shown_once(client_for, team, manager):
    client = client_for(manager)
    url = reverse("accounts:invite", args=[team.pk])
    assert client.get(url).status_code == 200
    page = client.post(url, {"role": "reviewer", "email": "kim@example.org", "days": "3"})
    assert page.status_code == 200
    invitation = Invitation.objects.get()
    assert page.context["link"].startswith("http://testserver/invitations/")
    assert page.context["link"] in page.content.decode()
    assert invitation.role == Role.REVIEWER
    assert invitation.created_by == manager
    assert timedelta(days=2) < invitation.expires_at - timezone.now() <= timedelta(days=3)
    members = client.get(reverse("accounts:members", args=[team.pk])).content.decode()
    assert "kim@example.org" in members
    assert page.context["link"] not in members


def test_a_new_person_chooses_a_login_and_is_in(client, link, team):
    assert "Join Fruit" in client.get(link).content.decode()
    response = client.post(link, PERSON)
    assert response.status_code == 302
    user = User.objects.get(username="nora")
    assert get_user(client) == user
    assert user.name == "Nora Novak"
    membership = user.memberships.get()
    assert (membership.team, membership.role) == (team, Role.ANNOTATOR)
    assert membership.restricted
    assert Invitation.objects.get().accepted_by == user


def test_a_link_works_once(client, link, django_user_model):
    client.post(link, PERSON)
    client.logout()
    again = client.post(link, {**PERSON, "login": "second"})
    assert again.status_code == 410
    assert "works once" in again.content.decode()
    assert not django_user_model.objects.filter(username="second").exists()


def test_somebody_signed_in_joins_with_their_account(client_for, link, team, outsider):
    client = client_for(outsider)
    assert "signed in as Otto" in client.get(link).content.decode()
    client.post(link)
    assert outsider.memberships.get(team=team).role == Role.ANNOTATOR
    assert outsider.memberships.count() == 2


def test_a_member_does_not_use_the_link_up(client_for, link, annotator):
    response = client_for(annotator).post(link)
    assert response.status_code == 409
    assert "in this team already" in response.content.decode()
    assert Invitation.objects.get().status == "pending"


def test_a_link_lets_nobody_back_in_who_was_deactivated(client_for, link, annotator, team):
    Membership.objects.filter(user=annotator).update(deactivated_at=timezone.now())
    response = client_for(annotator).post(link)
    assert response.status_code == 409
    assert not Membership.objects.active().filter(user=annotator).exists()


def test_an_expired_link_says_so(client, link):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = client.get(link)
    assert response.status_code == 410
    assert "time is over" in response.content.decode()
    assert client.post(link, PERSON).status_code == 410
    assert not User.objects.filter(username="nora").exists()


def test_an_unknown_link_says_no_more(client, db):
    assert client.get(reverse("accounts:invitation", args=["guess"])).status_code == 410


def test_a_manager_takes_a_link_back(client_for, client, link, manager):
    invitation = Invitation.objects.get()
    url = reverse("accounts:revoke-invitation", args=[invitation.pk])
    assert client_for(manager).get(url).status_code == 405
    client_for(manager).post(url)
    invitation.refresh_from_db()
    assert invitation.status == "revoked"
    assert client.post(link, PERSON).status_code == 410


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"login": "ana"}, "login"),
        ({"login": "ANA"}, "login"),
        ({"login": "has space"}, "login"),
        ({"login": ""}, "login"),
        ({"password": "short1", "password_again": "short1"}, "password"),
        ({"password": "1234567890", "password_again": "1234567890"}, "password"),
        ({"password_again": "correct horse 43"}, "password_again"),
    ],
)
def test_a_bad_login_or_password_is_told_and_the_link_kept(client, link, annotator, change, field):
    page = client.post(link, {**PERSON, **change})
    assert page.status_code == 400
    assert field in page.context["form"].errors
    assert Invitation.objects.get().status == "pending"
    assert not User.objects.filter(username="nora").exists()


def test_the_invitation_s_address_never_becomes_the_account_s(client, team, manager):
    _invitation, secret = Invitation.issue(
        team=team, created_by=manager, role=Role.VIEWER, email="max@example.org"
    )
    client.post(reverse("accounts:invitation", args=[secret]), PERSON)
    assert User.objects.get(username="nora").email == ""


@pytest.mark.parametrize("persona", ["reviewer", "annotator", "viewer"])
def test_others_make_and_take_back_no_links(client_for, request, team, link, persona):
    client = client_for(request.getfixturevalue(persona))
    assert client.get(reverse("accounts:invite", args=[team.pk])).status_code == 403
    assert client.post(reverse("accounts:invite", args=[team.pk]), {"role": "viewer"}).status_code
    revoke = reverse("accounts:revoke-invitation", args=[Invitation.objects.get().pk])
    assert client.post(revoke).status_code == 404
    assert Invitation.objects.get().status == "pending"
    assert Invitation.objects.count() == 1


def test_another_team_s_pages_do_not_exist(client_for, team, link, outsider):
    client = client_for(outsider)
    assert client.get(reverse("accounts:invite", args=[team.pk])).status_code == 404
    revoke = reverse("accounts:revoke-invitation", args=[Invitation.objects.get().pk])
    assert client.post(revoke).status_code == 404


def test_only_owners_invite_owners(client_for, team, manager, owner):
    url = reverse("accounts:invite", args=[team.pk])
    form = client_for(manager).get(url).content.decode()
    assert 'value="owner"' not in form
    assert client_for(manager).post(url, {"role": "owner"}).status_code == 403
    assert client_for(owner).post(url, {"role": "owner"}).status_code == 200
    assert Invitation.objects.get().role == Role.OWNER


def test_only_annotators_are_invited_as_restricted(client_for, team, manager):
    url = reverse("accounts:invite", args=[team.pk])
    page = client_for(manager).post(url, {"role": "reviewer", "restricted": "on"})
    assert page.status_code == 400
    assert not Invitation.objects.exists()
