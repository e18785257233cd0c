"""What one data row of an imported list says, judged: no models, no queries.

A row is an object with `row_data` (an address, the key of a file that was uploaded ahead, or
`item:<id>` for the picture of an item that is here already) and, if wanted, `global_key`,
`external_id`, `metadata` and `attachments`.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

import orjson
from django.utils.translation import gettext as _

from labeling.core.api_parsers import is_storable, texts
from labeling.core.fetching import LONGEST_URL, Unreachable, check_address
from labeling.projects.pictures import tidy_name

FIELDS = ("row_data", "global_key", "external_id", "metadata", "attachments")
LONGEST_KEY = 200
LONGEST_NAME = 255
MOST_ATTACHMENTS = 50
MOST_METADATA = 200
# Characters, as JSON, of what is kept beside an item.
MOST_FACTS = 32 * 1024
# Either way; what is larger is no longer exact wherever numbers are 64 bits.
MOST_NUMBER = 10**18
MOST_DIGITS = 20
# Attachments whose value is an address; the value of others is a text to read.
ADDRESSED = frozenset({"IMAGE", "IMAGE_OVERLAY", "VIDEO", "TEXT", "TEXT_URL", "PDF_URL", "HTML"})
WRITTEN = frozenset({"RAW_TEXT"})

# What a part of JSON must hold for a character that no column stores.
_SUSPECTS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_KEY = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\Z")
_ITEM = re.compile(r"item:([1-9][0-9]{0,17})\Z")
_PLAIN_ADDRESS = re.compile(r"(https?://[a-z0-9.:-]+)(?:[/?#][!-~]*)?\Z")


class RowRefused(Exception):
    """A row does not go in; the text says why and what to do.

    Attributes:
        given: what it holds, where that could be read and is not in the caller's hands.
    """

    def __init__(self, message: str, given: Any = None) -> None:
        super().__init__(message)
        self.given = given


class ItemRow(NamedTuple):
    """What a good row says.

    Attributes:
        name: what the item is called; empty when only its place could name it.
        row_data: an address, a key, or `item:<id>`.
        metadata, attachments: JSON.
    """

    name: str
    row_data: str
    global_key: str | None
    external_id: str
    metadata: str
    attachments: str


def read_row(content: bytes) -> Any:
    """What a row's bytes hold.

    Raises:
        RowRefused: they are not JSON, or hold what no database stores.
    """
    try:
        given = _quickly(content)
    except orjson.JSONDecodeError:
        given = _carefully(content)
    if _SUSPECTS.search(content) and not all(map(is_storable, texts(given))):
        raise RowRefused(_("It holds a NUL or half of a surrogate pair. Take that out."), given)
    return given


def _carefully(content: bytes) -> Any:
    """What the quick reader did not take, or in words why nobody does."""
    try:
        return _decode(content.decode())
    except UnicodeDecodeError:
        raise RowRefused(_("It is not UTF-8. Save the list as UTF-8.")) from None
    except RecursionError:
        raise RowRefused(_("It is nested too deeply.")) from None
    except json.JSONDecodeError as error:
        raise RowRefused(
            _("It is not JSON: %(what)s, at character %(place)d of the row.")
            % {"what": error.msg, "place": error.pos + 1}
        ) from None
    except ValueError as error:
        raise RowRefused(_("It is not JSON: %(what)s.") % {"what": error}) from None


def judge_row(given: Any) -> ItemRow:
    """The row, fit for the database.

    Arguments:
        given: decoded JSON, of texts that can be stored.

    Raises:
        RowRefused
    """
    if not isinstance(given, dict):
        raise RowRefused(_('It is not an object. Write {"row_data": "https://…"}.'))
    if not _KNOWN.issuperset(given):
        unknown = ", ".join(sorted(given.keys() - _KNOWN))
        raise RowRefused(
            _("It has fields that are not known: %(names)s. Known are %(known)s.")
            % {"names": unknown[:LONGEST_KEY], "known": ", ".join(FIELDS)}
        )
    row_data = _text(given, "row_data", LONGEST_URL)
    if not row_data:
        raise RowRefused(_("It has no row_data. Give the address of the picture."))
    _check_row_data(row_data)
    global_key = _text(given, "global_key", LONGEST_KEY)
    external_id = _text(given, "external_id", LONGEST_KEY)
    metadata, attachments = given.get("metadata"), given.get("attachments")
    return ItemRow(
        _name(external_id or global_key or _last_part(row_data)),
        row_data,
        global_key or None,
        external_id,
        _metadata(metadata) if metadata not in (None, {}) else "{}",
        _attachments(attachments) if attachments not in (None, []) else "[]",
    )


def item_in(row_data: str) -> int | None:
    """The item whose picture is to be copied; None where the picture lies elsewhere."""
    found = _ITEM.match(row_data)
    return int(found[1]) if found else None


def is_address(row_data: str) -> bool:
    """Whether it says where a picture lies, rather than which file was uploaded."""
    return "://" in row_data


def input_of(given: Any) -> dict[str, Any]:
    """What is kept of a row that did not go in, so that it can be given back, or tried again.

    Returns:
        The row's known fields. With `incomplete` where that is less than the row had: then
        trying it again would not be the same row.
    """
    if not isinstance(given, dict):
        return {"incomplete": True}
    known = {name: given[name] for name in FIELDS if name in given}
    try:
        written = json.dumps(known, allow_nan=False)
    except ValueError:
        written = ""
    is_whole = 0 < len(written) <= MOST_FACTS * 2 and all(map(is_storable, texts(known)))
    if is_whole and len(known) == len(given) and _has_fit_numbers(known):
        return known
    short = {
        name: "".join(sign if is_storable(sign) else "�" for sign in value[:LONGEST_KEY])
        for name, value in known.items()
        if isinstance(value, str)
    }
    return {**short, "incomplete": True}


def shown_name(given: Any) -> str:
    """What a person would call a row that did not go in; may be empty."""
    if isinstance(given, dict):
        for field in ("external_id", "global_key", "row_data"):
            value = given.get(field)
            if value and isinstance(value, str):
                return _name(value)
    return ""


_KNOWN = frozenset(FIELDS)


def _no_constant(name: str) -> Any:
    raise ValueError(_("%(name)s is no number") % {"name": name})


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(_("a number has more than %(most)d digits") % {"most": MOST_DIGITS})
    return int(digits)


_quickly = orjson.loads
_decode = json.JSONDecoder(parse_constant=_no_constant, parse_int=_integer).decode


def _text(given: Mapping[str, Any], field: str, most: int) -> str:
    value = given.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RowRefused(_("%(field)s must be a text: put it in quotes.") % {"field": field})
    if not value.strip():
        raise RowRefused(_("%(field)s is blank. Fill it in or leave it out.") % {"field": field})
    if len(value) > most:
        raise RowRefused(
            _("%(field)s has more than %(most)d characters. Shorten it.")
            % {"field": field, "most": most}
        )
    return value


def _check_row_data(row_data: str) -> None:
    if is_address(row_data):
        _check_address(row_data, "row_data")
    elif not _KEY.match(row_data) and item_in(row_data) is None:
        raise RowRefused(
            _(
                "row_data is neither an address (https://…) nor the key of a file that was "
                "uploaded ahead, nor item:<id> for a picture that is here already."
            )
        )


def _check_address(url: str, field: str) -> None:
    plain = _PLAIN_ADDRESS.match(url)
    try:
        # Lists name the same few hosts over and over; behind a host anything printable may stand.
        if plain and len(url) <= LONGEST_URL:
            _check_host(plain[1])
        else:
            check_address(url)
    except Unreachable as refusal:
        raise RowRefused(f"{field}: {refusal}") from None


@lru_cache(maxsize=4096)
def _check_host(origin: str) -> None:
    check_address(origin)


def _metadata(given: Any) -> str:
    if not isinstance(given, dict):
        raise RowRefused(_('metadata must be an object: {"name": "value", …}.'))
    if len(given) > MOST_METADATA:
        raise RowRefused(
            _("metadata has more than %(most)d names. Leave some out.") % {"most": MOST_METADATA}
        )
    for name, value in given.items():
        if not name.strip() or len(name) > LONGEST_KEY:
            raise RowRefused(
                _("A name in metadata is blank or has more than %(most)d characters.")
                % {"most": LONGEST_KEY}
            )
        if isinstance(value, int | float) and not -MOST_NUMBER <= value <= MOST_NUMBER:
            raise RowRefused(
                _("metadata “%(name)s” is a number beyond 10¹⁸. Write it as a text.")
                % {"name": name}
            )
        if not isinstance(value, str | int | float):
            raise RowRefused(
                _("metadata “%(name)s” must be a text, a number, true or false.") % {"name": name}
            )
    return _as_facts(given, "metadata")


def _attachments(given: Any) -> str:
    if not isinstance(given, list):
        raise RowRefused(_('attachments must be a list: [{"type": "IMAGE", "value": "…"}].'))
    if len(given) > MOST_ATTACHMENTS:
        raise RowRefused(
            _("It has more than %(most)d attachments. Leave some out.") % {"most": MOST_ATTACHMENTS}
        )
    return _as_facts([_attachment(each) for each in given], "attachments")


def _attachment(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not given.keys() <= {"type", "value", "name"}:
        raise RowRefused(_("An attachment has type, value and, if wanted, a name; nothing else."))
    kind = _text(given, "type", LONGEST_KEY)
    if kind not in ADDRESSED | WRITTEN:
        raise RowRefused(
            _("The type of an attachment is one of %(types)s.")
            % {"types": ", ".join(sorted(ADDRESSED | WRITTEN))}
        )
    value = _text(given, "value", MOST_FACTS)
    if not value:
        raise RowRefused(_("An attachment has no value. Give its address or its text."))
    if kind in ADDRESSED:
        _check_address(value, "attachments")
    return {"type": kind, "value": value, "name": _text(given, "name", LONGEST_NAME)}


def _as_facts(given: Any, field: str) -> str:
    written = orjson.dumps(given).decode()
    if len(written) > MOST_FACTS:
        raise RowRefused(
            _("%(field)s takes more than %(most)d kB. Leave some out.")
            % {"field": field, "most": MOST_FACTS // 1024}
        )
    return written


def _has_fit_numbers(data: Any) -> bool:
    """Whether no number is one that a row is refused for."""
    waiting = [data]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, int | float) and not -MOST_NUMBER <= each <= MOST_NUMBER:
            return False
    return True


def _last_part(row_data: str) -> str:
    """The last part of an address's path; empty when it has none."""
    if not is_address(row_data):
        return ""
    path = row_data.split("://", 1)[1].split("#", 1)[0].split("?", 1)[0]
    return unquote(path.partition("/")[2].rstrip("/").rpartition("/")[2])


def _name(name: str) -> str:
    if not name or (len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()):
        return name
    return tidy_name(name)
