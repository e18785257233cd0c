"""What the tables themselves refuse."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import ApiToken, Invitation, Membership, User
from accounts.roles import Role
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def refused(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()
    return True


def test_a_login_is_one_person_whatever_its_case():
    UserFactory.create(username="ana")
    assert refused(lambda: UserFactory.create(username="Ana"))
    assert User.objects.get_by_natural_key("ANA").username == "ana"


def test_a_person_is_once_in_a_team(team, annotator):
    assert refused(lambda: MembershipFactory.create(team=team, user=annotator))


def test_only_annotators_can_be_restricted(team, reviewer, owner):
    assert refused(lambda: Membership.objects.filter(user=reviewer).update(restricted=True))
    assert refused(
        lambda: Invitation.issue(team=team, created_by=owner, role=Role.VIEWER, restricted=True)
    )


def test_a_role_is_one_of_the_table(team, annotator):
    assert refused(lambda: Membership.objects.filter(user=annotator).update(role="king"))


def test_secrets_are_stored_as_hashes_only(team, owner):
    token, secret = ApiToken.issue(owner, "script")
    invitation, link = Invitation.issue(team=team, created_by=owner, role=Role.VIEWER)
    assert secret not in str(ApiToken.objects.filter(pk=token.pk).values().get())
    assert link not in str(Invitation.objects.filter(pk=invitation.pk).values().get())
    assert secret.startswith(token.prefix)
    assert len(token.digest) == 64


def test_people_are_called_by_their_name_or_else_their_login():
    assert str(UserFactory.build(username="ana", display_name="Ana Lopez")) == "Ana Lopez"
    assert UserFactory.build(username="ana", display_name="").name == "ana"
