"""What people do with their own account, and how a new one comes in by a link."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Invitation, Membership, User
from accounts.roles import Role
from labeling.core.errors import Forbidden, Invalid
from labeling.core.workflow import actions, perform

pytestmark = pytest.mark.django_db


def test_people_rename_themselves_and_nobody_else(annotator, annotator2, actor_for) -> None:
    edit = actions[User, "edit-profile"]
    data = {"display_name": "Ana B.", "email": "ana@fruit.example"}
    perform(edit, annotator, actor_for(annotator), data)
    annotator.refresh_from_db()
    assert (annotator.name, annotator.email) == ("Ana B.", "ana@fruit.example")
    with pytest.raises(Forbidden):
        perform(edit, annotator2, actor_for(annotator), data)


def test_people_choose_whether_they_are_written_to(annotator, actor_for) -> None:
    edit, ana = actions[User, "edit-profile"], actor_for(annotator)

    def wish(**data: str) -> str:
        perform(edit, annotator, ana, {"display_name": "Ana", **data})
        annotator.refresh_from_db()
        return annotator.mail_when_finished

    assert annotator.mail_when_finished == "never"
    assert wish(email="ana@fruit.example", mail_when_finished="always") == "always"
    assert wish(email="ana@fruit.example") == "always", "not said is not changed"
    with pytest.raises(Invalid) as told:
        wish(email="", mail_when_finished="long")
    assert "email" in told.value.errors
    assert wish(email="") == "never", "there is nowhere to write to"
    with pytest.raises(Invalid):
        wish(email="ana@fruit.example", mail_when_finished="hourly")


@pytest.fixture
def invitation(team, manager) -> Invitation:
    """A link for a restricted annotator."""
    made, _secret = Invitation.issue(
        team=team,
        email="",
        role=Role.ANNOTATOR,
        restricted=True,
        created_by_id=manager.pk,
        expires_at=timezone.now() + timedelta(days=1),
    )
    return made


def test_a_new_person_registers_and_is_what_the_link_says(invitation, team) -> None:
    stranger = Actor.for_user(AnonymousUser())
    password = "three unrelated words"
    data = {"login": "Cleo", "password": password, "password_again": password}
    perform(actions[Invitation, "register"], invitation, stranger, data)
    membership = Membership.objects.get(team=team, user__username="cleo")
    assert (membership.role, membership.restricted) == (Role.ANNOTATOR, True)
    assert membership.user.check_password(password)


def test_passwords_that_differ_make_no_account(invitation) -> None:
    stranger = Actor.for_user(AnonymousUser())
    data = {"login": "cleo", "password": "three unrelated words", "password_again": "other words"}
    with pytest.raises(Invalid) as told:
        perform(actions[Invitation, "register"], invitation, stranger, data)
    assert "password_again" in told.value.errors
    assert not User.objects.filter(username="cleo").exists()
