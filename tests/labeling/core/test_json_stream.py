"""Reading large JSON piece by piece gives what reading it whole gives."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.core import json_stream
from labeling.core.json_stream import ArrayReader, JsonError, ObjectReader

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


def array_of(text, stream=io.StringIO, **options):
    return [json.loads(element) for element in ArrayReader(stream(text), **options).elements()]


def take_all(reader, found):
    for element in reader.elements():
        found.append(json.loads(element))


@given(st.lists(values, max_size=5), st.sampled_from((None, 2)))
def test_an_array_is_given_element_by_element(document, indent):
    text = json.dumps(document, indent=indent) + " \n"
    assert array_of(text) == document
    assert array_of(text, Drip) == document


@given(st.lists(values, min_size=1, max_size=5), st.data())
def test_an_array_is_taken_up_again_behind_any_element(document, data):
    raw = json.dumps(document, ensure_ascii=False).encode()
    reader = ArrayReader(io.StringIO(raw.decode("latin-1")))
    count = data.draw(st.integers(1, len(document)))
    for _element in zip(range(count), reader.elements(), strict=False):
        place = reader.place
    rest = ArrayReader(io.StringIO(raw[place:].decode("latin-1")), begun=True)
    texts = [element.encode("latin-1") for element in rest.elements()]
    assert [json.loads(text) for text in texts] == document[count:]


@given(st.lists(values, max_size=4), st.data())
def test_an_array_that_breaks_off_is_told_behind_what_was_whole(document, data):
    text = json.dumps(document)
    reader = ArrayReader(io.StringIO(text[: data.draw(st.integers(0, len(text) - 1))]))
    found: list[object] = []
    with pytest.raises(JsonError):
        take_all(reader, found)
    assert found == document[: len(found)]


@pytest.mark.parametrize(
    "text", ["", "{}", "7", "[1 2]", "[1,]", "[,1]", "[1] 2", "[] []", "[tru]"]
)
def test_what_is_no_array_is_told(text):
    with pytest.raises(JsonError):
        array_of(text)


def test_a_number_of_any_length_ends_no_array():
    assert ArrayReader(io.StringIO("[" + "9" * 6000 + "]")).elements().__next__() == "9" * 6000


def test_the_longest_element_may_be_chosen(monkeypatch):
    monkeypatch.setattr(json_stream, "READ_AT_ONCE", 100)
    with pytest.raises(JsonError, match="too long") as told:
        array_of('["short", "' + "x" * 10_000, bound=500)
    assert told.value.place == 10
