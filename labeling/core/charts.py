"""Charts as inline SVG: pure functions from numbers to markup.

They carry no style attribute, which our content security policy forbids: colours come from classes
(static/css/charts.css), sizes from SVG attributes. Each is an image with a title, and the figures
stand beside it in words, so nobody needs to see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

MOST_LABELS = 8  # under one bar chart; more would touch each other on a phone
MOST_VALUES = 16  # above its bars; of more bars only the highest says its value


@dataclass(frozen=True)
class Segment:
    """A part of a stacked bar: how many, and the class that colours it."""

    css: str
    count: int


@dataclass(frozen=True)
class Bar:
    """One bar of a bar chart. `label` stands under it."""

    label: str
    value: float
    css: str = "chart-fill"


@dataclass(frozen=True)
class Point:
    """A point of a line: any numbers, for times use seconds."""

    x: float
    y: float


def stacked_bar(segments: Sequence[Segment], total: int, title: str) -> SafeString:
    """A progress bar: each segment takes its share of `total`, the rest is the track.

    Widths are percentages, so patterns in it keep their shape at any width of the bar.
    """
    drawn = []
    start = 0.0
    for segment in segments:
        share = 100 * segment.count / total if total > 0 else 0.0
        share = min(share, 100 - start)
        if share > 0:
            drawn.append((segment.css, _short(start), _short(share)))
            start += share
    rects = format_html_join(
        "", '<rect class="{}" x="{}%" y="0" width="{}%" height="100%"/>', drawn
    )
    return format_html(
        '<svg class="bar" role="img" aria-label="{}" width="100%" height="8" focusable="false">'
        '<title>{}</title><rect class="bar-track" width="100%" height="100%"/>{}</svg>',
        title,
        title,
        rects,
    )


def sparkline(values: Sequence[float], title: str, width: int = 96, height: int = 24) -> SafeString:
    """A small line of `values`, left to right; from zero, so that a flat line looks flat."""
    if not values:
        return _empty(title, height)
    top = max(max(values), 1e-9)
    step = width / max(len(values) - 1, 1)
    points = [
        Point(index * step, 2 + (height - 4) * (1 - value / top))
        for index, value in enumerate(values)
    ]
    last = points[-1]
    return format_html(
        '<svg class="chart sparkline" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" '
        'height="{}"><title>{}</title><polyline class="chart-line" points="{}"/>'
        '<circle class="chart-dot" cx="{}" cy="{}" r="2"/></svg>',
        title, width, height, width, height, title, _path(points), _short(last.x), _short(last.y),
    )  # fmt: skip


def bar_chart(bars: Sequence[Bar], title: str, height: int = 160) -> SafeString:
    """Vertical bars with their values above and their labels below.

    Places are percentages of whatever width there is, so that the words keep their size. Among
    many bars only some are labelled, the last one always, and only the highest says its value:
    words must not run into each other. Each bar says both to whoever points at it.
    """
    if not bars:
        return _empty(title, height)
    top = max(max(bar.value for bar in bars), 1e-9)
    slot = 100 / len(bars)
    base, head = height - 18, 16
    every = -(-len(bars) // MOST_LABELS)
    valued = range(len(bars)) if len(bars) <= MOST_VALUES else [_highest(bars)]
    drawn = []
    for index, bar in enumerate(bars):
        label = "" if (len(bars) - 1 - index) % every else bar.label
        value = _short(bar.value) if bar.value and index in valued else ""
        said = f"{bar.label}: {_short(bar.value)}"
        tall = (base - head) * max(bar.value, 0) / top
        middle = _short(slot * (index + 0.5))
        drawn.append(
            (
                bar.css, _short(slot * (index + 0.15)), _short(base - tall), _short(slot * 0.7),
                _short(tall), said, middle, _short(base - tall - 4), value, middle, height - 4,
                label,
            )
        )  # fmt: skip
    marks = format_html_join(
        "",
        '<rect class="{}" x="{}%" y="{}" width="{}%" height="{}" rx="2"><title>{}</title></rect>'
        '<text class="chart-value" x="{}%" y="{}">{}</text>'
        '<text class="chart-label" x="{}%" y="{}">{}</text>',
        drawn,
    )
    return format_html(
        '<svg class="chart bars" role="img" aria-label="{0}" width="100%" height="{1}">'
        '<title>{0}</title><line class="chart-axis" x1="0" x2="100%" y1="{2}" y2="{2}"/>{3}</svg>',
        title,
        height,
        base,
        marks,
    )


def _highest(bars: Sequence[Bar]) -> int:
    """The place of the last of the highest bars."""
    return max(range(len(bars)), key=lambda place: (bars[place].value, place))


def burn_up(
    done: Sequence[Point],
    total: float,
    title: str,
    forecast: Sequence[Point] = (),
    until: float | None = None,
    marks: Sequence[tuple[float, str]] = (),
    height: int = 180,
) -> SafeString:
    """How the finished count grew towards `total`, and where it seems to go.

    Arguments:
        done: the history, ascending in x.
        forecast: the dashed continuation; begins where `done` ends.
        until: the right edge; default is the last x of all.
        marks: (x, label) under the axis, such as days.
    """
    if not done:
        return _empty(title, height)
    head, base = 18, height - 20
    start = done[0].x
    end = max([until or start, done[-1].x, *(point.x for point in forecast)])

    def place(point: Point) -> Point:
        """In percent of the plot: x from its left, y from its top."""
        share = min(max(point.y, 0) / (total or 1), 1)
        return Point(100 * (point.x - start) / ((end - start) or 1), 100 * (1 - share))

    line = [place(point) for point in done]
    labels = [(place(Point(x, 0)).x, label) for x, label in marks]
    return format_html(
        '<svg class="chart burn-up" role="img" aria-label="{0}" width="100%" height="{1}">'
        '<title>{0}</title><line class="chart-goal" x1="0" x2="100%" y1="{2}" y2="{2}"/>'
        '<text class="chart-value at-start" x="0" y="12">{3}</text>'
        '<line class="chart-axis" x1="0" x2="100%" y1="{4}" y2="{4}"/>'
        '<svg y="{2}" width="100%" height="{5}" viewBox="0 0 100 100" preserveAspectRatio="none">'
        '<polygon class="chart-area" points="{6}"/><polyline class="chart-line" points="{7}"/>'
        '<polyline class="chart-forecast" points="{8}"/></svg>{9}</svg>',
        title, height, head, _short(total), base, base - head,
        _path([Point(line[0].x, 100), *line, Point(line[-1].x, 100)]), _path(line),
        _path([place(point) for point in forecast]), _axis(labels, base),
    )  # fmt: skip


def _axis(labels: Sequence[tuple[float, str]], base: int) -> SafeString:
    """Words under an axis; the outer ones lean inwards, so that they stay in the picture."""
    return format_html_join(
        "",
        '<line class="chart-tick" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>'
        '<text class="chart-label {3}" x="{0}%" y="{4}">{5}</text>',
        [(_short(x), base, base + 3, _lean(x), base + 15, label) for x, label in labels],
    )


def _lean(x: float) -> str:
    if x < 4:
        return "at-start"
    return "at-end" if x > 96 else ""


def progress_title(items: int, done: int, accepted: int, rejected: int) -> str:
    """The figures of a progress bar in words. `done` contains the accepted ones."""
    return _(
        "%(items)d items: %(accepted)d accepted, %(waiting)d done, %(rejected)d rejected, "
        "%(left)d left"
    ) % {
        "items": items,
        "accepted": accepted,
        "waiting": max(done - accepted, 0),
        "rejected": rejected,
        "left": max(items - done - rejected, 0),
    }


def _empty(title: str, height: int) -> SafeString:
    return format_html(
        '<svg class="chart chart-empty" role="img" aria-label="{0}" width="100%" height="{1}">'
        '<title>{0}</title><line class="chart-axis" x1="0" x2="100%" y1="{2}" y2="{2}"/></svg>',
        title,
        height,
        height // 2,
    )


def _path(points: Sequence[Point]) -> str:
    return " ".join(f"{_short(point.x)},{_short(point.y)}" for point in points)


def _short(value: float) -> str:
    """A number with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
