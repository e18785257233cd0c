"""What the client's `find_…` calls ask for: comparisons, an order, a limit.

A parameter that is not known is refused: what was not filtered must not look filtered. The client's
`get_…` calls page by `id_gt`, sorted by id.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from labeling.clients.toloka.words import read_moment
from labeling.core.api_parsers import is_storable
from labeling.core.errors import Invalid
from labeling.core.http import is_key

M = TypeVar("M", bound=Model)

COMPARISONS = ("gt", "gte", "lt", "lte")
ID, NAME, DATE = "id", "name", "date"
# What a page has when the script names no limit.
USUAL = 100


@dataclass(frozen=True)
class Fields:
    """What a list of the client can be asked for.

    Attributes:
        compared: the fields that are compared, each an ID, a NAME or a DATE.
        sorted: the fields that it is sorted by.
        words: further parameters.
        most: the largest limit.
    """

    compared: Mapping[str, str]
    sorted: Collection[str]
    words: Collection[str] = ()
    most: int = 1_000


@dataclass(frozen=True)
class Search:
    """One search, read.

    Attributes:
        comparisons: field, comparison, value; an id's value is its text.
        order: fields, with `-` in front where the largest goes first.
        words: the further parameters that were sent and are not empty.
    """

    comparisons: Sequence[tuple[str, str, Any]]
    order: Sequence[str]
    limit: int
    words: Mapping[str, Sequence[str]]

    def word(self, name: str) -> str:
        """A further parameter; empty when it was not sent."""
        return self.words[name][-1] if self.words.get(name) else ""


def read_search(request: HttpRequest, fields: Fields) -> Search:
    """The search in a request's query.

    Raises:
        Invalid: a parameter is not known, or its value does not fit.
    """
    query = request.GET
    compared = {f"{name}_{each}": (name, each) for name in fields.compared for each in COMPARISONS}
    known = {*compared, *fields.words, "after_id", "sort", "limit"}
    for name in query:
        if name not in known:
            told = _("This cannot be searched for. Known are %(names)s.")
            raise Invalid({name[:100]: [told % {"names": ", ".join(sorted(known))}]})
    comparisons = [
        (field, each, _value(name, query[name], fields.compared[field]))
        for name, (field, each) in compared.items()
        if name in query
    ]
    if query.get("after_id"):
        comparisons.append((ID, "gt", query["after_id"]))
    words = {name: [each for each in query.getlist(name) if each] for name in fields.words}
    for name, values in words.items():
        for each in values:
            _refuse_unstorable(name, each)
    return Search(comparisons, _order(query, fields), _limit(query, fields.most), words)


def _value(name: str, text: str, kind: str) -> Any:
    _refuse_unstorable(name, text)
    return read_moment(name, text) if kind == DATE else text


def _refuse_unstorable(name: str, text: str) -> None:
    if not is_storable(text):
        raise Invalid({name: [_("This text holds a character that nothing can have.")]})


def _order(query: QueryDict, fields: Fields) -> list[str]:
    order = [each for each in query.get("sort", "").split(",") if each] or [ID]
    for each in order:
        if each.removeprefix("-") not in fields.sorted:
            told = _("Sort by %(names)s, with a minus in front for the largest first.")
            raise Invalid({"sort": [told % {"names": ", ".join(fields.sorted)}]})
    return order


def _limit(query: QueryDict, most: int) -> int:
    given = query.get("limit") or str(USUAL)
    if not is_key(given) or not 1 <= int(given) <= most:
        raise Invalid({"limit": [_("A number from 1 to %d.") % most]})
    return int(given)


def matching(found: QuerySet[M], search: Search, columns: Mapping[str, str]) -> QuerySet[M]:
    """The rows that fit a search's comparisons, in its order.

    Arguments:
        columns: the column of each field.

    Raises:
        Invalid: an id is no id.
    """
    for field, comparison, value in search.comparisons:
        if field == ID and not is_key(value):
            raise Invalid({f"id_{comparison}": [_("This is no id.")]})
        found = found.filter(**{f"{columns[field]}__{comparison}": value})
    return found.order_by(*in_order(search.order, columns), "pk")


def in_order(order: Sequence[str], columns: Mapping[str, str]) -> list[Any]:
    """The order of a search for a query; what has no value comes last."""
    orders = []
    for each in order:
        column = F(columns[each.removeprefix("-")])
        backwards = each.startswith("-")
        orders.append(column.desc(nulls_last=True) if backwards else column.asc(nulls_last=True))
    return orders


def page(found: QuerySet[M], limit: int) -> tuple[list[M], bool]:
    """As many rows as wanted, and whether there are more."""
    rows = list(found[: limit + 1])
    return rows[:limit], len(rows) > limit


def listed(content: Sequence[Any], *, more: bool) -> dict[str, Any]:
    """A page as the client reads it."""
    return {"content": list(content), "has_more": more}
