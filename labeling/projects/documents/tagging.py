"""Reading tags and their values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from labeling.projects.documents.rules import TAG_TEXT_LENGTH, TAGS_BOUND, Rules, TagRule
from labeling.projects.documents.types import Tag

Say = Callable[[str, str], None]


def read_tags(
    raw: Any, rules: Rules, kind: int | None, stored: list[Tag], say: Say, path: str
) -> list[Tag]:
    """The tags of an object of class `kind`, or of the image when that is None.

    `stored` are the tags that stood there before: such a tag is accepted unchanged whatever the
    rules say, and one that is not offered is carried over when `raw` leaves it out. What is wrong
    is told through `say` and left out.
    """
    if not isinstance(raw, list | tuple):
        say(path, _("A list of tags is needed."))
        return list(stored)
    if len(raw) > TAGS_BOUND:
        say(path, _("More than %(n)s tags in one place.") % {"n": TAGS_BOUND})
        return list(stored)
    before = {each["tag"]: each for each in stored}
    tags: dict[int, Tag] = {}
    for number, each in enumerate(raw):
        tag = _read_tag(each, rules, kind, before, say, f"{path}[{number}]")
        if tag is None:
            continue
        if tag["tag"] in tags:
            say(f"{path}[{number}].tag", _("This tag is already there."))
            continue
        tags[tag["tag"]] = tag
    missing = [each for each in stored if each["tag"] not in {**tags, **rules.tags}]
    return [*missing, *tags.values()]


def _read_tag(
    raw: Any, rules: Rules, kind: int | None, before: dict[int, Tag], say: Say, path: str
) -> Tag | None:
    if not isinstance(raw, dict) or not set(raw) <= {"tag", "value"}:
        say(path, _("A tag has the fields tag and value."))
        return None
    number, value = raw.get("tag"), raw.get("value")
    if type(number) is not int:
        say(f"{path}.tag", _("A tag is named by its number."))
        return None
    was = before.get(number)
    if was is not None and type(was["value"]) is type(value) and was["value"] == value:
        return was
    rule = rules.tags.get(number)
    if rule is None:
        refusal = (
            _("This tag is not offered here.")
            if was is None
            else _("This tag is not offered here, so it may not change.")
        )
        say(f"{path}.tag", refusal)
        return None
    misplaced = _misplaced(rule, kind)
    if misplaced:
        say(f"{path}.tag", misplaced)
        return None
    wrong = _wrong_value(rule, value)
    if wrong:
        say(f"{path}.value", wrong)
        return None
    return Tag(tag=number, value=value)


def _misplaced(rule: TagRule, kind: int | None) -> str | None:
    if kind is None:
        return _("This tag is for objects only.") if rule.applies_to == "objects" else None
    if rule.applies_to == "images":
        return _("This tag is for images only.")
    if rule.classes and kind not in rule.classes:
        return _("This tag is not for objects of this class.")
    return None


def _wrong_value(rule: TagRule, value: Any) -> str | None:
    """Why `value` does not fit the rule, or None."""
    if rule.value_type == "none":
        return None if value is None else _("This tag takes no value.")
    if rule.value_type == "number":
        return None if _is_number(value) else _("This tag takes a finite number.")
    if rule.value_type == "choice":
        if isinstance(value, str) and value in rule.choices:
            return None
        return _("This tag takes one of: %(choices)s.") % {"choices": ", ".join(rule.choices)}
    if _is_text(value):
        return None
    return _("This tag takes a text of 1 to %(n)s characters.") % {"n": TAG_TEXT_LENGTH}


def _is_number(value: Any) -> bool:
    if type(value) not in (int, float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _is_text(value: Any) -> bool:
    """Whether a value is text that any database and file can hold.

    Line breaks and tabs are text; other control characters and lone surrogates are not.
    """
    return (
        isinstance(value, str)
        and 1 <= len(value) <= TAG_TEXT_LENGTH
        and "".join(value.split("\n")).replace("\t", "").isprintable()
    )
