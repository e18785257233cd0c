"""The numbers behind the pictures, as tables: for their pages, CSV files and REST alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Capability
from labeling.core.listing.columns import Column, resolve
from labeling.core.templatetags.desk import person, status_badge, time_tag
from labeling.jobs.dashboards.team import Figures, TeamFigures
from labeling.jobs.dashboards.throughput import Acts, acts_by_person
from labeling.jobs.estimates.showing import draw_estimate


def load_cell(row: Any) -> SafeString:
    """How much somebody has, and why that needs a manager."""
    if not row.why:
        return status_badge(row.load)
    return format_html('{} <span class="muted">{}</span>', status_badge(row.load), row.why)


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes:
        capability: what the reader's role must hold in the team to see it.
        rows: reads them.
        is_of_period: whether it is about the chosen days; otherwise it is about now.
    """

    title: str | Promise
    columns: Sequence[Column]
    rows: Callable[[Any], Sequence[Any]]
    capability: Capability = Capability.VIEW
    is_of_period: bool = True


@dataclass(frozen=True)
class DayRow:
    """What was done on a day; by one person where `name` says whose it is."""

    day: date
    acts: Acts
    name: str = ""

    @property
    def words(self) -> str:
        """The day with its weekday, as people read it."""
        return date_format(self.day, "D j M Y")


@dataclass(frozen=True)
class HourRow:
    """What was done in an hour of the week."""

    weekday: int
    hour: int
    acts: Acts

    @property
    def day_name(self) -> str:
        """The day of the week."""
        return str(WEEKDAYS[self.weekday])

    @property
    def clock(self) -> str:
        """From when to when: "09:00"."""
        return f"{self.hour:02}:00"


def record_of(row: Any, table: Table) -> dict[str, Any]:
    """A row by the names of its columns, with values rather than words: what REST answers."""
    return {
        column.name: resolve(row, column.csv or column.value or column.name)
        for column in table.columns
    }


def by_day(figures: Figures) -> Sequence[DayRow]:
    """Every day of the period, the newest first."""
    return [DayRow(day, acts) for day, acts in figures.throughput.days[::-1]]


def by_person_and_day(figures: TeamFigures) -> Sequence[DayRow]:
    """Every day on which somebody did something, the newest first."""
    members = Membership.objects.visible_to(figures.actor).filter(team=figures.team)
    names = {member.user_id: member.user.name for member in members.select_related("user")}
    rows = [
        DayRow(day, acts, name=names.get(user, ""))
        for user, days in acts_by_person(figures.activity, figures.period).items()
        for day, acts in days.items()
    ]
    return sorted(rows, key=lambda row: (-row.day.toordinal(), row.name.casefold()))


def by_hour(figures: Figures) -> Sequence[HourRow]:
    """Every hour of the week in which anything was done, Monday's first."""
    return [HourRow(*place, acts) for place, acts in sorted(figures.throughput.hours.items())]


def by_person(figures: TeamFigures) -> Sequence[Any]:
    """Who holds what, who needs a manager first."""
    return figures.people()


def by_reviewer(figures: TeamFigures) -> Sequence[Any]:
    """What waits at whom, the longest waiting first."""
    return figures.backlog.reviewers


DONE = Column("done", _("Items done"), "acts.done", priority=1, is_number=True)
DECISIONS = (
    Column("accepted", _("Accepted"), "acts.accepted", is_number=True),
    Column("rejected", _("Rejected"), "acts.rejected", is_number=True),
)
DAY = Column("day", _("Day"), "words", csv="day", priority=1)

DAYS = Table(_("By day"), (DAY, DONE, *DECISIONS), by_day)
HOURS = Table(
    _("By hour of the week"),
    (
        Column("weekday", _("Day"), "day_name", priority=1),
        Column("hour", _("Hour"), "clock", priority=1),
        DONE,
        *DECISIONS,
    ),
    by_hour,
)
PERSON_DAYS = Table(
    _("By person and day"),
    (DAY, Column("person", _("Person"), "name", priority=1), DONE, *DECISIONS),
    by_person_and_day,
    Capability.REVIEW,
)
PEOPLE = Table(
    _("By person"),
    (
        Column(
            "person",
            _("Person"),
            draw=lambda row: person(row.user),
            csv="user.name",
            priority=1,
        ),
        Column(
            "load",
            _("Load"),
            draw=load_cell,
            csv=lambda row: row.load.value,
            priority=1,
        ),
        Column("open_jobs", _("Open jobs"), "holding.jobs", is_number=True),
        Column("open_items", _("Open items"), "holding.items", is_number=True),
        Column("overdue", _("Overdue jobs"), "holding.overdue", is_number=True),
        Column(
            "finish",
            _("ETA"),
            draw=lambda row: draw_estimate(row.estimate, badge=False),
            csv="estimate.p50_at",
        ),
        Column(
            "finish_p90",
            _("ETA, P90"),
            draw=lambda row: time_tag(row.estimate.p90_at, "clock"),
            csv="estimate.p90_at",
            priority=3,
        ),
        DONE,
        *DECISIONS,
    ),
    by_person,
    Capability.REVIEW,
)
REVIEW = Table(
    _("Waiting for review"),
    (
        Column(
            "reviewer",
            _("Reviewer"),
            value=lambda row: row.name or _("nobody yet"),
            csv="name",
            priority=1,
        ),
        Column("jobs", _("Jobs"), priority=1, is_number=True),
        Column("items", _("Items"), priority=1, is_number=True),
        Column(
            "oldest",
            _("Oldest handed in"),
            draw=lambda row: time_tag(row.oldest),
            csv="oldest",
            priority=1,
        ),
    ),
    by_reviewer,
    Capability.REVIEW,
    is_of_period=False,
)

TEAM_TABLES: Mapping[str, Table] = {
    "days": DAYS,
    "hours": HOURS,
    "people": PEOPLE,
    "person-days": PERSON_DAYS,
    "review": REVIEW,
}
OWN_TABLES: Mapping[str, Table] = {"days": DAYS, "hours": HOURS}
