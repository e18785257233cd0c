"""The rules of money by themselves: exact sums, whatever happens in whatever order."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.jobs.money.arithmetic import (
    ZERO,
    JobFacts,
    Totals,
    earnings_to_add,
    earns,
    earns_review,
    labeling_work,
    price_of_next,
    reservation,
)
from labeling.jobs.states import ItemState, PaidFor, Work

prices = st.decimals("0", "99999", places=4)
people = st.integers(1, 4)
moves = st.lists(st.tuples(st.sampled_from(ItemState), people, prices), max_size=40)


@given(moves, st.sampled_from(PaidFor), st.booleans())
def test_an_item_is_paid_once_while_it_is_earned_and_never_otherwise(steps, paid_for, review):
    earned: dict[int, Decimal] = {}
    before = False
    at_price: tuple[int, Decimal] | None = None
    for state, person, price in steps:
        is_earned = earns(state, paid_for, needs_review=review)
        for who, amount in earnings_to_add(earned, person, price, is_earned=is_earned).items():
            earned[who] = earned.get(who, ZERO) + amount
        if is_earned and (not before or at_price is None):
            at_price = (person, price) if price else None
        if not is_earned:
            at_price = None
        before = is_earned
        standing = {who: amount for who, amount in earned.items() if amount}
        assert standing == (dict([at_price]) if at_price else {})


@given(moves, st.sampled_from(PaidFor), st.booleans())
def test_the_same_facts_asked_twice_add_nothing_more(steps, paid_for, review):
    earned: dict[int, Decimal] = {}
    for state, person, price in steps:
        is_earned = earns(state, paid_for, needs_review=review)
        for who, amount in earnings_to_add(earned, person, price, is_earned=is_earned).items():
            earned[who] = earned.get(who, ZERO) + amount
        assert not earnings_to_add(earned, person, price, is_earned=is_earned)


@pytest.mark.parametrize(
    ("state", "paid_for", "needs_review", "is_earned"),
    [
        ("none", "done", True, False),
        ("done", "done", True, True),
        ("done", "accepted", True, False),
        ("done", "accepted", False, True),
        ("accepted", "done", True, True),
        ("accepted", "accepted", True, True),
        ("rejected", "done", True, False),
        ("rejected", "accepted", False, False),
    ],
)
def test_what_earns_follows_the_terms(state, paid_for, needs_review, is_earned):
    assert earns(state, paid_for, needs_review=needs_review) == is_earned


def test_a_first_decision_is_a_review_and_a_change_of_mind_is_not():
    assert earns_review("done", "accepted")
    assert earns_review("none", "rejected")
    assert not earns_review("accepted", "rejected")
    assert not earns_review("rejected", "accepted")
    assert not earns_review("rejected", "done")


def test_rework_is_a_class_of_work_of_its_own():
    assert labeling_work("rework") == Work.REWORK
    assert labeling_work("annotation") == Work.ANNOTATION


PRICES: dict[str, Decimal] = {
    Work.ANNOTATION: Decimal("0.05"),
    Work.REVIEW: Decimal("0.0125"),
}


def facts(**given_facts) -> JobFacts:
    usual = {
        "type": "annotation",
        "stage": "annotation",
        "state": "in_progress",
        "status": "in_progress",
        "has_annotator": True,
        "is_live": True,
        "items": 10,
        "done": 4,
        "accepted": 1,
        "rejected": 2,
    }
    return JobFacts(**{**usual, **given_facts})


def test_a_begun_job_reserves_what_is_not_earned_and_the_reviews_to_come():
    expected = 9 * Decimal("0.05") + 7 * Decimal("0.0125")
    assert reservation(facts(), PRICES, "accepted", needs_review=True) == expected


def test_paid_when_done_what_is_done_is_not_reserved_any_more():
    expected = 6 * Decimal("0.05") + 7 * Decimal("0.0125")
    assert reservation(facts(), PRICES, "done", needs_review=True) == expected


def test_without_review_none_is_reserved():
    assert reservation(facts(), PRICES, "accepted", needs_review=False) == 6 * Decimal("0.05")


@pytest.mark.parametrize(
    "over",
    [
        {"state": "new", "status": "pending"},
        {"has_annotator": False},
        {"is_live": False},
        {"stage": "acceptance", "state": "completed", "status": "completed"},
    ],
)
def test_a_job_that_is_not_begun_or_is_over_reserves_nothing(over):
    assert reservation(facts(**over), PRICES, "accepted", needs_review=True) == ZERO


def test_ten_times_a_tenth_is_one_which_no_float_says():
    totals = Totals(budget=Decimal(1), owed=sum([Decimal("0.1")] * 10, ZERO))
    assert totals.left == 0
    assert not totals.covers(Decimal("0.0001"))
    assert totals.covers(ZERO)
    assert Totals(budget=None, owed=Decimal(10) ** 13).covers(Decimal(1))


@given(prices, prices, prices, prices)
def test_the_sums_of_a_ledger_always_add_up(budget, reserved, owed, paid):
    totals = Totals(budget, reserved, owed, paid)
    assert totals.left is not None
    assert totals.left + totals.reserved + totals.paid + totals.unpaid == budget


def test_the_next_item_costs_its_labeling_and_its_review():
    assert price_of_next(PRICES, needs_review=True) == Decimal("0.0625")
    assert price_of_next(PRICES, needs_review=False) == Decimal("0.05")
    assert price_of_next({}, needs_review=True) == ZERO
