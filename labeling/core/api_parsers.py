"""How REST reads what it is sent: bounded in bytes, and only what a column can store."""

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.utils import json as strict_json

# What the parts of a form weigh besides the files in them.
FORM_BYTES = 1024 * 1024
# JSON that holds none of these cannot hold a character that no column stores.
SUSPECTS = ("\\u0000", "\\ud", "\\uD")


class TooLarge(APIException):
    """A body of more bytes than this address takes; nothing of it was read."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("This is more than one request may send.")
    default_code = "too_large"


def refuse_large(parser_context: Mapping[str, Any] | None, most: int) -> None:
    """Refuse a body by its declared length, beyond which the server does not read.

    Raises:
        TooLarge
    """
    request = (parser_context or {}).get("request")
    length = request.META.get("CONTENT_LENGTH") if request is not None else None
    if length and length.isdecimal() and int(length) > most:
        raise TooLarge


class PlainJsonParser(JSONParser):
    """JSON as RFC 8259 has it (UTF-8, no NaN) without characters that no database stores."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The decoded body.

        Raises:
            ParseError, TooLarge
        """
        refuse_large(parser_context, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            text = stream.read().decode("utf-8-sig")
            data = json.loads(text, parse_constant=strict_json.strict_constant)
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deeply.")) from error
        except ValueError as error:
            raise ParseError(_("This is no JSON: %s") % error) from error
        if any(suspect in text for suspect in SUSPECTS) and not all(map(is_storable, texts(data))):
            raise ParseError(_("Texts must not hold NUL or half of a surrogate pair."))
        return data


def texts(data: Any) -> Iterator[str]:
    """Every text in decoded JSON, keys included."""
    waiting = [data]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting.extend(each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def is_storable(text: str) -> bool:
    """Whether a database takes the text: PostgreSQL no NUL, UTF-8 no lone surrogates."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


class _Form:
    """What the two form parsers share."""

    most_setting: ClassVar[str]

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The decoded form.

        Raises:
            ParseError, TooLarge
        """
        refuse_large(parser_context, getattr(settings, self.most_setting) + FORM_BYTES)
        try:
            return super().parse(stream, media_type, parser_context)  # type: ignore[misc]
        except (LookupError, ValueError) as error:
            raise ParseError(_("This form cannot be read: %s") % error) from error


class PlainFormParser(_Form, FormParser):
    """Fields as a page sends them."""

    most_setting = "DATA_UPLOAD_MAX_MEMORY_SIZE"


class PlainMultiPartParser(_Form, MultiPartParser):
    """Fields and files."""

    most_setting = "LABELDESK_MAX_UPLOAD_BYTES"
