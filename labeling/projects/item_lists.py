"""Lists of data rows as people send them: NDJSON lines, or one JSON array.

A list is read row by row, in constant memory, and taken up again at any place that was noted. What
a row says is judged elsewhere (see `item_rows`); here it only has to end somewhere.
"""

from collections.abc import Iterator
from functools import partial
from io import TextIOWrapper
from typing import IO, NamedTuple

from django.utils.translation import gettext as _

from labeling.core.json_stream import ArrayReader, JsonError

MOST_ROW_BYTES = 1024 * 1024
HEAD_BYTES = 4096
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLANKS = b" \t\r\n"


class ListRow(NamedTuple):
    """One row.

    Attributes:
        content: its bytes, JSON or not.
        end: bytes of the list up to its end: where the next row is looked for.
        problem: why there is no content, for people; empty when there is.
    """

    content: bytes
    end: int
    problem: str = ""


def read_list(file: IO[bytes], at: int = 0) -> Iterator[ListRow]:
    """The rows of a list, in their order; blank lines are none.

    A line that is no row is told, and the next one is read; an array ends where it stops being
    one, with a row that says so.

    Arguments:
        file: seekable, and left open.
        at: the `end` of the row behind which to begin; 0 for the first.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    begin = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    is_array = head[begin:].lstrip(BLANKS).startswith(b"[")
    if at > file.seek(0, 2):
        return iter(())
    file.seek(at or begin)
    if is_array:
        return _elements(file, at or begin, begun=at > 0)
    return _lines(file, at or begin)


def _lines(file: IO[bytes], end: int) -> Iterator[ListRow]:
    for line in iter(partial(file.readline, MOST_ROW_BYTES + 1), b""):
        end += len(line)
        if len(line) > MOST_ROW_BYTES and not line.endswith(b"\n"):
            end += _skipped(file)
            yield ListRow(b"", end, too_long())
        elif content := line.strip(BLANKS):
            yield ListRow(content, end)


def _skipped(file: IO[bytes]) -> int:
    """Go to the end of a line that is too long; answers how many bytes that took."""
    count = 0
    for rest in iter(partial(file.readline, MOST_ROW_BYTES), b""):
        count += len(rest)
        if rest.endswith(b"\n"):
            break
    return count


def _elements(file: IO[bytes], begin: int, begun: bool) -> Iterator[ListRow]:
    # Latin-1 gives every byte back as it was, so that places are numbers of bytes.
    text = TextIOWrapper(file, encoding="latin-1", newline="")
    reader = ArrayReader(text, MOST_ROW_BYTES, begun)
    try:
        for element in reader.elements():
            yield ListRow(element.encode("latin-1"), begin + reader.place)
    except JsonError as error:
        place = begin + error.place
        behind = file.seek(0, 2) + 1  # where nothing follows, not even this once more
        yield ListRow(b"", behind, _broken(error.what, place))
    finally:
        text.detach()


def too_long() -> str:
    """The words for a row of too many bytes."""
    return _("The row is longer than %(most)d kB. Put less into it.") % {
        "most": MOST_ROW_BYTES // 1024
    }


def _broken(what: str, place: int) -> str:
    return _(
        "Here the list stops being JSON, near byte %(place)d: %(what)s. The rows before it went "
        "in, those behind it were not read. Mend it there and import the rest, or send one row a "
        "line: then a bad row stops no other."
    ) % {"place": place, "what": what}
