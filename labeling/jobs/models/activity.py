"""How much each person did, a quarter of an hour at a time."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Team

if TYPE_CHECKING:
    from accounts.actor import Actor

QUARTER_SECONDS = 900
"""Every zone in use is a whole number of quarters from UTC, so days and hours of any are sums."""


def quarter_of(moment: datetime) -> int:
    """The number of the quarter of an hour that a moment lies in, counted from 1970 in UTC."""
    return int(moment.timestamp()) // QUARTER_SECONDS


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Activity by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Everybody's in unrestricted teams, else one's own."""
        return self.filter(
            Q(team_id__in=actor.unrestricted_team_ids)
            | Q(team_id__in=actor.restricted_team_ids, user_id=actor.user.pk)
        )


class Activity(models.Model):
    """What one person did for a team within a quarter of an hour: counts of acts, not of items.

    An item that is done, sent back and done again was done twice: that is the work there was.
    The counts outlive what they count, as the ledger does; nobody counts them afresh.

    Attributes:
        quarter: see `quarter_of`.
        done: items confirmed or skipped.
        accepted, rejected: decisions on others' items.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    quarter = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activity"
        constraints = (
            models.UniqueConstraint(
                fields=("team", "user", "quarter"), name="activity_once_a_quarter"
            ),
        )
        # Sums over everybody read this index alone, in its order.
        indexes = (
            models.Index(
                fields=("team", "quarter", "done", "accepted", "rejected"), name="activity_of_team"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.quarter}: {self.done}"


def add_activity(team_id: int, user_id: int, at: datetime, **counts: int) -> None:
    """Add to what a person did; inside the transaction that does it.

    Arguments:
        counts: `done`, `accepted`, `rejected`; nothing happens when all are zero.
    """
    wanted = {name: number for name, number in counts.items() if number}
    if not wanted:
        return
    place = {"team_id": team_id, "user_id": user_id, "quarter": quarter_of(at)}
    more = {name: F(name) + number for name, number in wanted.items()}
    rows = Activity.objects.filter(**place)
    if not rows.update(**more):
        # Somebody with two windows may make the row at the same moment: whoever comes second adds.
        Activity.objects.bulk_create([Activity(**place)], ignore_conflicts=True)
        rows.update(**more)
