"""The life of an API token: made, shown once, used, expired, revoked."""

from datetime import timedelta

import pytest
from django.urls import path, reverse
from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import ApiToken, Membership, User
from accounts.roles import Capability
from labeling.core import workflow
from labeling.core.errors import Conflict, Forbidden

pytestmark = pytest.mark.django_db


@api_view(["GET", "POST"])
def whoami(request):
    """Who the request is, and what its actor may do."""
    teams = sorted(request.actor.teams_where(Capability.MANAGE_JOBS))
    return Response({"login": request.user.username, "manages": teams})


urlpatterns = [path("whoami/", whoami)]


@pytest.fixture
def ask(settings):
    """Asks the REST interface with a secret."""
    settings.ROOT_URLCONF = __name__

    def make(secret, word="Token"):
        return APIClient().get("/whoami/", HTTP_AUTHORIZATION=f"{word} {secret}".strip())

    return make


def test_a_token_acts_as_its_person_with_their_roles(ask, team, manager):
    _token, secret = ApiToken.issue(manager, "script")
    response = ask(secret)
    assert response.status_code == 200
    assert response.json() == {"login": "max", "manages": [team.pk]}


def test_the_actor_is_the_token_s_person_even_in_somebody_else_s_browser(
    ask, team, manager, annotator
):
    _token, secret = ApiToken.issue(manager, "script")
    client = APIClient()
    client.force_login(annotator)
    response = client.get("/whoami/", HTTP_AUTHORIZATION=f"Token {secret}")
    assert response.json() == {"login": "max", "manages": [team.pk]}


def test_a_token_needs_no_csrf_but_a_session_does(ask, manager):
    _token, secret = ApiToken.issue(manager, "script")
    client = APIClient(enforce_csrf_checks=True)
    assert client.post("/whoami/", HTTP_AUTHORIZATION=f"Token {secret}").status_code == 200
    client.force_login(manager)
    assert client.post("/whoami/").status_code == 403


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"revoked_at": timezone.now()}, "revoked"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expired"),
    ],
)
def test_a_token_that_is_over_says_why(ask, manager, change, reason):
    token, secret = ApiToken.issue(manager, "script")
    ApiToken.objects.filter(pk=token.pk).update(**change)
    response = ask(secret)
    assert response.status_code == 401
    assert reason in response.json()["detail"]
    assert response.headers["WWW-Authenticate"] == "Token"


def test_a_deactivated_person_s_token_is_refused(ask, manager):
    _token, secret = ApiToken.issue(manager, "script")
    manager.is_active = False
    manager.save()
    response = ask(secret)
    assert response.status_code == 401
    assert "deactivated" in response.json()["detail"]


def test_a_token_is_refused_once_its_person_is_deactivated_in_every_team(ask, manager):
    _token, secret = ApiToken.issue(manager, "script")
    Membership.objects.filter(user=manager).update(deactivated_at=timezone.now())
    assert ask(secret).status_code == 401


@pytest.mark.parametrize("secret", ["ldk_nonsense", "", "two words", "\xff\xfe"])
def test_what_is_no_token_is_refused(ask, manager, secret):
    assert ask(secret).status_code == 401


def test_without_a_token_nobody_is_let_in(ask):
    assert APIClient().get("/whoami/").status_code == 401


def test_last_use_is_noted_but_not_with_every_request(ask, manager, django_assert_max_num_queries):
    token, secret = ApiToken.issue(manager, "script")
    ask(secret)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    ask(secret)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=5))
    ask(secret)
    token.refresh_from_db()
    assert token.last_used_at > first - timedelta(minutes=5)


def test_a_new_token_is_shown_once(client_for, annotator):
    client = client_for(annotator)
    page = client.post(reverse("accounts:tokens"), {"name": "notebook", "days": "30"})
    token = ApiToken.objects.get()
    shown = page.context["issued"][1]
    assert shown in page.content.decode()
    assert page.headers["Cache-Control"].count("no-store") == 1
    assert token.expires_at is not None
    assert token.expires_at - timezone.now() > timedelta(days=29)
    again = client.get(reverse("accounts:tokens")).content.decode()
    assert shown not in again
    assert "notebook" in again
    assert token.prefix in again


def test_a_token_may_never_expire(client_for, annotator):
    client_for(annotator).post(reverse("accounts:tokens"), {"name": "notebook", "days": ""})
    assert ApiToken.objects.get().expires_at is None


def test_a_nameless_token_is_not_made(client_for, annotator):
    page = client_for(annotator).post(reverse("accounts:tokens"), {"name": ""})
    assert page.status_code == 400
    assert not ApiToken.objects.exists()


def test_one_revokes_own_tokens_by_post(client_for, annotator):
    token, _secret = ApiToken.issue(annotator, "script")
    url = reverse("accounts:revoke-token", args=[token.pk])
    client = client_for(annotator)
    assert client.get(url).status_code == 405
    client.post(url)
    token.refresh_from_db()
    assert token.status == "revoked"


def test_nobody_sees_or_revokes_another_s_token(client_for, owner, annotator, actor_for):
    token, _secret = ApiToken.issue(annotator, "night shift")
    client = client_for(owner)
    assert client.post(reverse("accounts:revoke-token", args=[token.pk])).status_code == 404
    assert "night shift" not in client.get(reverse("accounts:tokens")).content.decode()
    with pytest.raises(Forbidden):
        workflow.perform(workflow.actions[ApiToken, "revoke-token"], token, actor_for(owner))


def test_a_revoked_token_is_not_revoked_again(annotator, actor_for):
    token, _secret = ApiToken.issue(annotator, "script")
    action = workflow.actions[ApiToken, "revoke-token"]
    workflow.perform(action, token, actor_for(annotator))
    with pytest.raises(Conflict):
        workflow.perform(action, token, actor_for(annotator))


def test_nobody_makes_tokens_for_somebody_else(owner, annotator, actor_for):
    with pytest.raises(Forbidden):
        workflow.perform(
            workflow.actions[User, "create-token"], annotator, actor_for(owner), {"name": "x"}
        )
