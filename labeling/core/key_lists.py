"""Thousands of keys in one condition, as one parameter instead of thousands."""

import json
from collections.abc import Sequence
from typing import TypeVar

from django.db import connections
from django.db.models import BigIntegerField, TextField
from django.db.models.expressions import RawSQL

FEW = 100

K = TypeVar("K", int, str)


def among(keys: Sequence[K], using: str = "default") -> RawSQL | Sequence[K]:
    """What stands on the right of `pk__in`: the keys themselves while they are few.

    Arguments:
        keys: all numbers, or all texts.

    A parameter for each key would be made fit, counted and parsed one by one, and some databases
    take no more than 32,766 of them.
    """
    if len(keys) < FEW:
        return keys
    first: object = keys[0]
    kind = TextField() if isinstance(first, str) else BigIntegerField()
    if connections[using].vendor == "postgresql":
        array = "text[]" if isinstance(first, str) else "bigint[]"
        return RawSQL(f"SELECT unnest(%s::{array})", (list(keys),), kind)
    return RawSQL("SELECT value FROM json_each(%s)", (json.dumps(list(keys)),), kind)
