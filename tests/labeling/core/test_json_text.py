"""JSON at speed says exactly what the standard library's says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.core.json_text import decode, encode, text_of
from labeling.projects.models import ItemLabels
from tests.factories import ItemFactory

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_written_is_read_back_by_anybody(value):
    assert json.loads(encode(value)) == value


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT)
def test_a_tags_value_is_read_exactly_however_large(value):
    for written in (json.dumps({"value": value}), encode({"value": value}).decode()):
        read = decode(written)["value"]
        assert (type(read), read) == (type(value), value)


def test_numbers_keep_their_kind():
    text = "[1, 1.0, -0.0, 1e-7, 0.1, 9007199254740993]"
    assert repr(decode(text)) == repr(json.loads(text))


def test_half_of_a_character_is_read_and_refused_when_written():
    assert decode(r'"\ud800"') == "\ud800"
    with pytest.raises(UnicodeEncodeError):
        encode("\ud800")


def test_text_is_compact_and_in_utf_8():
    assert encode({"name": "Бен", "at": (1, 2.5)}) == '{"name":"Бен","at":[1,2.5]}'.encode()


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="Expecting"):
        decode("{")


@pytest.mark.django_db
def test_a_column_is_read_as_its_text():
    item = ItemFactory.create()
    document = {"objects": [], "tags": [{"tag": 1, "value": 10**30}]}
    ItemLabels.objects.create(item=item, document=document)
    [text] = ItemLabels.objects.values_list(text_of("document"), flat=True)
    assert isinstance(text, str)
    assert decode(text) == document
