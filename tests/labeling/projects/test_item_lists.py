"""Lists are read row by row, and taken up again at any place."""

import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.projects import item_lists
from labeling.projects.item_lists import BYTE_ORDER_MARK, read_list

rows = st.lists(
    st.dictionaries(st.text(max_size=5), st.text() | st.integers() | st.lists(st.text())),
    min_size=1,
    max_size=6,
)
MARKS = st.sampled_from((b"", BYTE_ORDER_MARK))


def as_lines(documents, ends="\n"):
    return ends.join(json.dumps(each, ensure_ascii=False) for each in documents).encode(
        errors="surrogatepass"
    )


def as_array(documents, indent=None):
    text = json.dumps(documents, ensure_ascii=False, indent=indent)
    return text.encode(errors="surrogatepass")


@given(rows, MARKS, st.sampled_from(("\n", "\r\n", "\n\n \n")), st.data())
def test_lines_are_read_from_any_place(documents, mark, ends, data):
    judge(mark + as_lines(documents, ends), documents, data)


@given(rows, MARKS, st.sampled_from((None, 1)), st.data())
def test_an_array_is_read_from_any_place(documents, mark, indent, data):
    judge(mark + as_array(documents, indent), documents, data)


def judge(content, documents, data):
    """The rows are those that were written, from the beginning and behind any of them."""
    found = list(read_list(BytesIO(content)))
    assert [decoded(row) for row in found] == documents
    assert not any(row.problem for row in found)
    count = data.draw(st.integers(0, len(found)))
    at = found[count - 1].end if count else 0
    assert [decoded(row) for row in read_list(BytesIO(content), at)] == documents[count:]


def decoded(row):
    return json.loads(row.content.decode(errors="surrogatepass"))


@pytest.mark.parametrize("content", [b"", b" \n\n", b"[]", b" [ ] "])
def test_an_empty_list_has_no_rows(content):
    assert list(read_list(BytesIO(content))) == []


def test_a_long_line_is_skipped_to_its_end(monkeypatch):
    monkeypatch.setattr(item_lists, "MOST_ROW_BYTES", 20)
    first, long, last = read_list(BytesIO(b"{}\n" + b"x" * 100 + b"\n{}\n"))
    assert (first.content, last.content) == (b"{}", b"{}")
    assert (bool(long.problem), long.end, last.end) == (True, 104, 107)


def test_a_long_last_line_ends_the_list(monkeypatch):
    monkeypatch.setattr(item_lists, "MOST_ROW_BYTES", 20)
    (long,) = read_list(BytesIO(b"x" * 100))
    assert (bool(long.problem), long.end) == (True, 100)


@pytest.mark.parametrize(
    "content", [b'[{"a": 1}', b'[{"a": 1}, {"a', b'[{"a": 1} 7]', b'[{"a": 1}] {"b": 2}']
)
def test_an_array_that_breaks_says_where_and_ends_there(content):
    first, broken = read_list(BytesIO(content))
    assert first.content == b'{"a": 1}'
    assert "near byte" in broken.problem
    assert list(read_list(BytesIO(content), first.end)) == [broken]
    assert list(read_list(BytesIO(content), broken.end)) == []
