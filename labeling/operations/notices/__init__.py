"""Saying that an operation has ended: in the bell, by webhooks, by mail.

`recording` writes the rows in the transaction of the end, `sending` sends them afterwards, as often
as it takes, and every attempt stays on record.
"""
