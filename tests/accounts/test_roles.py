"""The one role table, and the actor who carries it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Membership, Team, User
from accounts.roles import ROLES, Capability, Role, roles_with
from tests.factories import MembershipFactory


def test_the_table_says_who_may_what():
    assert roles_with(Capability.VIEW) == frozenset(Role)
    assert roles_with(Capability.LABEL) == {
        Role.ANNOTATOR,
        Role.REVIEWER,
        Role.MANAGER,
        Role.OWNER,
    }
    assert roles_with(Capability.COMMENT) == frozenset(Role) - {Role.VIEWER}
    assert roles_with(Capability.REVIEW) == {Role.REVIEWER, Role.MANAGER, Role.OWNER}
    assert roles_with(Capability.EXPORT) == {Role.REVIEWER, Role.MANAGER, Role.OWNER}
    assert roles_with(Capability.ADMINISTER) == {Role.OWNER}
    for capability in (
        Capability.MANAGE_JOBS,
        Capability.MANAGE_PROJECTS,
        Capability.MANAGE_PEOPLE,
    ):
        assert roles_with(capability) == {Role.MANAGER, Role.OWNER}


def test_every_role_has_a_line_and_the_owner_has_everything():
    assert set(ROLES) == set(Role)
    assert ROLES[Role.OWNER] == frozenset(Capability)


def test_an_actor_has_a_role_in_each_team_and_none_elsewhere(team, manager, outsider, actor_for):
    elsewhere = outsider.memberships.get().team
    MembershipFactory.create(team=elsewhere, user=manager, role=Role.VIEWER)
    actor = actor_for(manager)
    assert actor.role_in(team.pk) == Role.MANAGER
    assert actor.role_in(elsewhere.pk) == Role.VIEWER
    assert actor.role_in(0) is None
    assert actor.team_ids == {team.pk, elsewhere.pk}
    assert actor.teams_where(Capability.MANAGE_JOBS) == {team.pk}
    assert actor.can(Capability.VIEW, elsewhere.pk)
    assert not actor.can(Capability.VIEW, 0)


def test_a_deactivated_membership_or_account_gives_nothing(team, annotator, actor_for):
    Membership.objects.filter(user=annotator).update(deactivated_at=timezone.now())
    assert not actor_for(annotator).team_ids
    Membership.objects.filter(user=annotator).update(deactivated_at=None)
    annotator.is_active = False
    assert not actor_for(annotator).team_ids


def test_a_visitor_may_nothing(team):
    actor = Actor.for_user(AnonymousUser())
    assert not actor.team_ids
    assert not actor.can(Capability.VIEW, team.pk)
    assert not Team.objects.visible_to(actor).exists()
    assert not User.objects.visible_to(actor).exists()


def test_restricted_people_see_themselves_and_nobody_else(team, manager, annotator, actor_for):
    Membership.objects.filter(user=annotator).update(restricted=True)
    actor = actor_for(annotator)
    assert actor.restricted_team_ids == {team.pk}
    assert actor.unrestricted_team_ids == frozenset()
    assert [each.user for each in Membership.objects.visible_to(actor)] == [annotator]
    assert list(User.objects.visible_to(actor)) == [annotator]
    assert User.objects.visible_to(actor_for(manager)).count() == 2


def test_people_of_other_teams_are_not_seen(owner, outsider, actor_for):
    assert outsider not in User.objects.visible_to(actor_for(owner))
    assert outsider.memberships.get() not in Membership.objects.visible_to(actor_for(owner))


def test_somebody_of_two_shared_teams_is_seen_once(team, owner, annotator, outsider, actor_for):
    elsewhere = outsider.memberships.get().team
    for user in (owner, annotator):
        MembershipFactory.create(team=elsewhere, user=user)
    assert list(User.objects.visible_to(actor_for(owner)).filter(pk=annotator.pk)) == [annotator]


def test_who_can_names_active_people_of_the_team_once(team, manager, reviewer, annotator, outsider):
    Membership.objects.filter(user=manager).update(deactivated_at=timezone.now())
    assert list(User.objects.who_can(Capability.REVIEW, team.pk)) == [reviewer]


@pytest.mark.django_db
def test_the_actor_costs_one_query(team, owner, django_assert_num_queries):
    with django_assert_num_queries(1):
        actor = Actor.for_user(owner)
        assert actor.can(Capability.ADMINISTER, team.pk)
        assert actor.memberships[team.pk].team.name == "Fruit"
