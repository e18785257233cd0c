"""Exact sums of amounts, on every database.

SQLite keeps decimals as floats and would add them as floats: ten times 0.1 is less than 1 there.
Each amount is exact as a whole number of ten-thousandths, so those are added.
"""

from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, F, Sum
from django.db.models.functions import Cast, Round

from labeling.jobs.models.money import PLACES


def sum_of_amounts(**kwargs: Any) -> Sum:
    """The sum of `amount` in its smallest steps; `amount_of` reads it.

    Arguments:
        kwargs: of `Sum`, such as its filter.
    """
    steps = Cast(Round(F("amount") * 10**PLACES), BigIntegerField())
    return Sum(steps, output_field=BigIntegerField(), **kwargs)


def amount_of(steps: int | None) -> Decimal:
    """The amount that so many smallest steps are; nothing is zero."""
    return Decimal(steps or 0).scaleb(-PLACES)


def steps_of(amount: Decimal) -> int:
    """So many smallest steps an amount is."""
    return int(amount.scaleb(PLACES))
