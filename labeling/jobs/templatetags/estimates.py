"""The tags that draw estimates: `{% load estimates %}`."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from labeling.core.times import clock, exact
from labeling.jobs.estimates.reading import Estimate
from labeling.jobs.estimates.showing import age_words, draw_estimate

register = template.Library()


@register.simple_tag(name="estimate")
def estimate_tag(estimate: Estimate | None, badge: bool = True) -> SafeString:
    """An estimate as a date with its band, or why there is none; `labeling.jobs.estimates`."""
    return draw_estimate(estimate, badge=badge)


@register.filter
def clock_time(moment: datetime) -> str:
    """Weekday and time within a week, else the date."""
    return clock(moment)


@register.filter
def exact_time(moment: datetime) -> str:
    """A moment in full."""
    return exact(moment)


@register.filter
def age(estimate: Estimate) -> str:
    """How old an estimate is, and whether it is being refreshed."""
    return age_words(estimate)
