"""JSON of the wire: amounts stay exact numbers, and what was sent is looked at field by field."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.translation import gettext as _

from labeling.core.errors import Invalid


def written(value: Any) -> bytes:
    """JSON; a Decimal is a number with just the digits that it has, for the client reads it so."""
    return orjson.dumps(value, default=_number)


def _number(value: Any) -> Any:
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    return orjson.Fragment(format(value.normalize(), "f"))


def text(body: Mapping[str, Any], name: str, field: str = "") -> str:
    """A text of an object; empty when it is missing.

    Arguments:
        field: what a refusal calls it, when that is more than its name.

    Raises:
        Invalid
    """
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid({field or name: [_("Send a text.")]})
    return value


def flag(body: Mapping[str, Any], name: str) -> bool:
    """True or false; false when it is missing.

    Raises:
        Invalid
    """
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise Invalid({name: [_("Send true or false.")]})
    return bool(value)
