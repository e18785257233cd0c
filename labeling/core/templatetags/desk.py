"""Tags and filters that every page draws with: `{% load desk %}`."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    MultiWidget,
    RadioSelect,
    Select,
)
from django.http import QueryDict
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from labeling.core import charts, navigation, times
from labeling.core.badges import Badge, badge_of
from labeling.core.listing.filterset import without
from labeling.core.markdown import render_markdown
from labeling.core.workflow import NoInput

register = template.Library()

LEVEL_ICONS = {"success": "check-circle", "warning": "alert", "error": "alert", "info": "info"}


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """A symbol of static/icons.svg; decorative unless it gets a `label`."""
    href = f"{static('icons.svg')}#{name}"
    classes = f"icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>',
            classes,
            label,
            href,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"/></svg>', classes, href
    )


@register.simple_tag
def status_badge(subject: Any) -> SafeString:
    """The status of an object (its `badge`, else its `status`) or a status by its key."""
    return drawn_badge(badge_of(subject), get_language())


@lru_cache(maxsize=512)  # a page shows hundreds, of a few dozen kinds
def drawn_badge(badge: Badge, language: str | None) -> SafeString:
    """A badge as HTML, in the language that is active."""
    return format_html(
        '<span class="badge tone-{}">{}<span>{}</span></span>',
        badge.tone,
        icon(badge.icon),
        badge.word,
    )


@register.simple_tag
def progress_bar(subject: Any, figures: bool = True) -> SafeString:
    """The bar of `items`, `done`, `accepted`, `rejected` with "34 / 50" beside it.

    Arguments:
        subject: an object or a mapping with these counters. `done` contains the accepted ones
            and not the rejected ones.
        figures: False leaves the numbers out where they stand elsewhere already.
    """
    items, accepted, done, rejected = (
        _counter(subject, name) for name in ("items", "accepted", "done", "rejected")
    )
    segments = [
        charts.Segment("bar-accepted", accepted),
        charts.Segment("bar-done", done - accepted),
        charts.Segment("bar-rejected", rejected),
    ]
    title = charts.progress_title(items, done, accepted, rejected)
    drawn = charts.stacked_bar(segments, items, title)
    if not figures:
        return format_html('<span class="progress" title="{}">{}</span>', title, drawn)
    return format_html(
        '<span class="progress" title="{}">{}<span class="progress-figures">{} / {}</span></span>',
        title,
        drawn,
        done,
        items,
    )


def _counter(subject: Any, name: str) -> int:
    value = subject.get(name, 0) if isinstance(subject, Mapping) else getattr(subject, name, 0)
    return int(value or 0)


@register.simple_tag(name="time")
def time_tag(value: datetime | date | None, style: str = "relative") -> SafeString:
    """A time in the reader's zone with the exact one in its title.

    Arguments:
        style: "relative" (5 min ago), "clock" (Tue 15:40), "exact", or "due" (2 h left, 3 d late).
    """
    if value is None:
        return mark_safe('<span class="muted">–</span>')
    if not isinstance(value, datetime):
        shown = times.day(value, timezone.localdate())
        return format_html('<time datetime="{}" title="{}">{}</time>', value, value, shown)
    is_late = False
    if style == "due":
        shown, is_late = times.due(value)
    elif style == "exact":
        shown = times.exact(value)
    else:
        shown = times.clock(value) if style == "clock" else times.relative(value)
    return format_html(
        '<time datetime="{}" title="{}"{}>{}{}</time>',
        value.isoformat(timespec="seconds"),
        times.exact(value),
        mark_safe(' class="late"') if is_late else "",
        icon("clock") if is_late else "",
        shown,
    )


@register.filter
def duration(value: timedelta | float | None) -> str:
    """A span in few words: "2 h 05 min"; seconds or a timedelta."""
    return "–" if value is None else times.span(value)


@register.filter
def markdown(value: str | None) -> SafeString:
    """Markdown as sanitised HTML; put it into `<div class="prose">`."""
    return render_markdown(value or "")


@register.simple_tag(takes_context=True)
def query_with(context: Mapping[str, Any], **changes: Any) -> str:
    """This page's query string with some parameters changed; None or "" takes one out."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        query[name] = "" if value is None else str(value)
    kept = without(query, set())
    return f"?{kept}" if kept else "?"


@register.simple_tag(takes_context=True)
def nav_links(context: Mapping[str, Any]) -> list[navigation.NavLink]:
    """The sidebar's entries for the current team."""
    request = context.get("request")
    if request is None:
        return []
    return navigation.links(request, context.get("current_team"), context.get("nav"))


@register.filter
def phone_bar(links: list[navigation.NavLink]) -> navigation.PhoneBar:
    """The sidebar's entries as a phone's bottom bar shares them out."""
    return navigation.phone_bar(links)


@register.simple_tag
def place_url(key: str, team: Any = None) -> str:
    """Where one of the frame's own links leads; empty while no package brings it."""
    return navigation.place_url(key, team)


@register.simple_tag(takes_context=True)
def place_count(context: Mapping[str, Any], key: str) -> int | None:
    """How many wait at one of the frame's own places."""
    return navigation.place_count(key, context["request"])


@register.simple_tag(takes_context=True)
def verb_button(
    context: Mapping[str, Any], action: Any, url: str, css: str = "", label: str = ""
) -> SafeString:
    """The button of an action on one object.

    A verb without input is a form that posts. One with input is a link to its form, which opens
    in the dialog, unless it is a page of its own; without JavaScript the link leads to the same
    form as a page.

    Arguments:
        action: has verb, label, form, has_page, destructive, primary.
        url: the verb's URL on that object.
    """
    kind = "danger" if action.destructive else "primary" if action.primary else ""
    classes = " ".join(part for part in ("button", kind, css) if part)
    text = label or action.label
    if action.form is not NoInput:
        return format_html(
            '<a class="{}" href="{}" data-verb="{}"{}>{}</a>',
            classes, url, action.verb, mark_safe("" if action.has_page else " data-dialog"), text,
        )  # fmt: skip
    request = context["request"]
    return format_html(
        '<form class="inline" method="post" action="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="next" value="{}">'
        '<button class="{}" data-verb="{}">{}</button></form>',
        url, get_token(request), request.get_full_path(), classes, action.verb, text,
    )  # fmt: skip


@register.filter
def undo_url(message: Message) -> str:
    """Where a POST takes back what a message tells; empty where nothing can."""
    url = message.extra_tags or ""
    return url if url.startswith("/") else ""


@register.filter
def level_icon(level: str) -> str:
    """The icon of a message's level."""
    return LEVEL_ICONS.get(level, "info")


@register.filter
def field_kind(field: BoundField) -> str:
    """How a form field is laid out: "check", "choices", "range", "select" or "text"."""
    widget = field.field.widget
    if isinstance(widget, MultiWidget):
        return "range"
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    return "select" if isinstance(widget, Select) else "text"


@register.simple_tag
def field(bound: BoundField, css: str = "") -> SafeString:
    """A form field with its label, help and errors, tied together for screen readers."""
    described = []
    if bound.help_text:
        described.append(f"{bound.id_for_label}_help")
    if bound.errors:
        described.append(f"{bound.id_for_label}_errors")
    attrs: dict[str, Any] = {}
    if described and not bound.use_fieldset:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    drawn = get_template("components/field.html").render(
        {
            "field": bound,
            "widget": bound.as_widget(attrs=attrs),
            "kind": field_kind(bound),
            "css": css,
        }
    )
    return mark_safe(drawn)


@register.filter
def initials(name: Any) -> str:
    """The first letters of a name's first and last word."""
    words = str(name).split()
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[:2] for word in words[:1]]
    return "".join(letters).upper()


@register.simple_tag
def person(user: Any) -> SafeString:
    """A person's name with their initials; a dash for nobody."""
    if user is None:
        return mark_safe('<span class="muted">–</span>')
    name = str(getattr(user, "name", user))
    return format_html(
        '<span class="person"><span class="avatar" aria-hidden="true">{}</span>{}</span>',
        initials(name),
        conditional_escape(name),
    )
