"""XML and numbers in texts, as several formats read and write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import IO
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

Number = int | float

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_NUMBER = 400
"""Characters; Python takes minutes for a number of millions of digits."""


READ_AT_ONCE = 1024 * 1024
"""Bytes."""

DEPTH_BOUND = 30
"""Elements within elements; the formats have a handful."""


class TooLargeError(Exception):
    """A stream gave more bytes than it may."""


class Bounded:
    """A stream that gives up once it has given so many bytes since it was last told to go on.

    Arguments:
        most: bytes.
    """

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._stream = stream
        self._most = most
        self._left = most

    def go_on(self) -> None:
        """What was read so far is done with."""
        self._left = self._most

    def read(self, size: int = -1) -> bytes:
        """As a file's, but in larger pieces than asked for; raises TooLargeError.

        A parser that gets a long word in small pieces begins it again with each of them.
        """
        wanted = max(size, READ_AT_ONCE) if size >= 0 else self._left + 1
        data = self._stream.read(min(wanted, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise TooLargeError
        return data


def events_of(stream: Bounded) -> Iterator[tuple[str, Element, int]]:
    """The beginnings and ends of elements, with the number of those around each.

    Raises:
        ParseError, ValueError, LookupError: it is no XML, or far too deep.
        DefusedXmlException: it declares entities.
        TooLargeError: as the stream.
    """
    depth = 0
    for event, element in iterparse(stream, events=("start", "end")):
        if event == "start":
            depth += 1
            if depth > DEPTH_BOUND:
                raise ValueError(_("too deeply nested"))
        else:
            depth -= 1
        yield event, element, depth


def read_number(text: str) -> Number | None:
    """A number, whole where the text has it whole, so that it is written out again as it came."""
    if len(text) > _LONGEST_NUMBER or "_" in text:
        return None
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def number_text(number: Number) -> str:
    """The shortest text that reads back as exactly this number."""
    return repr(number)


def text(value: str) -> str:
    """A text as an XML element's content; what XML cannot hold at all becomes a sign for that."""
    return escape(_UNFIT.sub("\ufffd", value))


def tag(name: str, attributes: Mapping[str, object], *, is_empty: bool = False) -> str:
    """An element's beginning, or the whole of an empty one."""
    told = "".join(
        f" {key}={quoteattr(_UNFIT.sub(chr(0xFFFD), str(value)))}"
        for key, value in attributes.items()
    )
    return f"<{name}{told}{'/' if is_empty else ''}>"


def root_tag(start: bytes) -> str:
    """The name of the first element in the beginning of an XML file; empty when there is none."""
    told = re.sub(rb"<!--.*?-->", b"", start, flags=re.DOTALL)
    found = re.search(rb"<([A-Za-z_][\w.-]*)[\s/>]", told)
    return found[1].decode() if found else ""
