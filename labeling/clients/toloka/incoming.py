"""The items of a request, read: rows of an import, or keys of items that are there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.utils.translation import gettext as _

from labeling.clients.toloka.words import key_of
from labeling.core.errors import Invalid
from labeling.projects.item_rows import RowRefused, is_address, judge_row

# More at once would outlast the client's patience of ten seconds.
MOST_ITEMS = 10_000
MOST_TOLD = 100
# What the client's words for an item are in our import; anything else is a fact of the item.
FIELDS: Mapping[str, str] = {"image_url": "row_data", "id": "external_id"}


@dataclass
class Incoming:
    """Items by their number in the request, from 0.

    Attributes:
        rows: those that an import makes, in its words; whatever was sent where that is no object.
        keys: those that are there already, by their key.
        problems: what is wrong, of rows as of keys.
    """

    rows: dict[int, Any] = field(default_factory=dict)
    keys: dict[int, int] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)


def read_items(given: Any) -> Incoming:
    """The items of a request, judged by themselves.

    Raises:
        Invalid: they are no list, or too many.
    """
    if not isinstance(given, list) or not given:
        raise Invalid({"items": [_("Send a list of at least one item.")]})
    if len(given) > MOST_ITEMS:
        told = _("At most %d items at once. Add the others with further requests.")
        raise Invalid({"items": [told % MOST_ITEMS]})
    coming = Incoming()
    seen: set[int] = set()
    for number, each in enumerate(given):
        if isinstance(each, dict) and each.get("item_id") is not None:
            key = key_of(each["item_id"])
            coming.keys[number] = key
            if key in seen:
                coming.problems[number] = _("This item_id stands there twice.")
            seen.add(key)
        else:
            coming.rows[number] = row = our_row(each)
            problem = _problem(row)
            if problem:
                coming.problems[number] = problem
    return coming


def our_row(given: Any) -> Any:
    """An item's input data in the words of our import; what it does not know are facts."""
    if not isinstance(given, dict):
        return given
    row = {ours: given[theirs] for theirs, ours in FIELDS.items() if given.get(theirs) is not None}
    known = (*FIELDS, "item_id")
    facts = {name: value for name, value in given.items() if name not in known}
    kept = {name: value for name, value in facts.items() if value is not None}
    return {**row, "metadata": kept} if kept else row


def line_of(row: Any) -> bytes:
    """A row as a line of a list; whatever cannot be a line is one that the import refuses."""
    try:
        return orjson.dumps(row)
    except TypeError:  # numbers of more than 64 bits, or nested too deeply
        return orjson.dumps(str(type(row)))


def _problem(row: Any) -> str:
    """Why our import would refuse a row, in the client's words; empty when it would not."""
    if not isinstance(row, dict):
        return _('It is not an object. Write {"image_url": "https://…"}.')
    if "row_data" not in row:
        return _("Give the address of the picture as image_url, or an item of ours as item_id.")
    if isinstance(row["row_data"], str) and not is_address(row["row_data"]):
        return _("image_url is no address. Write https://… .")
    try:
        judge_row(row)
    except RowRefused as refusal:
        return in_client_words(str(refusal))
    return ""


def in_client_words(told: str) -> str:
    """What our import says about a row, with the fields as the client calls them."""
    for theirs, ours in FIELDS.items():
        told = told.replace(ours, theirs)
    return told


def refuse_wrong(coming: Incoming, *, skip: bool) -> None:
    """Refuse the whole request if an item is wrong, unless wrong ones are to be skipped.

    Raises:
        Invalid
    """
    if skip or not coming.problems:
        return
    wrong = sorted(coming.problems.items())[:MOST_TOLD]
    raise Invalid({f"items.{number}": [problem] for number, problem in wrong})
