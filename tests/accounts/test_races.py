"""Two people at once: one outcome, and the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Invitation, Membership, User
from accounts.roles import Role
from labeling.core import workflow
from labeling.core.errors import WorkflowError
from tests.factories import PASSWORD, MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in as many threads, and give what each returned or was refused with."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            start.wait(timeout=20)
            return call()
        except WorkflowError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_two_owners_who_demote_each_other_do_not_leave_the_team_without_one(team, owner):
    other = MembershipFactory.create(team=team, role=Role.OWNER).user
    action = workflow.actions[Membership, "change-role"]

    def demote(whom: User, by: User) -> object:
        data = {"role": "viewer"}
        return workflow.perform(action, whom.memberships.get(), Actor.for_user(by), data)

    outcomes = at_once(lambda: demote(owner, other), lambda: demote(other, owner))
    assert sum(isinstance(outcome, WorkflowError) for outcome in outcomes) == 1
    assert Membership.objects.owners().filter(team=team).count() == 1


def test_a_link_that_many_follow_at_once_lets_one_in(team, manager):
    _invitation, secret = Invitation.issue(team=team, created_by=manager, role=Role.VIEWER)
    url = reverse("accounts:invitation", args=[secret])

    def follow(login: str) -> int:
        data = {"login": login, "password": PASSWORD, "password_again": PASSWORD}
        return Client().post(url, data).status_code

    outcomes = at_once(*[lambda number=number: follow(f"nora{number}") for number in range(6)])
    assert outcomes.count(302) == 1
    assert set(outcomes) <= {302, 409, 410}
    assert User.objects.filter(username__startswith="nora").count() == 1
    assert team.memberships.filter(role=Role.VIEWER).count() == 1


def test_of_two_people_who_want_a_login_one_gets_it(team, manager):
    links = [Invitation.issue(team=team, created_by=manager, role=Role.VIEWER)[1] for _ in "ab"]

    def follow(secret: str) -> int:
        data = {"login": "nora", "password": PASSWORD, "password_again": PASSWORD}
        return Client().post(reverse("accounts:invitation", args=[secret]), data).status_code

    outcomes = at_once(*[lambda secret=secret: follow(secret) for secret in links])
    assert sorted(outcomes, key=str) == [302, 400]
    assert Invitation.objects.pending().count() == 1
