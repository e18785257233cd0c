"""A team's figures as one reader sees them: each is read when somebody asks for it, and once."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Membership, Team
from accounts.roles import Capability
from labeling.jobs.dashboards.backlog import Backlog, backlog_of
from labeling.jobs.dashboards.calendars import TeamDays, team_days
from labeling.jobs.dashboards.days import Period
from labeling.jobs.dashboards.own import (
    Verdicts,
    earned_of,
    pace_of,
    streak_of,
    verdicts_of,
)
from labeling.jobs.dashboards.people import Crowd, Person, crowd_of, with_days
from labeling.jobs.dashboards.progress import team_figures
from labeling.jobs.dashboards.throughput import Throughput, throughput_of
from labeling.jobs.dashboards.urgent import Urgent, urgent_batches
from labeling.jobs.models import Activity, Batch, Job, JobItem, LedgerEntry

SHOWN_BATCHES = 8


class Figures:
    """What teams and single people share: whose days are counted, and which of them.

    Arguments:
        days: how many days the reader chose.
    """

    def __init__(self, actor: Actor, team: Team, days: int) -> None:
        self.actor, self.team, self.days = actor, team, days
        self.now: datetime = timezone.now()

    @cached_property
    def calendar(self) -> TeamDays:
        """How the team counts days, and when the reader works."""
        return team_days(self.team.pk, self.actor.user.pk)

    @cached_property
    def period(self) -> Period:
        """The days that are shown."""
        return Period.until(self.now, self.days, self.calendar.zone)

    @cached_property
    def throughput(self) -> Throughput:
        """What was done in them."""
        return throughput_of(self.activity, self.period)

    @property
    def activity(self) -> QuerySet[Activity]:
        """Whose activity is counted."""
        return Activity.objects.visible_to(self.actor).filter(team=self.team)

    @property
    def jobs(self) -> QuerySet[Job]:
        """The jobs that the reader sees."""
        return Job.objects.visible_to(self.actor).filter(team=self.team)


class TeamFigures(Figures):
    """A team's."""

    @property
    def sees_people(self) -> bool:
        """Whether the reader is told how single people do: who reviews or gives out their work."""
        return self.actor.can(Capability.REVIEW, self.team.pk)

    @cached_property
    def tiles(self) -> Any:
        """Counts of jobs."""
        return team_figures(self.jobs, self.now)

    @cached_property
    def urgent(self) -> Urgent:
        """The running batches, late and at risk first."""
        batches = Batch.objects.visible_to(self.actor).filter(team=self.team)
        return urgent_batches(batches, SHOWN_BATCHES)

    @cached_property
    def crowd(self) -> Crowd:
        """Who holds what."""
        members = Membership.objects.visible_to(self.actor).filter(team=self.team)
        worked = self.activity.filter(quarter__gte=self.period.start)
        pool = self.tiles["pool"]
        return crowd_of(self.team.pk, members, self.jobs, worked, pool, self.now)

    def people(self, most: int | None = None) -> Sequence[Person]:
        """The first of the crowd, or all of it, with what they did on each day."""
        return with_days(self.crowd.people[:most], self.activity, self.period)

    @cached_property
    def backlog(self) -> Backlog:
        """What waits for review."""
        return backlog_of(self.jobs)

    @property
    def backlog_days(self) -> float | None:
        """How many days of reviewing the backlog takes, going by the days that are shown."""
        return self.backlog.days_left([acts.decided for _day, acts in self.throughput.days])


class OwnFigures(Figures):
    """One's own."""

    @property
    def activity(self) -> QuerySet[Activity]:
        """One's own."""
        return super().activity.filter(user=self.actor.user.pk)

    @cached_property
    def week(self) -> tuple[int, int]:
        """Items done and decisions made in the last seven days."""
        last = [acts for _day, acts in self.throughput.days[-7:]]
        return sum(acts.done for acts in last), sum(acts.decided for acts in last)

    @cached_property
    def streak(self) -> int:
        """Working days in a row with work."""
        return streak_of(self.activity, self.period, self.calendar.calendar)

    @cached_property
    def pace(self) -> float | None:
        """Usual seconds an item."""
        return pace_of(self.team.pk, self.actor.user.pk or 0)

    @cached_property
    def verdicts(self) -> Verdicts:
        """How one's own items were decided."""
        items = JobItem.objects.visible_to(self.actor).filter(job__team=self.team)
        return verdicts_of(items.filter(done_by=self.actor.user.pk), self.period.since)

    @cached_property
    def lines(self) -> QuerySet[LedgerEntry]:
        """One's own lines of the ledger."""
        lines = LedgerEntry.objects.visible_to(self.actor).filter(team=self.team)
        return lines.filter(person=self.actor.user.pk)

    @cached_property
    def earned(self) -> Any:
        """What this month and the last brought, by currency."""
        return earned_of(self.lines, self.now)
