"""Working hours of a day as a small inline SVG: a bar from midnight to midnight."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

DAY_MINUTES = 24 * 60
HOURS_MARKED = (6, 12, 18)


def day_bars(week: Sequence[Sequence[Sequence[int]]]) -> list[SafeString]:
    """A bar for each day; what goes past midnight stands on the next day too.

    The hours stand in words beside it, so nobody needs to see it.
    """
    days: list[list[tuple[int, int]]] = [[] for _day in week]
    for number, spans in enumerate(week):
        for begin, end in spans:
            days[number].append((begin, min(end, DAY_MINUTES)))
            if end > DAY_MINUTES:
                days[(number + 1) % len(days)].append((0, end - DAY_MINUTES))
    return [_bar(spans) for spans in days]


def _bar(spans: Sequence[tuple[int, int]]) -> SafeString:
    marks = format_html_join(
        "",
        '<line class="hours-mark" x1="{0}%" x2="{0}%" y1="0" y2="100%"/>',
        [(_share(hour * 60),) for hour in HOURS_MARKED],
    )
    filled = format_html_join(
        "",
        '<rect class="bar-fill" x="{}%" width="{}%" height="100%"/>',
        [(_share(begin), _share(end - begin)) for begin, end in spans],
    )
    return format_html(
        '<svg class="bar hours-bar" aria-hidden="true" focusable="false" width="100%" height="10">'
        '<rect class="bar-track" width="100%" height="100%"/>{}{}</svg>',
        filled,
        marks,
    )


def _share(minutes: int) -> str:
    return f"{100 * minutes / DAY_MINUTES:.2f}"
