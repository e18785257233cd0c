"""What the cells of a row of jobs show. Functions, because a page has hundreds of them."""

from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from labeling.core.templatetags.desk import icon, progress_bar, status_badge, time_tag
from labeling.core.times import span
from labeling.jobs.eta import Estimate
from labeling.jobs.models import Job
from labeling.jobs.states import Priority, Status

NOTHING = mark_safe('<span class="muted">–</span>')
WITHOUT_ESTIMATE = frozenset({Status.COMPLETED, Status.STOPPED})


def status_cell(job: Job) -> SafeString:
    """Its badge."""
    return status_badge(job)


def progress_cell(job: Job) -> SafeString:
    """The stacked bar with its figures; rejected ones are said in words too."""
    bar = progress_bar(job)
    if not job.rejected:
        return bar
    return format_html(
        '{}<span class="rejected-count" title="{}">{}{}</span>',
        bar, _("rejected"), icon("cross-circle"), job.rejected,
    )  # fmt: skip


def annotator_cell(job: Job) -> SafeString:
    """The annotator's name, or the pool."""
    if job.annotator is None:
        return format_html('<span class="muted">{}</span>', _("pool"))
    return conditional_escape(job.annotator.name)


def reviewer_cell(job: Job) -> SafeString:
    """The reviewer's name, or that anybody may."""
    if job.reviewer is None:
        return format_html('<span class="muted">{}</span>', _("any"))
    return conditional_escape(job.reviewer.name)


def work_words(estimate: Estimate) -> str:
    """The work that is left, in one sentence."""
    if estimate.work is None or estimate.slow is None:
        return str(estimate.reason)
    return _("work left: %(work)s at the usual pace, %(slow)s at a slow one") % {
        "work": span(estimate.work),
        "slow": span(estimate.slow),
    }


def priority_cell(job: Job) -> SafeString:
    """The priority in words; normal is quiet."""
    label = Priority(job.priority).label
    css = "muted" if job.priority == Priority.NORMAL else f"priority priority-level-{job.priority}"
    return format_html('<span class="{}">{}</span>', css, label)


def updated_cell(job: Job) -> SafeString:
    """When anything about it changed last."""
    return time_tag(job.updated_at)


def name_of(user: Any) -> str:
    """A person's name for a file; nobody is empty."""
    return "" if user is None else str(user.name)
