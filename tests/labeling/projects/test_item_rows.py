"""Whatever a row of a list holds, it is judged: it goes in as it is, or is refused in words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.core.api_parsers import is_storable, texts
from labeling.projects.item_rows import (
    FIELDS,
    LONGEST_NAME,
    MOST_NUMBER,
    ItemRow,
    RowRefused,
    input_of,
    judge_row,
    read_row,
)

URL = "https://example.org/pear.png"

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
storable = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
facts = st.dictionaries(
    storable.filter(lambda name: 0 < len(name.strip()) <= len(name) < 100),
    storable | st.booleans() | st.integers(-MOST_NUMBER, MOST_NUMBER) | st.floats(-1e18, 1e18),
    max_size=5,
)
keys = st.none() | storable.filter(str.strip).map(lambda text: text[:200]).filter(str.strip)


def judged(content: bytes) -> ItemRow | str:
    """The row, or why there is none."""
    try:
        return judge_row(read_row(content))
    except RowRefused as refusal:
        return str(refusal)


@given(anything | st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, anything)))
def test_any_json_goes_in_or_is_refused_in_words_and_can_be_kept(data):
    row = judged(json.dumps(data).encode())
    assert row if isinstance(row, str) else row.row_data == data["row_data"]
    kept = json.dumps(input_of(data), allow_nan=False)
    assert all(map(is_storable, texts(json.loads(kept))))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_in_words(content):
    assert judged(content)


@given(facts, keys, keys)
def test_what_fits_is_kept_exactly(metadata, global_key, external_id):
    told = {
        "row_data": URL,
        "metadata": metadata,
        "global_key": global_key,
        "external_id": external_id,
    }
    row = judge_row(read_row(json.dumps(told).encode()))
    assert json.loads(row.metadata) == metadata
    assert (row.global_key, row.external_id) == (global_key, external_id or "")
    assert 0 < len(row.name) <= LONGEST_NAME
    assert row.name.isprintable()
    assert input_of(told) == told


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a/b.png", "b.png"),
        ("https://example.org/a/b.png/", "b.png"),
        ("https://example.org/a/b%2Fc.png?x=/y#/z", "b/c.png"),
        ("https://example.org", ""),
        ("https://example.org?x=/y.png", ""),
        ("https://example.org/%00%ff.png", "_�.png"),
    ],
)
def test_an_address_gives_its_last_part_as_a_name(url, name):
    assert judge_row({"row_data": url}).name == name


ADDRESSES = [
    "http://a@b.example",
    "https://",
    "https:///a",
    "HTTP://[::1",
    "https://example.org:22/",
]


@pytest.mark.parametrize("url", ADDRESSES)
def test_what_the_fetcher_would_not_visit_is_no_row_data(url):
    with pytest.raises(RowRefused, match="row_data"):
        judge_row({"row_data": url})


@pytest.mark.parametrize("depth", [100, 100_000])
def test_depth_is_refused(depth: int):
    content = b'{"row_data": ' + b"[" * depth + b"]" * depth + b"}"
    with pytest.raises(RowRefused):
        judge_row(read_row(content))


def test_a_number_of_thousands_of_digits_is_refused():
    with pytest.raises(RowRefused, match="digits"):
        read_row(b'{"metadata": {"a": ' + b"9" * 10_000 + b"}}")


def test_what_is_kept_of_a_row_is_bounded():
    long: dict[str, Any] = {"row_data": "x" * 500, "metadata": {"a": "y" * 900_000}}
    assert input_of(long) == {"row_data": "x" * 200, "incomplete": True}
    assert input_of({"row_data": URL, "colour": "red"}) == {"row_data": URL, "incomplete": True}
    assert input_of([1]) == {"incomplete": True}
