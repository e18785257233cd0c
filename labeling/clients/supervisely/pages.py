"""Lists as the SDK reads them: filtered, ordered, page by page."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from labeling.clients.supervisely.calls import Asking
from labeling.clients.supervisely.wire import LARGEST_KEY, Body, read_moment
from labeling.core.key_lists import among

M = TypeVar("M", bound=models.Model)

# As at the vendor; the SDK goes on by the size that the first answer names.
USUAL_PAGE = 500
LARGEST_PAGE = 1_000

ID_ONLY: Mapping[str, str] = {"id": "pk"}


def paged(
    asking: Asking,
    found: models.QuerySet[M],
    shape: Callable[[Any], Any],
    orders: Mapping[str, str] = ID_ONLY,
    *,
    prepare: Callable[[list[M]], Iterable[Any]] | None = None,
    usual: str = "id asc",
) -> dict[str, Any]:
    """One page of a list in the envelope that the SDK insists on.

    Arguments:
        shape: one row as the SDK reads it.
        orders: columns by the field that `sort` names.
        prepare: gets the rows of the page before they are shaped, to read what belongs to them
            in few queries; what it answers is shaped instead.
        usual: the order when none is asked for: a field of `orders`, and asc or desc.

    Raises:
        Invalid: an unknown field to sort by, no such page size.
    """
    size = _size(asking.body)
    number = max(asking.body.number_or_none("page") or 1, 1)
    total = found.count()
    begin = (number - 1) * size
    page = list(_ordered(found, asking.body, orders, usual)[begin : begin + size])
    rows = page if prepare is None else prepare(page)
    return envelope([shape(row) for row in rows], total, size)


def envelope(entities: list[Any], total: int, size: int = USUAL_PAGE) -> dict[str, Any]:
    """A page around rows that are shaped already."""
    pages = max(math.ceil(total / size), 1)
    return {"total": total, "perPage": size, "pagesCount": pages, "entities": entities}


def _size(body: Body) -> int:
    name = "per_page" if "per_page" in body else "perPage"
    size = body.number_or_none(name)
    if size is None:
        return USUAL_PAGE
    if not 1 <= size <= LARGEST_PAGE:
        raise body.wrong(name, _("Pages have 1 to %d rows.") % LARGEST_PAGE)
    return size


def _ordered(
    found: models.QuerySet[M], body: Body, orders: Mapping[str, str], usual: str
) -> models.QuerySet[M]:
    field, direction = usual.split()
    column = orders.get(body.text("sort", field))
    if column is None:
        raise body.wrong("sort", _("This list is sorted by: %s.") % ", ".join(orders))
    backwards = body.text("sort_order", body.text("sortOrder", direction)).lower() == "desc"
    sign = "-" if backwards else ""
    if column == "pk":
        return found.order_by(f"{sign}pk")
    # Two rows alike in the column would otherwise change places between two pages.
    return found.order_by(f"{sign}{column}", f"{sign}pk")


@dataclass(frozen=True)
class Field:
    """A field that a filter may name.

    Attributes:
        column: the lookup path of our column.
        kind: int, str or `datetime`: what a value must be.
        words: our values by the vendor's words; a word that is missing matches nothing.
    """

    column: str
    kind: str = "key"
    words: Mapping[str, Collection[Any]] = field(default_factory=dict)


ORDERED = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "gt": "gt", "gte": "gte", "lt": "lt",
           "lte": "lte"}  # fmt: skip
LIKE = {"like": "contains", "ilike": "icontains"}


def narrowed(
    found: models.QuerySet[M], body: Body, fields: Mapping[str, Field], name: str = "filter"
) -> models.QuerySet[M]:
    """What all conditions of `filter` let through.

    Raises:
        Invalid: an unknown field or operator, or a value of another kind; never a guess.
    """
    for condition in body.parts(name):
        title = condition.text("field")
        if title not in fields:
            told = _("This list is filtered by: %s.") % ", ".join(fields)
            raise condition.wrong("field", told)
        found = found.filter(_condition(condition, fields[title]))
    return found


def _condition(condition: Body, by: Field) -> Q:
    operator = condition.text("operator", "=").lower()
    value = condition.given.get("value")
    if operator in ("=", "eq"):
        return _is(condition, by, value)
    if operator in ("!=", "not", "<>"):
        return ~_is(condition, by, value)
    if operator in ("in", "!in"):
        if not isinstance(value, list):
            raise condition.wrong("value", _("“in” takes a list."))
        inside = _in(condition, by, value)
        return inside if operator == "in" else ~inside
    if operator in ORDERED and by.kind != "word":
        return Q(**{f"{by.column}__{ORDERED[operator]}": _value(condition, by, value)})
    if operator.removeprefix("!") in LIKE and by.kind == "text":
        plain = str(_value(condition, by, value)).strip("%")
        like = Q(**{f"{by.column}__{LIKE[operator.removeprefix('!')]}": plain})
        return ~like if operator.startswith("!") else like
    raise condition.wrong("operator", _("“%s” is not possible with this field.") % operator)


def _is(condition: Body, by: Field, value: Any) -> Q:
    if value is None:
        return Q(**{f"{by.column}__isnull": True})
    if by.kind == "word":
        return _in(condition, by, [value])
    return Q(**{by.column: _value(condition, by, value)})


def _in(condition: Body, by: Field, values: list[Any]) -> Q:
    wanted = [each for each in values if each is not None]
    if by.kind == "word":
        ours = [our for word in wanted for our in by.words.get(_text(condition, word), ())]
        inside = Q(**{f"{by.column}__in": ours})
    else:
        read = [_value(condition, by, each) for each in wanted]
        inside = Q(**{f"{by.column}__in": among(read)}) if read else Q(pk__in=[])
    if len(wanted) < len(values):
        inside |= Q(**{f"{by.column}__isnull": True})
    return inside


def _value(condition: Body, by: Field, value: Any) -> Any:
    if by.kind == "text":
        return _text(condition, value)
    if by.kind == "time":
        read = read_moment(value)
        if read is None:
            raise condition.wrong("value", _("Send a time such as 2026-05-01T12:00:00Z."))
        return read
    is_key = isinstance(value, int) and not isinstance(value, bool)
    if not is_key or not 0 <= value < LARGEST_KEY:
        raise condition.wrong("value", _("Send one whole number."))
    return value


def _text(condition: Body, value: Any) -> str:
    if not isinstance(value, str):
        raise condition.wrong("value", _("Send one text."))
    return value
