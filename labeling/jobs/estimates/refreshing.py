"""Refreshes stored estimates in the background: whose turn it is, who does it, what is written.

Nobody asks for it. Whatever changes work writes when it did so (a job's `updated_at`, an event, a
working hour), in its own transaction, and both have an index by team. So a look at the newest of
these says whether the estimate is older than the work, and no process can die with that knowledge.
"""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Team
from labeling.jobs.estimates.open_work import LAUNCHED
from labeling.jobs.estimates.rows import rows_of
from labeling.jobs.estimates.team_facts import facts_of
from labeling.jobs.eta.forecasting import forecast
from labeling.jobs.eta.observing import habits_of
from labeling.jobs.models import Batch, EstimateRefresh, Event, Forecast, Job, WorkingHours

EVERY = timedelta(seconds=60)
"""A team's estimates are refreshed at most so often, however busy it is."""
IN_FLIGHT = timedelta(seconds=30)
"""A change that says it is so much older than the reading may have been committed after it."""
AGES_AFTER = timedelta(minutes=30)
"""While work is open, time alone makes an estimate old: people who should have come did not."""
LEASE = timedelta(minutes=3)
"""Whoever has been refreshing for so long is lost."""
BUDGET_SECONDS = 8.0
"""A beat begins no other team's refresh after so long; the next beat goes on."""

logger = logging.getLogger(__name__)


def refresh_due() -> int:
    """Refresh the teams whose work has changed, the longest neglected first; answers how many.

    Safe to run in many places at once: each team is claimed by one.
    """
    begun = time.monotonic()
    count = 0
    for team_id in teams_due(timezone.now()):
        if time.monotonic() - begun > BUDGET_SECONDS:
            break
        try:
            count += refresh(team_id)
        except Exception:
            # One team's odd rows must not keep the others from their estimates.
            logger.exception("the estimates of team %s could not be refreshed", team_id)
    return count


def teams_due(now: datetime) -> list[int]:
    """The teams whose turn it is, the longest neglected first."""
    found = []
    for team_id, read_at, is_open, *changes in _marks():
        changed_at = max((change for change in changes if change), default=None)
        if changed_at is None:
            continue
        if read_at is None:
            found.append((datetime.min.replace(tzinfo=UTC), team_id))
        elif now - read_at >= EVERY and (
            changed_at > read_at - IN_FLIGHT or (is_open and now - read_at >= AGES_AFTER)
        ):
            found.append((read_at, team_id))
    return [team_id for _read_at, team_id in sorted(found)]


def _marks() -> QuerySet[Any, Any]:
    """By team: when it was read, whether work is open, and when it changed by each trace."""
    team = OuterRef("pk")
    jobs = Job.objects.filter(team=team).order_by("-updated_at").values("updated_at")
    events = Event.objects.filter(team=team).order_by("-at").values("at")
    hours = WorkingHours.objects.filter(team=team).order_by().values("team")
    refreshes = EstimateRefresh.objects.filter(team=team).values("read_at")
    return Team.objects.order_by("pk").values_list(
        "pk",
        Subquery(refreshes[:1]),
        Exists(Batch.objects.filter(team=team, status__in=LAUNCHED)),
        Subquery(jobs[:1]),
        Subquery(events[:1]),
        Subquery(hours.annotate(newest=Max("updated_at")).values("newest")),
    )


def refresh(team_id: int) -> bool:
    """Estimate everything of a team anew and store it at once; answers whether it did.

    False when somebody else is at it. Killed anywhere, it leaves the estimates as they were, and
    the claim lapses after LEASE.
    """
    now = timezone.now()
    claim = claimed(team_id, now)
    if claim is None:
        return False
    try:
        team = facts_of(team_id, now)
        habits = habits_of(team.facts)
        answers = forecast(team.facts, habits)
        rows = list(rows_of(team_id, team, habits, answers))
        return store(team_id, rows, now)
    except Exception:
        EstimateRefresh.objects.filter(team=team_id, claimed_at=claim).update(claimed_at=None)
        raise


def claimed(team_id: int, now: datetime) -> datetime | None:
    """Claim the refresh of a team; None when somebody else has it and is not lost."""
    EstimateRefresh.objects.get_or_create(team_id=team_id)
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE)
    taken = EstimateRefresh.objects.filter(free, team=team_id).update(claimed_at=now)
    return now if taken else None


def store(team_id: int, rows: list[Forecast], now: datetime) -> bool:
    """Replace a team's estimates by these, all or none, if the claim of `now` still holds."""
    with transaction.atomic():
        mine = EstimateRefresh.objects.filter(team=team_id, claimed_at=now)
        if not mine.update(read_at=now, claimed_at=None):
            return False
        Forecast.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["team", "of", "subject_id"],
            update_fields=["p50_at", "p90_at", "reason", "fan", "facts", "computed_at"],
            batch_size=500,
        )
        Forecast.objects.filter(team=team_id).exclude(computed_at=now).delete()
    return True
