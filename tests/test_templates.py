"""What every template promises: no inline code, no other host, no words beyond translation."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates
from django.template.loader import get_template

from tests.markup import Markup, bare
from tests.source import ROOT, sources, templates

# Words that are the same in every language, and why.
NAMES = {
    "Labeldesk": "the product's name",
    "CSV": "the name of a file format",
    "NDJSON": "the name of a file format",
}

# Asked for by the framework itself when a request fails.
FAILURES = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"}

PAGES = [path for path in templates() if path.suffix == ".html"]


def named(path: Path) -> str:
    """A template's name as the code writes it."""
    return str(path.relative_to(ROOT / "templates"))


@pytest.fixture(scope="module")
def pages() -> dict[str, Markup]:
    """Every HTML template of ours, parsed."""
    return {named(path): Markup(path) for path in PAGES}


def test_no_template_has_inline_scripts_or_styles(pages):
    inline = [
        f"{name}:{body.line}" for name, page in pages.items() for body in page.script_bodies
    ] + [
        f"{name}:{each.line} {each.name}"
        for name, page in pages.items()
        for each in page.attributes
        if each.name == "style" or each.name.startswith(("on", "hx-on"))
    ]
    assert not inline


def test_htmx_values_are_never_code(pages):
    code = [
        f"{name}:{each.line} {each.name}"
        for name, page in pages.items()
        for each in page.attributes
        if each.name.startswith("hx-") and each.value.lstrip().startswith(("js:", "javascript:"))
    ]
    assert not code


def test_no_page_loads_anything_from_another_host(pages):
    loading = {"script": "src", "img": "src", "link": "href", "iframe": "src", "use": "href"}
    foreign = [
        f"{name}:{each.line} {each.value}"
        for name, page in pages.items()
        for each in page.attributes
        if loading.get(each.tag) == each.name and re.match(r"(https?:)?//", each.value)
    ]
    assert not foreign


def test_every_word_on_a_page_can_be_translated(pages):
    names_used = set()
    bare_words = []
    for name, page in pages.items():
        for each in page.words:
            left = each.text
            for word in NAMES:
                if word in left:
                    names_used.add(word)
                    left = left.replace(word, "")
            if re.search(r"[^\W\d_]{2,}", left):
                bare_words.append(f"{name}:{each.line} {each.text}")
    assert not bare_words
    assert names_used == set(NAMES)


def test_every_template_compiles():
    broken = {}
    for path in templates():
        try:
            get_template(named(path))
        except Exception as error:
            broken[named(path)] = str(error)
    assert not broken


def test_every_template_is_used_or_overrides_one_of_a_package():
    corpus = "\n".join(
        path.read_text(encoding="utf-8") for path in sources(".py", ".html") if path.is_file()
    )
    unused = [
        named(path)
        for path in templates()
        if not re.search(rf"""["']{re.escape(named(path))}(#[\w-]+)?["']""", corpus)
        and named(path) not in FAILURES
        and not overrides(named(path))
    ]
    assert not unused


@cache
def packages() -> DjangoTemplates:
    """The templates that installed packages bring."""
    return DjangoTemplates({"NAME": "packages", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}})


def overrides(name: str) -> bool:
    """Whether an installed package brings a template of that name."""
    try:
        origin = packages().get_template(name).origin.name
    except TemplateDoesNotExist:
        return False
    return not Path(origin).is_relative_to(ROOT / "templates")


def test_every_static_file_is_used():
    corpus = "\n".join(
        path.read_text(encoding="utf-8") for path in sources(".py", ".html", ".js", ".css")
    )
    unused = [
        str(path.relative_to(ROOT))
        for path in sources(".js", ".css", ".svg")
        if path.is_relative_to(ROOT / "static") and path.name not in corpus
    ]
    assert not unused


def test_no_script_of_ours_makes_code_or_markup_from_text():
    risky = re.compile(
        r"\beval\(|new Function\(|\.innerHTML\s*=|insertAdjacentHTML|document\.write"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(".js")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if risky.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("{% blocktrans %}Hello {{ name }}{% endblocktrans %}", ""),
        ("{% trans 'Hello' %}", ""),
        ("{# remark #}Hello", "Hello"),
        ("<p>{{ name }} Hello</p>", "<p> Hello</p>"),
    ],
)
def test_only_untranslated_words_are_left_of_a_template(source, left):
    assert bare(source) == left
