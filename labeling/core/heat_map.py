"""A heat map of the hours of a week as inline SVG, drawn as `labeling.core.charts` draws."""

from collections.abc import Mapping

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

LEVELS = 5
ROW, FOOT = 17, 18
LEFT = 9.0  # percent of the width, for the names of the days
HOURS_NAMED = 3

Hours = Mapping[tuple[int, int], int]


def heat_map(hours: Hours, title: str) -> SafeString:
    """Seven rows of 24 squares: the more happened in an hour of the week, the stronger its colour.

    Each square says its figure to whoever points at it; the busiest hour stands in the description.

    Arguments:
        hours: how many by weekday (Monday is 0) and hour; what is left out is zero.
    """
    top = max(hours.values(), default=0)
    width = (100 - LEFT) / 24
    height = 7 * ROW + FOOT
    squares = [
        (
            level_of(hours.get((day, hour), 0), top),
            _short(LEFT + hour * width),
            day * ROW,
            _short(width * 0.9),
            ROW - 2,
            square_words(day, hour, hours.get((day, hour), 0)),
        )
        for day in range(7)
        for hour in range(24)
    ]
    names = [(day * ROW + 12, WEEKDAYS_ABBR[day]) for day in range(7)]
    clock = [
        (_short(LEFT + (hour + 0.45) * width), height - 5, hour)
        for hour in range(0, 24, HOURS_NAMED)
    ]
    return format_html(
        '<svg class="chart heat-map" role="img" aria-label="{0}" width="100%" height="{1}">'
        "<title>{0}</title><desc>{2}</desc>{3}{4}{5}</svg>",
        title,
        height,
        busiest_words(hours),
        format_html_join("", '<text class="chart-label at-start" x="0" y="{}">{}</text>', names),
        format_html_join(
            "",
            '<rect class="heat-{}" x="{}%" y="{}" width="{}%" height="{}" rx="2">'
            "<title>{}</title></rect>",
            squares,
        ),
        format_html_join("", '<text class="chart-label" x="{}%" y="{}">{}</text>', clock),
    )


def level_of(count: int, top: int) -> int:
    """The strength of a square's colour: 0 for nothing, else 1 to LEVELS, LEVELS for the most."""
    if count <= 0 or top <= 0:
        return 0
    return max(-(-count * LEVELS // top), 1)


def square_words(day: int, hour: int, count: int) -> str:
    """What a square says: "Monday 9:00 to 10:00: 34"."""
    return _("%(day)s %(hour)d:00 to %(end)d:00: %(count)d") % {
        "day": WEEKDAYS[day],
        "hour": hour,
        "end": hour + 1,
        "count": count,
    }


def busiest_words(hours: Hours) -> str:
    """The hour in which most happened."""
    if not any(hours.values()):
        return _("Nothing yet.")
    day, hour = max(sorted(hours), key=lambda place: hours[place])
    return _("Most on %(words)s.") % {"words": square_words(day, hour, hours[day, hour])}


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
