"""What work costs: prices, what is reserved, owed and paid, and whether there is money left.

`arithmetic` is pure; `balance` reads the ledger; `booking` writes its lines when work changes.
"""

from labeling.jobs.money.balance import can_pay, without_money

__all__ = ["can_pay", "without_money"]
