"""Accounts made for others, and people taken into a team without a link."""

import pytest

from accounts.actor import Actor
from accounts.models import Membership, User
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import actions, perform
from tests.factories import MembershipFactory

ACCOUNT = {"login": "Zoe", "password": "plum8ear"}


def make(person, **data):
    return perform(
        actions[User, "create-person"], person, Actor.for_user(person), {**ACCOUNT, **data}
    ).outcome


def add(person, team, **data):
    return perform(actions[type(team), "add-member"], team, Actor.for_user(person), data).outcome


def test_an_account_is_made_and_taken_into_the_team(manager, team):
    person = make(manager)
    assert (person.username, person.made_by) == ("zoe", manager)
    assert person.check_password("plum8ear")
    membership = add(manager, team, login="zoe", role="annotator", restricted="on")
    assert (membership.user, membership.is_restricted) == (person, True)


def test_an_account_in_no_team_is_its_makers_alone_until_it_is_in_one(manager, owner, team):
    person = make(manager)
    assert person in User.objects.visible_to(Actor.for_user(manager))
    assert person not in User.objects.visible_to(Actor.for_user(owner))
    other = MembershipFactory.create().team
    Membership.objects.create(team=other, user=person)
    assert person not in User.objects.visible_to(Actor.for_user(manager))


def test_who_manages_nobody_makes_no_accounts(annotator, team):
    with pytest.raises(Forbidden):
        make(annotator)
    with pytest.raises(Forbidden):
        add(annotator, team, login="ana", role="viewer")


def test_who_was_deactivated_is_reactivated_instead(manager, annotator, team):
    annotator.memberships.update(deactivated_at="2026-01-01T00:00:00Z")
    with pytest.raises(Conflict, match="Reactivate"):
        add(manager, team, login=annotator.username, role="annotator")


def test_a_stranger_is_nobody(manager, team):
    stranger = MembershipFactory.create().user
    with pytest.raises(Invalid):
        add(manager, team, login=stranger.username, role="annotator")
