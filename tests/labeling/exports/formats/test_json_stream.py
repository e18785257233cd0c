"""Reading large JSON piece by piece gives what reading it whole gives."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.exports.formats import json_stream
from labeling.exports.formats.json_stream import JsonError, ObjectReader

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


class Drip(io.StringIO):
    """A stream that gives one character at a time, so that every boundary is met."""

    def read(self, size=-1):
        return super().read(1)


def read(text, stream=io.StringIO):
    return [(name, json.loads(element)) for name, element in ObjectReader(stream(text)).elements()]


def expected(document):
    return [
        (name, element)
        for name, value in document.items()
        for element in (value if isinstance(value, list) else [value])
    ]


@given(st.dictionaries(st.text(), values, max_size=4), st.sampled_from((None, 2)))
def test_every_member_is_given_element_by_element(document, indent):
    text = json.dumps(document, indent=indent)
    assert read(text) == expected(document)
    assert read("\ufeff" + text, Drip) == expected(document)


@given(st.dictionaries(st.text(), values, min_size=1, max_size=4), st.data())
def test_a_file_that_breaks_off_is_told(document, data):
    text = json.dumps(document)
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(JsonError):
        read(text[:cut])


@pytest.mark.parametrize(
    "text", ["", "[]", "7", "{7: 1}", '{"a" 1}', '{"a": 1 "b": 2}', '{"a": [1 2]}', '{"a": }']
)
def test_what_is_no_object_is_told(text):
    with pytest.raises(JsonError):
        read(text)


def test_depth_is_told():
    with pytest.raises(JsonError, match="nested"):
        read('{"a": [' + "[" * 200_000 + "]" * 200_000 + "]}")


def test_a_value_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(json_stream, "VALUE_BOUND", 10_000)
    monkeypatch.setattr(json_stream, "READ_AT_ONCE", 1_000)
    with pytest.raises(JsonError, match="too long"):
        read('{"a": "' + "x" * 100_000)
