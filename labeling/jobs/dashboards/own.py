"""What one person sees of themselves: pace, streak, share of accepted items, earnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet

from labeling.jobs.dashboards.days import A_DAY, Period, day_of
from labeling.jobs.dashboards.streaks import Calendar, streak
from labeling.jobs.models import Activity, JobItem, LedgerEntry, Pace
from labeling.jobs.money.arithmetic import ZERO
from labeling.jobs.money.showing import shown
from labeling.jobs.money.statements import Balance, Month, balances_of
from labeling.jobs.states import ItemState

LONGEST_STREAK_DAYS = 400
"""A streak is followed back so far."""


@dataclass(frozen=True)
class Verdicts:
    """How the items that somebody did in a period were decided."""

    accepted: int
    rejected: int

    @property
    def percent(self) -> int | None:
        """How many of a hundred decided items were accepted; None before the first decision."""
        decided = self.accepted + self.rejected
        return round(100 * self.accepted / decided) if decided else None


@dataclass(frozen=True)
class Earned:
    """What somebody earned in one currency, as texts.

    Attributes:
        unpaid: what is still to be paid.
    """

    currency: str
    this_month: str
    last_month: str
    unpaid: str


def streak_of(activity: QuerySet[Activity], today: Period, calendar: Calendar) -> int:
    """How many working days in a row somebody worked, in one query.

    Arguments:
        activity: of that person in one team.
        today: a period that ends today, in the zone of the team.
    """
    far = Period(today.last, LONGEST_STREAK_DAYS, today.zone)
    rows = activity.filter(quarter__gte=far.start, quarter__lt=far.end).order_by()
    days = rows.annotate(day=far.local_quarter / A_DAY).values_list("day", flat=True).distinct()
    return streak([day_of(day) for day in days], today.last, calendar)


def verdicts_of(items: QuerySet[JobItem], since: datetime) -> Verdicts:
    """How somebody's items were decided that were done since then, in one query.

    Arguments:
        items: done by that person in one team, as far as the reader sees them.
    """
    counted = items.filter(done_at__gte=since).aggregate(
        accepted=Count("pk", filter=Q(state=ItemState.ACCEPTED)),
        rejected=Count("pk", filter=Q(state=ItemState.REJECTED)),
    )
    return Verdicts(counted["accepted"], counted["rejected"])


def pace_of(team_id: int, user_id: int) -> float | None:
    """Usual seconds an item on the project of the last confirmation; None without evidence."""
    known = Pace.objects.filter(
        user=user_id, project__team=team_id, usual_seconds__isnull=False
    ).order_by(F("last_done_at").desc())
    return known.values_list("usual_seconds", flat=True).first()


def earned_of(lines: QuerySet[LedgerEntry], now: datetime) -> Sequence[Earned]:
    """What somebody earned this month and the one before, by currency, in two queries.

    Arguments:
        lines: of that person in one team, that the reader may see.
    """
    month = Month.of(now)
    before = {each.currency: each.earned for each in balances_of(lines, month.previous)}
    return [_earned(each, before.get(each.currency, ZERO)) for each in balances_of(lines, month)]


def _earned(balance: Balance, before: Decimal) -> Earned:
    return Earned(balance.currency, shown(balance.earned), shown(before), shown(balance.after))
