"""Amounts and sums as people read them."""

from decimal import Decimal
from typing import Any

from django.utils.formats import number_format

from labeling.jobs.money.balance import PriceList, terms_of, totals_of
from labeling.jobs.states import Work


def shown(amount: Decimal) -> str:
    """An amount in the reader's way of writing numbers, with two places or as many as it needs."""
    cents = amount.quantize(Decimal("0.01"))
    return number_format(cents if cents == amount else amount.normalize(), use_l10n=True)


def sums_shown(project_id: int) -> dict[str, Any] | None:
    """The sums of a project as texts; None without terms."""
    terms = terms_of([project_id])
    if not terms:
        return None
    totals = totals_of(terms)[project_id]
    return {
        "terms": terms[project_id],
        "budget": "" if totals.budget is None else shown(totals.budget),
        "reserved": shown(totals.reserved),
        "owed": shown(totals.unpaid),
        "paid": shown(totals.paid),
        "left": "" if totals.left is None else shown(totals.left),
        "is_over": totals.left is not None and totals.left < 0,
    }


def prices_shown(project_id: int) -> list[tuple[Any, str]]:
    """The project's price of each class of work, as texts."""
    prices = PriceList([project_id]).of(project_id)
    return [(work.label, shown(prices[work]) if work in prices else "") for work in Work]
