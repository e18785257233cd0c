"""The numbers behind the pictures: tables with their CSV files, a team's and one's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from labeling.core.charts import Bar, bar_chart
from labeling.core.errors import Invalid
from labeling.core.heat_map import heat_map
from labeling.core.http import Request
from labeling.core.listing.csv_stream import csv_response
from labeling.core.times import day as day_name
from labeling.jobs.dashboards.asking import own_figures, table_wanted, team_figures
from labeling.jobs.dashboards.days import CHOICES
from labeling.jobs.dashboards.tables import OWN_TABLES, TEAM_TABLES, Table
from labeling.jobs.dashboards.team import Figures
from labeling.jobs.dashboards.throughput import Throughput

MOST_ROWS = 500
"""A page shows so many rows; the file has all of them."""


@require_GET
def of_team(request: Request, team_id: int) -> HttpResponseBase:
    """A team's numbers."""
    return _answer(request, team_figures(request.actor, team_id, request.GET), TEAM_TABLES, "home")


@require_GET
def of_oneself(request: Request, team_id: int) -> HttpResponseBase:
    """One's own numbers."""
    return _answer(request, own_figures(request.actor, team_id, request.GET), OWN_TABLES, "my-work")


def _answer(
    request: Request, figures: Figures, tables: Mapping[str, Table], nav: str
) -> HttpResponseBase:
    actor, team = request.actor, figures.team
    key, table = table_wanted(tables, request.GET, actor, team)
    if request.GET.get("format", "") not in {"", "csv"}:
        raise Invalid({"format": [_("Choose one of %(choices)s.") % {"choices": "csv"}]})
    rows = table.rows(figures)
    if request.GET.get("format") == "csv":
        name = f"figures-{key}-{figures.period.last}" + ("" if nav == "home" else "-mine")
        return csv_response(rows, table.columns, name, lambda _rows: None)
    shown = {each: tables[each] for each in tables if actor.can(tables[each].capability, team.pk)}
    context = {
        "title": _("Figures") if nav == "home" else _("My figures"),
        "nav": nav,
        "current_team": team,
        "figures": figures,
        "tables": shown,
        "key": key,
        "table": table,
        "choices": CHOICES,
        "picture": PICTURES[key](figures.throughput) if key in PICTURES else "",
        "rows": _cells(request, table, rows[:MOST_ROWS]),
        "more": max(len(rows) - MOST_ROWS, 0),
    }
    return render(request, "jobs/figures.html", context)


def _cells(request: Request, table: Table, rows: Sequence[Any]) -> list[Any]:
    context = {"request": request}
    return [[(column, column.render(row, context)) for column in table.columns] for row in rows]


def days_picture(throughput: Throughput) -> SafeString:
    """Items done on each day, as bars."""
    last = throughput.period.last
    bars = [Bar(str(day_name(day, last)), acts.done) for day, acts in throughput.days]
    return bar_chart(bars, _("Items done a day, the last %d days") % throughput.period.days)


def decisions_picture(throughput: Throughput) -> SafeString:
    """Items decided on each day, as bars."""
    last = throughput.period.last
    bars = [
        Bar(str(day_name(day, last)), acts.decided, "chart-decided")
        for day, acts in throughput.days
    ]
    return bar_chart(bars, _("Items decided a day, the last %d days") % throughput.period.days)


def hours_picture(throughput: Throughput) -> SafeString:
    """What was done by hour of the week, as a heat map."""
    hours = {place: acts.all for place, acts in throughput.hours.items()}
    words = _("Items done and decided by hour of the week, the last %d days")
    return heat_map(hours, words % throughput.period.days)


PICTURES = {"days": days_picture, "hours": hours_picture}
