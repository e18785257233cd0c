"""Two people at once: everything is booked once, on SQLite as on PostgreSQL."""

from decimal import Decimal

import pytest

from accounts.actor import Actor
from accounts.roles import Role
from labeling.core.errors import WorkflowError
from labeling.core.workflow import actions, perform
from labeling.jobs.models import LedgerEntry
from tests.factories import JobFactory, MembershipFactory
from tests.labeling.jobs.test_bulk_races import beside

pytestmark = pytest.mark.django_db(transaction=True)


def attempt(user, obj, verb, **data):
    """The verb as that person, or its refusal."""

    def run():
        try:
            return perform(actions[type(obj), verb], obj, Actor.for_user(user), data)
        except WorkflowError as refusal:
            return refusal

    return run


@pytest.fixture
def reviewer2(team):
    """Kat reviews too."""
    return MembershipFactory.create(team=team, role=Role.REVIEWER).user


def test_two_acceptances_of_one_item_are_one(
    paying, reviewed, reviewer, reviewer2, annotator, owed
):
    first = reviewed.job_items.first()
    answers = beside(*(attempt(who, first, "accept-item") for who in (reviewer, reviewer2)))
    assert sum(isinstance(each, WorkflowError) for each in answers) == 1
    assert owed(annotator) == Decimal("0.05")
    assert owed(reviewer) + owed(reviewer2) == Decimal("0.0125")


def test_acceptances_of_all_items_at_once_are_all_booked(
    paying, reviewed, reviewer, reviewer2, annotator, owed, sums
):
    items = list(reviewed.job_items.all())
    people = [reviewer, reviewer2, reviewer]
    beside(*(attempt(who, item, "accept-item") for who, item in zip(people, items, strict=True)))
    assert owed(annotator) == Decimal("0.15")
    assert (sums().reserved, sums().left) == (0, Decimal("9.8125"))


def test_two_budgets_at_once_leave_a_ledger_that_adds_up(project, manager, owner, sums):
    beside(
        attempt(manager, project, "set-terms", budget="10"),
        attempt(owner, project, "set-terms", budget="25"),
    )
    lines = LedgerEntry.objects.filter(kind="budget")
    assert sums().budget == sum((line.amount for line in lines), Decimal(0))


def test_who_pays_at_the_same_moment_pays_once(
    paying, reviewed, reviewer, annotator, manager, owner, act, sums
):
    act(reviewer, reviewed.job_items.first(), "accept-item")
    answers = beside(
        *(attempt(who, paying, "pay", person=str(annotator.pk)) for who in (manager, owner))
    )
    assert sum(isinstance(each, WorkflowError) for each in answers) == 1
    assert sums().paid == Decimal("0.05")


def test_jobs_begun_at_once_are_all_reserved(paying, batch, annotator, annotator2, sums):
    jobs = [
        JobFactory.create(batch=batch, annotator=who, size=2) for who in (annotator, annotator2)
    ]
    beside(*(attempt(job.annotator, job, "start") for job in jobs))
    assert sums().reserved == 4 * Decimal("0.0625")
