"""The columns of an estimate in lists of batches and jobs; a file has more of them than a page."""

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from labeling.core.listing import Column
from labeling.core.templatetags.desk import status_badge, time_tag
from labeling.jobs.estimates.showing import NOTHING, draw_estimate
from labeling.jobs.states import Standing


def eta_cell(row: Any) -> SafeString:
    """When it will be finished, with its band; or why nobody can tell."""
    return draw_estimate(row.estimate, badge=False)


def due_cell(row: Any) -> SafeString:
    """The due date, and how the estimate stands against it while it has not passed."""
    if row.due_at is None:
        return NOTHING
    if row.estimate is None:
        return time_tag(row.due_at, "clock")
    shown = time_tag(row.due_at, "due")
    if row.estimate.badge and not row.estimate.is_overdue:
        return format_html("{} {}", shown, status_badge(row.estimate.badge))
    return shown


def standing_words(row: Any) -> str:
    """How it stands, for a file."""
    return "" if row.estimate is None else str(Standing(row.estimate.standing).label)


ETA = Column("eta", _("ETA"), draw=eta_cell, ordering="eta", csv="estimate.p50_at")
DUE = Column("due", _("Due"), draw=due_cell, csv="due_at", ordering="due")
IN_FILES: Sequence[Column] = (
    Column("eta_p90", _("ETA in nine of ten cases"), "estimate.p90_at"),
    Column("eta_reason", _("No ETA because"), "estimate.reason"),
    Column("standing", _("Against the due date"), standing_words),
    Column("estimated", _("Estimated"), "estimate.computed_at"),
)
"""What a file says besides the median."""


def with_band(columns: Sequence[Column], query: Any) -> Sequence[Column]:
    """These columns, and for a file those that stand in the titles of a page's cells."""
    return (*columns, *IN_FILES) if query.get("format") == "csv" else columns
