"""An estimate as people read it: a date with its band, or the reason why there is none."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from labeling.core.templatetags.desk import status_badge
from labeling.core.times import clock, exact, relative, rough
from labeling.jobs.estimates.reading import Estimate

NOTHING = mark_safe('<span class="muted">–</span>')


def draw_estimate(estimate: Estimate | None, *, badge: bool = True) -> SafeString:
    """The date with its band, what it rests on in the title, and whether it is at risk or late.

    Arguments:
        badge: False where the standing is shown elsewhere.
    """
    if estimate is None:
        return NOTHING
    shown = _date(estimate)
    if badge and estimate.badge:
        return format_html(
            '<span class="estimate">{} {}</span>', shown, status_badge(estimate.badge)
        )
    return format_html('<span class="estimate">{}</span>', shown)


def _date(estimate: Estimate) -> SafeString:
    if estimate.p50_at is None:
        if not estimate.reason:
            return format_html(
                '<span class="muted" title="{}">–</span>', _("It has not been estimated yet.")
            )
        return format_html(
            '<span class="muted estimate-reason" title="{}">{}</span>',
            estimate_words(estimate),
            estimate.reason,
        )
    return format_html(
        '<time datetime="{}" title="{}">{}</time>{}',
        estimate.p50_at.isoformat(timespec="seconds"),
        estimate_words(estimate),
        soon(estimate.p50_at),
        _band(estimate),
    )


def soon(moment: datetime) -> str:
    """Weekday and time, or the date; a median that has passed means any moment."""
    return _("any moment") if moment <= timezone.now() else clock(moment)


def _band(estimate: Estimate) -> SafeString:
    seconds = round(estimate.band.total_seconds()) if estimate.band else 0
    if seconds < 60:
        return mark_safe("")
    return format_html(
        ' <span class="muted band" aria-hidden="true">+{}</span><span class="sr-only">{}</span>',
        rough(seconds),
        _(", in nine of ten cases at most %(span)s later") % {"span": rough(seconds)},
    )


def estimate_words(estimate: Estimate) -> str:
    """The estimate in full, with its age."""
    if estimate.computed_at is None:
        return _("It has not been estimated yet.")
    if estimate.p50_at is None or estimate.p90_at is None:
        words = _("No estimate: %(reason)s.") % {"reason": estimate.reason}
    else:
        words = _("As likely before as after %(p50)s; in nine of ten cases by %(p90)s.") % {
            "p50": exact(estimate.p50_at),
            "p90": exact(estimate.p90_at),
        }
    return f"{words} {age_words(estimate)}"


def age_words(estimate: Estimate) -> str:
    """How old the estimate is, and whether it is being refreshed."""
    if estimate.computed_at is None:
        return ""
    words = {"age": relative(estimate.computed_at)}
    if estimate.is_stale:
        return _("Estimated %(age)s; work has changed since, it is being refreshed.") % words
    return _("Estimated %(age)s.") % words
