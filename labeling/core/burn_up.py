"""The burn-up of a batch as inline SVG: what is done and accepted, and a fan of where it may end.

Like the other charts it carries no style attribute; colours come from classes in
static/css/charts.css. Its figures stand in a table behind it, so nobody needs to see it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from labeling.core.charts import Point

HEAD, FOOT = 34, 22
Place = Callable[[Point], Point]
CLOSE = 14.0
"""Words under the axis that are nearer than so many percent of its length would touch."""


@dataclass(frozen=True)
class Fan:
    """Where it may end: x of the early, the middle and the late end."""

    early: float
    middle: float
    late: float


@dataclass(frozen=True)
class Mark:
    """A vertical line with its word; `css` is "today" or "due"."""

    x: float
    label: str
    css: str


def burn_up_fan(
    done: Sequence[Point],
    accepted: Sequence[Point],
    total: float,
    *,
    key: str,
    title: str,
    description: str,
    end: float,
    fan: Fan | None = None,
    marks: Sequence[Mark] = (),
    labels: Sequence[tuple[float, str]] = (),
    height: int = 240,
) -> SafeString:
    """The chart; x are seconds, y are items.

    Arguments:
        done: ascending in x; its last point is now.
        accepted: the same; empty where nothing is accepted.
        key: unique on the page, for the ids of title and description.
        description: the figures in words.
        end: the right edge.
        labels: words under the axis; those that would touch an earlier one are left out.
    """
    start, base = done[0].x, height - FOOT

    def place(point: Point) -> Point:
        """In percent of the plot, from its left and its top."""
        share = min(max(point.y, 0) / (total or 1), 1)
        across = (point.x - start) / ((end - start) or 1)
        return Point(100 * min(max(across, 0), 1), 100 * (1 - share))

    line = [place(point) for point in done]
    plot = format_html(
        '<svg y="{}" width="100%" height="{}" viewBox="0 0 100 100" preserveAspectRatio="none">'
        '{}<polygon class="chart-area" points="{}"/><polyline class="chart-line" points="{}"/>{}{}'
        "</svg>",
        HEAD,
        base - HEAD,
        _fan_area(done[-1], fan, total, place),
        _path([Point(line[0].x, 100), *line, Point(line[-1].x, 100)]),
        _path(line),
        _accepted([place(point) for point in accepted]),
        _fan_middle(done[-1], fan, total, place),
    )
    return format_html(
        '<svg class="chart burn-up-fan" role="img" aria-labelledby="{0}-title {0}-desc"'
        ' width="100%" height="{1}"><title id="{0}-title">{2}</title><desc id="{0}-desc">{3}</desc>'
        '<line class="chart-goal" x1="0" x2="100%" y1="{4}" y2="{4}"/>'
        '<text class="chart-value at-start" x="0" y="{5}">{6}</text>'
        '<line class="chart-axis" x1="0" x2="100%" y1="{7}" y2="{7}"/>{8}{9}{10}</svg>',
        key,
        height,
        title,
        description,
        HEAD,
        HEAD - 6,
        f"{total:g}",
        base,
        plot,
        _marks([(place(Point(mark.x, 0)).x, mark) for mark in marks if mark.x <= end], base),
        _axis([(place(Point(x, 0)).x, label) for x, label in labels if x <= end], base),
    )


def _fan_area(now: Point, fan: Fan | None, total: float, place: Place) -> SafeString:
    if fan is None:
        return mark_safe("")
    corners = [now, Point(fan.early, total), Point(fan.late, total)]
    points = _path([place(point) for point in corners])
    return format_html('<polygon class="chart-fan" points="{}"/>', points)


def _fan_middle(now: Point, fan: Fan | None, total: float, place: Place) -> SafeString:
    if fan is None:
        return mark_safe("")
    points = _path([place(now), place(Point(fan.middle, total))])
    return format_html('<polyline class="chart-forecast" points="{}"/>', points)


def _accepted(points: Sequence[Point]) -> SafeString:
    if not points:
        return mark_safe("")
    return format_html('<polyline class="chart-accepted" points="{}"/>', _path(points))


def _marks(marks: Sequence[tuple[float, Mark]], base: int) -> SafeString:
    """Lines from top to bottom; their words stand above, each on a line of its own."""
    drawn = [
        (mark.css, f"{x:.2f}", 12 + 13 * row, base, _lean(x), mark.label)
        for row, (x, mark) in enumerate(marks)
    ]
    return format_html_join(
        "",
        '<line class="chart-mark {0}" x1="{1}%" x2="{1}%" y1="34" y2="{3}"/>'
        '<text class="chart-value {0} {4}" x="{1}%" y="{2}">{5}</text>',
        drawn,
    )


def _axis(labels: Sequence[tuple[float, str]], base: int) -> SafeString:
    drawn = []
    taken: list[float] = []
    for x, label in labels:
        if all(abs(x - other) >= CLOSE for other in taken):
            taken.append(x)
            drawn.append((f"{x:.2f}", base, base + 3, _lean(x), base + 16, label))
    return format_html_join(
        "",
        '<line class="chart-tick" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>'
        '<text class="chart-label {3}" x="{0}%" y="{4}">{5}</text>',
        drawn,
    )


def _lean(x: float) -> str:
    if x < 8:
        return "at-start"
    return "at-end" if x > 92 else ""


def _path(points: Sequence[Point]) -> str:
    return " ".join(f"{point.x:.2f},{point.y:.2f}" for point in points)
