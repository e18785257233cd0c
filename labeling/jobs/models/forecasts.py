"""What was estimated, when; and when people work."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from labeling.jobs.states import ForecastOf

if TYPE_CHECKING:
    from accounts.actor import Actor


class ForecastQuerySet(models.QuerySet["Forecast"]):
    """Forecasts by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Everything in unrestricted teams; else the forecast of one's own work."""
        own = Q(of=ForecastOf.PERSON, subject_id=actor.user.pk)
        return self.filter(
            Q(team_id__in=actor.unrestricted_team_ids)
            | Q(team_id__in=actor.restricted_team_ids) & own
        )


class Forecast(models.Model):
    """When something will be finished, as it was estimated last.

    Pages read this row and say how old it is; the estimate itself is made in the background (see
    `labeling.jobs.eta`).

    Attributes:
        of, subject_id: the job, batch, project or person.
        p50_at, p90_at: the median, and the time by which it is done in nine of ten cases; None
            when there is no estimate, and `reason` says why.
        fan: points of the burn-up's forecast, for the chart.
        facts: what it rests on, for the page (people, pace, items left).
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    of = models.CharField(max_length=16, choices=ForecastOf)
    subject_id = models.PositiveBigIntegerField()
    p50_at = models.DateTimeField(null=True)
    p90_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    fan = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

    objects = ForecastQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("team", "of", "subject_id"), name="forecast_once_a_subject"
            ),
            models.CheckConstraint(
                condition=Q(p50_at__isnull=False, p90_at__isnull=False, reason="")
                | Q(p50_at=None, p90_at=None) & ~Q(reason=""),
                name="forecast_or_a_reason",
            ),
        )
        indexes = (models.Index(fields=("of", "subject_id")),)

    def __str__(self) -> str:
        return f"{self.of} {self.subject_id}: {self.p50_at or self.reason}"


class EstimateRefresh(models.Model):
    """Who refreshes a team's estimates now, and what the last one had read.

    That work has changed since is said by the work itself: what a change writes commits with the
    change, so nobody has to remember to ask, and nothing is lost with a process.

    Attributes:
        read_at: when the last refresh that was finished began to read; None before the first.
        claimed_at: since when somebody is at it; None while nobody is.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.team_id}: {self.read_at}"


class WorkingHoursQuerySet(models.QuerySet["WorkingHours"]):
    """Working hours by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Everybody's in unrestricted teams, else the team's own and one's own."""
        return self.filter(
            Q(team_id__in=actor.unrestricted_team_ids)
            | Q(team_id__in=actor.restricted_team_ids) & (Q(user=None) | Q(user=actor.user.pk))
        )


class WorkingHours(models.Model):
    """When somebody works; without a row the estimate goes by what it observes.

    Attributes:
        user: None for the team's own hours, which count for people without any.
        week: for each weekday from Monday a list of [from, to] in minutes after midnight.
        days_off: ISO dates.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="working_hours")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    week = models.JSONField(default=list)
    days_off = models.JSONField(default=list, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkingHoursQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("working hours")
        constraints = (
            models.UniqueConstraint(
                fields=("team", "user"),
                condition=Q(user__isnull=False),
                name="working_hours_once_a_person",
            ),
            models.UniqueConstraint(
                fields=("team",), condition=Q(user=None), name="working_hours_once_a_team"
            ),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.user_id or 'team'}"
