"""When a job will be done: a pure function of facts, without I/O.

The first estimate: the items that remain times a robust recent pace. Robust means the median of
the last gaps between two confirmations of the same person on the same project, with idle gaps
left out, because one lunch break must not move the estimate. Without evidence there is no
estimate, and the reason is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median, quantiles

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

IDLE_SECONDS = 300.0
"""A longer gap than this is a break, not work (labeling tools use 2 to 5 minutes)."""

KEPT_GAPS = 50
"""So many gaps are remembered per person and project; older ones say little about today."""

NEEDED_GAPS = 3
"""Fewer gaps than this are no evidence."""


@dataclass(frozen=True)
class Estimate:
    """Work that is left.

    Attributes:
        work: median estimate of the working time that is left; None when there is no evidence.
        slow: the same at the person's slow pace (upper quartile of the gaps).
        reason: why there is no estimate; empty when there is one.
    """

    work: timedelta | None
    slow: timedelta | None
    reason: str | Promise = ""


def observe(recent_seconds: Sequence[float], gap_seconds: float) -> list[float]:
    """The remembered gaps after one more confirmation; idle and negative gaps are left out."""
    if not 0 <= gap_seconds <= IDLE_SECONDS:
        return list(recent_seconds)
    return [*recent_seconds, round(gap_seconds, 1)][-KEPT_GAPS:]


def usual_pace(recent_seconds: Sequence[float]) -> float | None:
    """Seconds an item, the median of the remembered gaps; None while they are no evidence."""
    return median(recent_seconds) if len(recent_seconds) >= NEEDED_GAPS else None


def estimate(remaining: int, recent_seconds: Sequence[float], *, assigned: bool) -> Estimate:
    """The work that is left on a job.

    Arguments:
        remaining: items that the annotator still has to confirm.
        recent_seconds: the annotator's remembered gaps on the job's project.
        assigned: whether somebody has the job.
    """
    if remaining <= 0:
        return Estimate(timedelta(0), timedelta(0))
    if not assigned:
        return Estimate(None, None, _("no one is assigned"))
    usual = usual_pace(recent_seconds)
    if usual is None:
        return Estimate(None, None, _("not yet: a few more items are needed"))
    slow = quantiles(recent_seconds, n=4)[2]
    return Estimate(timedelta(seconds=remaining * usual), timedelta(seconds=remaining * slow))
