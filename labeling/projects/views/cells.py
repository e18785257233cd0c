"""What the cells of a row of projects show."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from labeling.core.templatetags.desk import progress_bar, status_badge, time_tag


def labeled_bar(items: int, labeled: int) -> SafeString:
    """The share of items that have labels, with its figures."""
    return progress_bar({"items": items, "done": labeled, "accepted": labeled})


def name_cell(project: Any) -> SafeString:
    """The name, with a badge when it is put away."""
    if not project.archived_at:
        return format_html("{}", project.name)
    return format_html("{} {}", project.name, status_badge("archived"))


def progress_cell(project: Any) -> SafeString:
    """How much of it is labeled."""
    if not project.item_count:
        return format_html('<span class="muted">{}</span>', _("no items yet"))
    return labeled_bar(project.item_count, project.labeled_count)


def updated_cell(project: Any) -> SafeString:
    """When anything about it changed last."""
    return time_tag(project.updated_at)
