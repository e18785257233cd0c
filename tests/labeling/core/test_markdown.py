"""Markdown of people, shown to other people."""

import pytest

from labeling.core.markdown import render_markdown


def test_what_instructions_need_is_there():
    html = render_markdown(
        "# Lemons\n\n**tight** boxes, ~~leaves~~\n\n- one\n- two\n\n| a | b |\n|--|--|\n| 1 | 2 |"
    )
    for part in ("<h1>Lemons</h1>", "<strong>tight</strong>", "<s>leaves</s>", "<li>one</li>"):
        assert part in html
    assert "<table>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="/" style="position:fixed">x</a>',
        "<iframe src='/'></iframe>",
        "![x](javascript:alert(1))",
        "[x](vbscript:x)",
    ],
)
def test_nothing_that_acts_gets_through(text):
    html = render_markdown(text).lower()
    for danger in (
        "<script",
        "<img src=x",
        'href="javascript',
        'href="data',
        "<iframe",
        '<a href="/"',
    ):
        assert danger not in html


@pytest.mark.parametrize(
    "source",
    ["https://evil.example/p.png", "//evil.example/p.png", "http:/\\evil.example", "p.png"],
)
def test_images_come_from_this_host_only(source):
    assert "src=" not in render_markdown(f"![seen]({source})")
    assert 'src="/items/1/file/"' in render_markdown("![own](/items/1/file/)")


def test_links_tell_nobody_where_they_come_from():
    html = render_markdown("[guide](https://example.com/)")
    assert 'href="https://example.com/"' in html
    assert 'rel="nofollow noopener noreferrer"' in html


def test_nothing_is_nothing():
    assert render_markdown("") == ""
