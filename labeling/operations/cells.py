"""What lists and pages show of an operation, its rows, and what was told of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labeling.core import charts, times
from labeling.core.listing import Column
from labeling.core.templatetags.desk import person, status_badge, time_tag
from labeling.operations.kinds import kinds
from labeling.operations.models import Delivery, Notice, Operation, OperationRow, Webhook
from labeling.operations.states import Outcome, Status

# How an outcome looks, in the words of labeling.core.badges.
OUTCOME_BADGES = {Outcome.OK: "complete", Outcome.ERROR: "error", Outcome.SKIPPED: "skipped"}
DASH = mark_safe('<span class="muted">–</span>')


def kind_word(name: str) -> Any:
    """A kind in words; one that this version does not know keeps its name."""
    kind = kinds.get(name)
    return kind.label if kind is not None else name


def kind_label(operation: Operation) -> Any:
    """The operation's kind in words."""
    return kind_word(operation.kind)


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


def progress_cell(operation: Operation) -> SafeString:
    """The bar, and below it how fast it goes and how long it takes."""
    pace = pace_words(operation)
    if not pace:
        return bar(operation)
    return format_html('{}<span class="pace">{}</span>', bar(operation), pace)


def figures(operation: Operation) -> str:
    """The progress as a file has it."""
    total = "?" if operation.total is None else operation.total
    return f"{operation.shown_done} of {total}"


def percent(operation: Operation) -> str:
    """How much is done, "42 %"; empty once it is over or while nobody knows of how much."""
    if not operation.is_live or operation.total is None:
        return ""
    return _("%(part)d %%") % {"part": int(100 * (operation.fraction or 0))}


def rate_words(operation: Operation) -> str:
    """How fast it goes: "1,200 a second", "34 a minute"; empty while nobody can tell."""
    rate = operation.rate if operation.status == Status.RUNNING else None
    if not rate:
        return ""
    if rate >= 1:
        return _("%(rate)s a second") % {"rate": _grouped(rate)}
    a_minute = rate * times.MINUTE
    if a_minute >= 1:
        return _("%(rate)s a minute") % {"rate": _grouped(a_minute)}
    return _("%(rate)s an hour") % {"rate": _grouped(rate * times.HOUR)}


def _grouped(number: float) -> str:
    return f"{number:,.1f}" if number < 10 else f"{number:,.0f}"


def time_left(operation: Operation) -> timedelta | None:
    """How long it still takes if it goes on as it did lately; None while nobody can tell."""
    if operation.status != Status.RUNNING or not operation.rate or operation.total is None:
        return None
    seconds = (operation.total - operation.shown_done) / operation.rate
    return timedelta(seconds=seconds) if seconds < timedelta(days=365).total_seconds() else None


def pace_words(operation: Operation) -> str:
    """Rate and time left in one line; empty while nobody can tell."""
    left = time_left(operation)
    words = [rate_words(operation)]
    if left is not None:
        words.append(_("about %(left)s left") % {"left": times.span(left)})
    return " · ".join(filter(None, words))


def status_cell(operation: Operation) -> SafeString:
    """Its badge."""
    return status_badge(operation)


def project_cell(operation: Operation) -> Any:
    """Its project's name, as `decorate` has put it on the row."""
    return getattr(operation, "project_name", "") or DASH


def project_name(operation: Operation) -> str:
    """The same for a file."""
    return str(getattr(operation, "project_name", ""))


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


def finished_cell(operation: Operation) -> SafeString:
    """When it ended."""
    return time_tag(operation.completed_at)


def errors_cell(operation: Operation) -> SafeString | int:
    """How many rows went wrong; nothing for none."""
    return operation.error_count or DASH


def outcome_cell(row: OperationRow) -> Any:
    """The outcome as a badge."""
    return status_badge(OUTCOME_BADGES[Outcome(row.outcome)])


ROW_COLUMNS: Sequence[Column] = (
    Column("number", gettext_lazy("Row"), ordering="number", priority=1, is_number=True),
    Column("name", gettext_lazy("Name"), ordering="name", priority=1),
    Column(
        "outcome",
        gettext_lazy("Outcome"),
        outcome_cell,
        ordering="outcome",
        csv="outcome",
        priority=1,
    ),
    Column("message", gettext_lazy("Message"), priority=1),
)
"""What became of each row, on the page as in the file."""


def notice_badge(notice: Notice) -> SafeString:
    """How the operation ended; what came since the last look is marked."""
    drawn = status_badge(notice.operation)
    if not getattr(notice, "is_fresh", False):
        return drawn
    return format_html('{} <span class="fresh">{}</span>', drawn, _("new"))


def notice_words(notice: Notice) -> str:
    """What came of it, in a few words."""
    operation = notice.operation
    if operation.status == Status.FAILED or not operation.error_count:
        return str(operation.message)
    count = operation.error_count
    return ngettext("%(n)d row with an error", "%(n)d rows with an error", count) % {"n": count}


def notice_time(notice: Notice) -> SafeString:
    """When the operation ended."""
    return time_tag(notice.at)


def address_cell(hook: Webhook) -> SafeString:
    """The address, cut where it would push everything else aside."""
    return format_html('<span class="address">{}</span>', hook.url)


def events_cell(hook: Webhook) -> str:
    """When it is told."""
    return ", ".join(str(Status(event).label) for event in hook.events)


def kinds_cell(hook: Webhook) -> str:
    """What of it is told."""
    if not hook.kinds:
        return _("all kinds")
    return ", ".join(str(kind_word(name)) for name in hook.kinds)


def last_cell(hook: Any) -> SafeString:
    """How the last message fared."""
    if hook.last_at is None:
        return format_html('<span class="muted">{}</span>', _("nothing sent yet"))
    badge, at = "retrying", hook.last_at
    if hook.last_delivered_at is not None:
        badge, at = "delivered", hook.last_delivered_at
    elif hook.last_given_up_at is not None:
        badge, at = "given_up", hook.last_given_up_at
    return format_html('<span class="told">{}{}</span>', status_badge(badge), time_tag(at))


def delivery_name(delivery: Delivery) -> str:
    """What it is about."""
    return _("Test") if delivery.operation is None else str(delivery.operation.label)


def delivery_next(delivery: Delivery) -> SafeString:
    """When it is tried again."""
    if delivery.next_try_at is None:
        return DASH
    if delivery.next_try_at - timezone.now() < timedelta(seconds=times.NOW_SECONDS):
        return format_html("{}", _("in a moment"))
    return time_tag(delivery.next_try_at)
