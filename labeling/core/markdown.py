"""Markdown that people write, as HTML that is safe to show to others.

Two walls: the parser knows no raw HTML, and what it makes passes an allow-list of tags.
"""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img",
    "li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
    ["table", "strikethrough"]
)


def render_markdown(text: str) -> SafeString:
    """The text as sanitised HTML.

    No raw HTML, no styles, no script; links open without telling where they come from; images
    only from this host, so that reading instructions tells nobody that they were read.
    """
    html = nh3.clean(
        _parser.render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_own_images_only,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )
    return mark_safe(html)


def _own_images_only(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src":
        # "//host" and "/\host" leave this site although they begin like a path of it.
        is_own = value.startswith("/") and value[1:2] not in {"/", "\\"}
        return value if is_own else None
    return value
