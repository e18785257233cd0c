"""`recount` knows what the ledger reserves and what a budget is the sum of."""

from decimal import Decimal

import pytest

from labeling.jobs.models import LedgerEntry, Terms
from labeling.jobs.recounting import Budgets, Reservations

pytestmark = pytest.mark.django_db


def test_what_was_booked_needs_no_mending(paying, reviewed, reviewer, act):
    act(reviewer, reviewed.job_items.first(), "accept-item")
    assert not list(Reservations()())
    assert not list(Budgets()(paying.team_id))


def test_a_reservation_that_is_wrong_is_mended_by_a_line(paying, labeled, sums):
    line = LedgerEntry.objects.filter(kind="reserved").earliest("pk")
    LedgerEntry.objects.filter(pk=line.pk).update(amount=line.amount + 1)
    (found,) = Reservations()(paying.team_id)
    assert str(found) == f"job {labeled.pk} reserved: stored 11875, counted 1875"
    lines = LedgerEntry.objects.count()
    assert Reservations().mend([labeled.pk])
    assert LedgerEntry.objects.count() == lines + 1
    assert sums().reserved == Decimal("0.1875")
    assert not list(Reservations()())


def test_a_budget_follows_its_lines(paying):
    Terms.objects.update(budget=11)
    (found,) = Budgets()()
    assert (found.stored, found.counted) == (110_000, 100_000)
    Budgets().mend([paying.terms.pk])
    assert Terms.objects.get().budget == 10
