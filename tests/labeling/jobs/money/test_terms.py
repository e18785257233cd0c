"""Terms, prices and payments: what may be set by whom, and what the ledger says of it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import actions, perform
from labeling.jobs.models import LedgerEntry, Price, Terms
from labeling.jobs.money import can_pay, without_money
from labeling.jobs.money.statements import Month, balances_of, rows_of
from labeling.jobs.states import BatchStatus
from labeling.projects.models import Project
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("steps", [["10", "12.5", "4"], ["0.1"] * 3 + ["0.3"], ["7", "", "2"]])
def test_the_budget_is_the_sum_of_its_lines(project, manager, act, steps):
    for budget in steps:
        act(manager, project, "set-terms", budget=budget)
        lines = LedgerEntry.objects.filter(kind="budget")
        terms = Terms.objects.get()
        assert sum((line.amount for line in lines), Decimal(0)) == (terms.budget or 0)


def test_what_is_not_sent_stays(paying, manager, act):
    act(manager, paying, "set-terms", price_review="0.5")
    terms = Terms.objects.get()
    assert (terms.budget, terms.currency, terms.paid_for) == (Decimal(10), "EUR", "accepted")
    prices = dict(Price.objects.values_list("work", "amount"))
    assert prices == {
        "annotation": Decimal("0.05"),
        "rework": Decimal("0.03"),
        "review": Decimal("0.5"),
    }


def test_an_empty_price_is_none(paying, manager, act):
    act(manager, paying, "set-terms", price_review="")
    assert not Price.objects.filter(work="review").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("currency", "euro"), ("budget", "-1"), ("price_review", "0.00001"), ("paid_for", "love")],
)
def test_terms_that_do_not_fit_are_refused(project, manager, act, field, value):
    with pytest.raises(Invalid) as refused:
        act(manager, project, "set-terms", **{field: value})
    assert field in refused.value.errors


def test_amounts_of_two_currencies_have_no_sum(paying, manager, act):
    with pytest.raises(Invalid) as refused:
        act(manager, paying, "set-terms", currency="USD")
    assert "EUR" in str(refused.value.errors)


def test_a_batch_has_no_prices_before_its_project_has_terms(batch, manager, act):
    with pytest.raises(Conflict):
        act(manager, batch, "set-prices", price_annotation="1")


@pytest.mark.parametrize("verb", ["set-terms", "pay"])
def test_who_does_not_manage_sets_and_pays_nothing(paying, reviewer, act, verb):
    with pytest.raises(Forbidden):
        act(reviewer, paying, verb)


def test_paying_writes_what_is_due_and_twice_pays_nothing(
    paying, reviewed, annotator, manager, reviewer, act, sums
):
    for each in reviewed.job_items.all():
        act(reviewer, each, "accept-item")
    line = act(manager, paying, "pay", person=str(annotator.pk), note="SEPA 17").outcome
    assert (line.kind, line.amount, line.person, line.made_by) == (
        "paid",
        Decimal("0.15"),
        annotator,
        manager,
    )
    assert sums().unpaid == 3 * Decimal("0.0125")
    with pytest.raises(Conflict):
        act(manager, paying, "pay", person=str(annotator.pk))


def test_a_month_is_paid_up_to_its_end(paying, reviewed, annotator, manager, reviewer, actor_for):
    first, second, third = reviewed.job_items.order_by("position")
    accept, pay = actions[type(first), "accept-item"], actions[Project, "pay"]
    days = {first: (2026, 1, 31), second: (2026, 2, 28), third: (2026, 3, 1)}
    for job_item, day in days.items():
        perform(accept, job_item, actor_for(reviewer), at=datetime(*day, 23, 59, tzinfo=UTC))
    data = {"person": str(annotator.pk), "month": "2026-02"}
    assert perform(pay, paying, actor_for(manager), data).outcome.amount == Decimal("0.10")
    data["month"] = "2026-03"
    assert perform(pay, paying, actor_for(manager), data).outcome.amount == Decimal("0.05")
    lines = LedgerEntry.objects.filter(person=annotator)
    (balance,) = balances_of(lines, Month(2026, 2))
    assert (balance.before, balance.earned, balance.paid) == (
        Decimal("0.05"),
        Decimal("0.05"),
        Decimal(0),
    )
    (row,) = rows_of(lines, Month(2026, 2))
    assert (row.items, row.amount, row.work, row.batch) == (
        1,
        Decimal("0.05"),
        "annotation",
        "lemons",
    )


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-01", "9999-01", "x", "2026-1"])
def test_no_month_is_read_from_what_is_none(text):
    with pytest.raises(ValueError, match=text):
        Month.read(text)


def test_months_follow_each_other():
    assert str(Month(2025, 12).next) == "2026-01"
    assert str(Month(2026, 1).previous) == "2025-12"
    assert Month(2026, 11).end == datetime(2026, 12, 1, tzinfo=UTC)
    assert Month.of(datetime(2026, 3, 31, 23, tzinfo=UTC)) == Month(2026, 3)


def status_of(batch) -> str:
    batch.refresh_from_db()
    return str(batch.status)


def test_a_batch_that_cannot_pay_its_next_item_waits_and_goes_on_by_itself(
    batch, project, manager, annotator, annotator2, act
):
    begun = JobFactory.create(batch=batch, annotator=annotator, size=2)
    JobFactory.create(batch=batch, size=2)
    terms = {"price_annotation": "1", "price_review": "0.25"}
    act(manager, project, "set-terms", budget="3.7", **terms)
    assert status_of(batch) == BatchStatus.PROCESSING
    act(annotator, begun, "start")
    assert status_of(batch) == BatchStatus.NO_MONEY
    assert without_money([batch.pk]) == {batch.pk}
    assert not can_pay(project.pk)
    with pytest.raises(Conflict):
        act(annotator2, batch.team, "take-next")
    act(annotator, begun.job_items.first(), "confirm-item")
    act(manager, project, "set-terms", budget="3.75")
    assert status_of(batch) == BatchStatus.PROCESSING
    assert act(annotator2, batch.team, "take-next").outcome.batch == batch


def test_a_batch_without_money_goes_on_when_a_job_is_given_back(
    batch, project, manager, annotator, act
):
    begun = JobFactory.create(batch=batch, annotator=annotator, size=2)
    JobFactory.create(batch=batch, size=2)
    act(manager, project, "set-terms", budget="2", price_annotation="1")
    act(annotator, begun, "start")
    assert status_of(batch) == BatchStatus.NO_MONEY
    act(annotator, begun, "release")
    assert status_of(batch) == BatchStatus.PROCESSING


def test_a_batch_whose_every_job_is_begun_needs_no_more_money(
    batch, job, project, manager, annotator, act
):
    act(manager, project, "set-terms", budget="3", price_annotation="1")
    act(annotator, job, "start")
    assert status_of(batch) == BatchStatus.PROCESSING


def test_a_budget_without_bound_pays_everything(batch, job, project, manager, act):
    act(manager, project, "set-terms", budget="0", price_annotation="1")
    assert status_of(batch) == BatchStatus.NO_MONEY
    act(manager, project, "set-terms", budget="")
    assert status_of(batch) == BatchStatus.PROCESSING
    assert can_pay(project.pk)


def test_nobody_of_another_team_is_paid(paying, manager, outsider):
    with pytest.raises(Invalid):
        perform(
            actions[Project, "pay"], paying, Actor.for_user(manager), {"person": str(outsider.pk)}
        )
