"""Reading large JSON without holding it: arrays element by element."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO

READ_AT_ONCE = 256 * 1024
"""Characters read at once."""

VALUE_BOUND = 64 * 1024 * 1024
"""Characters of the longest single value that is read."""

_BLANK = re.compile(r"[ \t\n\r]*")
# A number at the end of what was read may go on behind it, and 0. is none yet.
_MAY_GO_ON = re.compile(r"[0-9.eE+-]*\Z")


class JsonError(ValueError):
    """Text that is not JSON, or not what was expected at the top; says about where.

    Attributes:
        what: is wrong, in English.
        place: characters before it, from where the reader began.
    """

    def __init__(self, what: str, place: int) -> None:
        super().__init__(f"{what} (near character {place})")
        self.what = what
        self.place = place


class _Reader:
    """Takes values from a text one after the other.

    Arguments:
        stream: text, read from where it stands.
        bound: characters of the longest value that is read; VALUE_BOUND when 0.
    """

    _decode = staticmethod(json.JSONDecoder().raw_decode)

    def __init__(self, stream: IO[str], bound: int = 0) -> None:
        self._stream = stream
        self._bound = bound or VALUE_BOUND
        self._text = ""
        self._at = 0
        self._passed = 0
        self._ended = False

    @property
    def place(self) -> int:
        """How many characters were taken, from where the stream stood."""
        return self._passed + self._at

    def _value(self) -> str:
        """The text of the next value, read whole."""
        self._next()
        while True:
            try:
                _value, end = self._decode(self._text, self._at)
            except RecursionError:
                raise self._error("too deeply nested") from None
            except ValueError as error:
                if self._ended:
                    raise self._error(str(error)) from None
                self._more()
                continue
            if not self._ended and _MAY_GO_ON.match(self._text, end):
                self._more()
                continue
            text = self._text[self._at : end]
            self._at = end
            return text

    def _next(self) -> str:
        """The next character that is not blank, not taken."""
        while True:
            match = _BLANK.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                raise self._error("the file breaks off")
            self._more()

    def _take(self, wanted: str) -> str:
        found = self._next()
        if found not in wanted:
            raise self._error(f"one of {' '.join(wanted)} is missing")
        self._at += 1
        return found

    def _expect(self, wanted: str, skipped: str = "") -> None:
        if skipped and self._next() == skipped:
            self._at += 1
        self._take(wanted)

    def _more(self) -> None:
        """Read on; twice as much each time for a value that is still not whole."""
        kept = self._text[self._at :]
        if len(kept) > self._bound:
            raise self._error("a value is too long")
        self._passed += self._at
        more = self._stream.read(max(READ_AT_ONCE, len(kept)))
        self._ended = not more
        self._text = kept + more
        self._at = 0

    def _error(self, what: str) -> JsonError:
        return JsonError(what, self.place)


class ObjectReader(_Reader):
    """Walks through the members of the one object that a file holds."""

    def elements(self) -> Iterator[tuple[str, str]]:
        """(member, text) for each element of each member's array, and for each other value.

        The text is the element's JSON. Raises JsonError where the file stops being JSON; what
        was given until then stands.
        """
        self._expect("{", "\ufeff")
        if self._next() == "}":
            return
        while True:
            key = self._value()
            if not isinstance(json.loads(key), str):
                raise self._error("a member's name is missing")
            self._expect(":")
            name = json.loads(key)
            if self._next() == "[":
                for text in self._array():
                    yield name, text
            else:
                yield name, self._value()
            if self._take(",}") == "}":
                return

    def _array(self) -> Iterator[str]:
        self._expect("[")
        if self._next() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if self._take(",]") == "]":
                return


# What a value ends in that says by itself that it is whole.
SELF_ENDING = '}]"'


class ArrayReader(_Reader):
    """Walks through the elements of the one array that a file holds.

    A reader over bytes that were decoded as Latin-1 gives them back unchanged, and its `place` is
    a number of bytes: where a later reader can go on.

    Arguments:
        begun: the stream stands behind an element rather than before the array.
    """

    # Whoever reads an element judges its numbers; here they need only to end somewhere.
    _decode = staticmethod(json.JSONDecoder(parse_int=float).raw_decode)

    def __init__(self, stream: IO[str], bound: int = 0, begun: bool = False) -> None:
        super().__init__(stream, bound)
        self._begun = begun

    def elements(self) -> Iterator[str]:
        """The text of each element; nothing but blanks may follow the array.

        Raises JsonError where the file stops being an array; what was given until then stands.
        """
        if not self._begun:
            self._expect("[")
            if self._next() == "]":
                self._at += 1
                self._expect_end()
                return
            self._begun = True
            yield self._element()
        while self._take(",]") == ",":
            yield self._element()
        self._expect_end()

    def _element(self) -> str:
        text = self._value()
        if text[-1] not in SELF_ENDING:
            self._next()  # where the file breaks off, a number may have been longer
        return text

    def _expect_end(self) -> None:
        try:
            found = self._next()
        except JsonError:
            return
        raise self._error(f"{found} follows the end of the array")
