"""Reading what a script sent: each value by its field, refused in the field's words."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from labeling.core.errors import Invalid

# Digits of a key: columns hold 64 bits.
LARGEST_KEY = 10**18
# Keys in one request: what the SDK itself sends at once is 500 at most, chosen images may be more.
MOST_KEYS = 100_000
# What a number column of ours holds.
LARGEST_NUMBER = 2**31 - 1


class Body:
    """A JSON object of the wire. Every method takes the field's name and says if it is wrong.

    Arguments:
        path: where the object stands in the whole body, for messages.
    """

    def __init__(self, given: Mapping[str, Any], path: str = "") -> None:
        self.given = given
        self.path = path

    def __contains__(self, name: str) -> bool:
        """Whether the field was sent with a value."""
        return self.given.get(name) is not None

    def raw(self, name: str, default: Any = None) -> Any:
        """Whatever was sent."""
        value = self.given.get(name)
        return default if value is None else value

    def wrong(self, name: str, told: Any) -> Invalid:
        """The refusal that names the field."""
        field = f"{self.path}{name}"
        return Invalid({field: [f"{field}: {told}"]})

    def key(self, name: str) -> int:
        """An id.

        Raises:
            Invalid: as all methods here.
        """
        return self._key(name, self.raw(name))

    def key_or_none(self, name: str) -> int | None:
        """An id that may be missing."""
        return self.key(name) if name in self else None

    def keys(self, name: str) -> list[int]:
        """A list of ids, each once, in their order; empty when it is missing."""
        given = self._list(name)
        if len(given) > MOST_KEYS:
            raise self.wrong(name, _("At most %d ids at once.") % MOST_KEYS)
        return list(dict.fromkeys(self._key(name, each) for each in given))

    def _key(self, name: str, value: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            value = int(value[:20])
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST_KEY:
            raise self.wrong(name, _("Send an id, which is a whole number."))
        return value

    def number_or_none(self, name: str) -> int | None:
        """A whole number from 0."""
        value = self.raw(name)
        if value is None:
            return None
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= LARGEST_NUMBER:
            raise self.wrong(name, _("Send a whole number from 0."))
        return int(value)

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self.raw(name, default)
        if not isinstance(value, str):
            raise self.wrong(name, _("Send a text."))
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty when it is missing."""
        given = self._list(name)
        if not all(isinstance(each, str) for each in given):
            raise self.wrong(name, _("Send a list of texts."))
        return given

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        value = self.raw(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, _("Send true or false."))
        return value

    def object(self, name: str) -> "Body":
        """An object inside; an empty one when it is missing."""
        value = self.raw(name, {})
        if not isinstance(value, dict):
            raise self.wrong(name, _("Send an object."))
        return Body(value, f"{self.path}{name}.")

    def parts(self, name: str) -> Iterator["Body"]:
        """The objects of a list; none when it is missing."""
        for number, value in enumerate(self._list(name)):
            if not isinstance(value, dict):
                raise self.wrong(name, _("Send a list of objects."))
            yield Body(value, f"{self.path}{name}[{number}].")

    def _list(self, name: str) -> list[Any]:
        value = self.raw(name, [])
        if not isinstance(value, list):
            raise self.wrong(name, _("Send a list."))
        return value


def moment(at: datetime | None) -> str | None:
    """A time as Supervisely writes it: UTC, milliseconds, Z."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_moment(value: Any) -> datetime | None:
    """A time that a script wrote; None for what is none. Without a zone it is UTC."""
    try:
        read = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read is not None and read.tzinfo is None else read
