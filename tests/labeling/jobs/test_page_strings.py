"""The scripts' words: each that they ask for is there, in every plural form."""

import re

import pytest
from django.utils import translation

from labeling.jobs.page_strings import COUNTED, EXAMPLES, strings
from tests.source import ROOT

SCRIPTS = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "static/js/label").rglob("*.js"))
)
BUILT = re.compile(r"^(shape|state|tool|saving|gesture|reason)_|_done$")
"""Keys that the scripts put together from parts."""


def test_every_word_that_a_script_asks_for_is_there():
    asked = set(re.findall(r"\bsay\(\s*\"(\w+)\"", SCRIPTS))
    counted = set(re.findall(r"\bsayCount\(\s*\"(\w+)\"", SCRIPTS))
    assert asked <= {key for key, text in strings().items() if isinstance(text, str)}
    assert counted <= set(COUNTED)


def test_no_word_is_carried_that_no_script_asks_for():
    quoted = set(re.findall(r"\"(\w+)\"", SCRIPTS))
    assert [key for key in strings() if key not in quoted and not BUILT.search(key)] == []


def test_counted_words_have_every_form_and_keep_their_places():
    for key, text in COUNTED.items():
        forms = strings()[key]
        assert isinstance(forms, dict)
        assert set(forms) == set(EXAMPLES), key
        assert all(form for form in forms.values()), text


@pytest.mark.parametrize(("number", "form"), [("one", "1 object"), ("other", "2 objects")])
def test_english_tells_one_from_many(number, form):
    with translation.override("en"):
        forms = strings()["objects"]
    assert isinstance(forms, dict)
    assert forms[number].replace("{count}", form.split()[0]) == form
