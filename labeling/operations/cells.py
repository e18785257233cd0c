"""What lists and pages show of an operation."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from labeling.core import charts
from labeling.core.templatetags.desk import person, status_badge, time_tag
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation
from labeling.operations.states import Status

# Before so much work is done, what is left cannot be told from it.
LEAST_EVIDENCE = timedelta(seconds=3)


def kind_label(operation: Operation) -> Any:
    """The kind in words; a kind that this version does not know keeps its name."""
    kind = kinds.get(operation.kind)
    return kind.label if kind is not None else operation.kind


def bar(operation: Operation) -> SafeString:
    """The progress bar with its figures; only the count while the total is not known."""
    done, total = operation.shown_done, operation.total
    if total is None:
        shown = "" if not done else _("%(done)d so far") % {"done": done}
        return format_html('<span class="progress-figures">{}</span>', shown)
    errors = min(operation.error_count, done)
    title = _("%(done)d of %(total)d, %(errors)d with an error") % {
        "done": done,
        "total": total,
        "errors": operation.error_count,
    }
    segments: Sequence[charts.Segment] = (
        charts.Segment("bar-accepted", done - errors),
        charts.Segment("bar-rejected", errors),
    )
    return format_html(
        '<span class="progress" title="{}">{}<span class="progress-figures">{} / {}</span></span>',
        title,
        charts.stacked_bar(segments, total, title),
        done,
        total,
    )


def figures(operation: Operation) -> str:
    """The progress as a file has it."""
    total = "?" if operation.total is None else operation.total
    return f"{operation.shown_done} of {total}"


def status_cell(operation: Operation) -> SafeString:
    """Its badge."""
    return status_badge(operation)


def who_cell(operation: Operation) -> SafeString:
    """Who asked for it; the desk itself for its own work."""
    if operation.created_by is None:
        return format_html('<span class="muted">{}</span>', _("the desk"))
    return person(operation.created_by)


def who_name(operation: Operation) -> str:
    """The same for a file."""
    return "" if operation.created_by is None else str(operation.created_by.name)


def created_cell(operation: Operation) -> SafeString:
    """When it was asked for."""
    return time_tag(operation.created_at)


def errors_cell(operation: Operation) -> SafeString | int:
    """How many rows went wrong; nothing for none."""
    return operation.error_count or mark_safe('<span class="muted">–</span>')


def time_left(operation: Operation, now: datetime) -> timedelta | None:
    """How long it still takes if it goes on as it did; None while nobody can tell."""
    if operation.status != Status.RUNNING or operation.started_at is None or not operation.total:
        return None
    spent = now - operation.started_at
    if spent < LEAST_EVIDENCE or not operation.shown_done:
        return None
    return spent * (operation.total - operation.shown_done) / operation.shown_done
