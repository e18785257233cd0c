"""The pictures of a dataset's grid. A function, because a page has hundreds of them."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from labeling.core.templatetags.desk import icon, status_badge
from labeling.projects.referencing import host_of

SHOWN_TAGS = 3
EMPTY = mark_safe("")


def thumb(item: Any, is_selectable: bool) -> SafeString:
    """One picture with its name, its place, and what is known about its labels.

    Arguments:
        item: with `shown_tags` and `shown_status`, as the page decorates it.
    """
    return format_html(
        '<li class="thumb" id="row-{key}" data-key="{key}">{tick}'
        '<a class="row-link thumb-link" id="open-{key}" href="{url}">'
        "{image}"
        '<span class="thumb-name" title="{name}">{name}</span></a>'
        '<span class="thumb-foot"><span class="muted">{position}</span>{facts}</span></li>',
        key=item.pk,
        tick=_tick(item) if is_selectable else EMPTY,
        url=reverse("projects:item", args=[item.pk]),
        image=_image(item),
        name=item.name,
        position=item.position,
        facts=_facts(item),
    )


def _image(item: Any) -> SafeString:
    if not item.is_fetched:
        return format_html(
            '<span class="thumb-image thumb-away" title="{}">{}<span>{}</span></span>',
            _("The picture is kept at %(host)s until somebody opens it.") % {"host": host_of(item)},
            icon("link"),
            _("at its address"),
        )
    return format_html(
        '<img class="thumb-image" src="{}" alt="" width="160" height="120"'
        ' loading="lazy" decoding="async">',
        reverse("projects:item-thumbnail", args=[item.pk]),
    )


def _tick(item: Any) -> SafeString:
    return format_html(
        '<label class="tick"><input type="checkbox" id="select-{}" name="selected" value="{}"'
        ' form="bulk" aria-label="{}"></label>',
        item.pk,
        item.pk,
        _("Select %(name)s") % {"name": item.name},
    )


def _facts(item: Any) -> SafeString:
    objects = status = EMPTY
    if item.labeled_at:
        objects = format_html(
            '<span title="{}">{}{}</span>', _("Objects"), icon("shapes"), item.object_count
        )
    if item.shown_status:
        status = status_badge(item.shown_status)
    tags = format_html_join(
        "", '<span class="tag ellipsis">{}</span>', ((tag,) for tag in item.shown_tags[:SHOWN_TAGS])
    )
    return objects + status + tags
