"""Estimates in the rows of a list: to sort by, to filter by, and for scripts."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import (
    Case,
    CharField,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils import timezone
from django.utils.translation import gettext

from labeling.jobs.estimates.reading import FINISHED, Estimate, standing_of
from labeling.jobs.models import Forecast
from labeling.jobs.states import ForecastOf, Standing, Status

M = TypeVar("M", bound=Model)

OVER: dict[ForecastOf, Q] = {
    ForecastOf.BATCH: Q(status__in=FINISHED),
    ForecastOf.JOB: Q(status=Status.COMPLETED) | Q(archived_at__isnull=False),
}
"""What is finished, so that no date can be missed any more."""


def _forecast(of: ForecastOf, column: str) -> Subquery:
    rows = Forecast.objects.filter(team=OuterRef("team"), of=of, subject_id=OuterRef("pk"))
    return Subquery(rows.values(column)[:1])


def with_eta(rows: QuerySet[M], of: ForecastOf) -> QuerySet[M]:
    """Batches or jobs with `eta_at`, the median of their estimate, to sort by; null without one."""
    found: Any = rows.annotate(eta_at=_forecast(of, "p50_at"))
    return found  # type: ignore[no-any-return]


def with_estimates(rows: QuerySet[M], of: ForecastOf) -> QuerySet[M]:
    """Batches or jobs with all that `estimate_in` reads, without a query of its own."""
    found: Any = with_eta(rows, of).annotate(
        eta_p90_at=_forecast(of, "p90_at"),
        eta_reason=_forecast(of, "reason"),
        eta_computed_at=_forecast(of, "computed_at"),
    )
    return found  # type: ignore[no-any-return]


def estimate_in(row: Any, *, finished: bool) -> Estimate | None:
    """The estimate of a row from `with_estimates`; None for other rows and where there is none."""
    computed_at: datetime | None = getattr(row, "eta_computed_at", None)
    if computed_at is None or finished:
        return None
    now = timezone.now()
    return Estimate(
        row.eta_at,
        row.eta_p90_at,
        gettext(row.eta_reason) if row.eta_reason else "",
        computed_at,
        standing_of(row.eta_at, row.eta_p90_at, row.due_at, now),
    )


def standing_in(rows: QuerySet[M], of: ForecastOf, standings: list[str]) -> QuerySet[M]:
    """The batches or jobs that stand like this: `standing_of`, said to the database."""
    now = timezone.now()
    due = Q(due_at__isnull=False) & ~OVER[of]
    stored = with_eta(rows, of).annotate(eta_p90_at=_forecast(of, "p90_at"))
    standing = Case(
        When(~due, then=Value(Standing.NONE.value)),
        When(Q(due_at__lt=now) | Q(eta_at__gt=F("due_at")), then=Value(Standing.LATE.value)),
        When(eta_p90_at__isnull=True, then=Value(Standing.NONE.value)),
        When(eta_p90_at__gt=F("due_at"), then=Value(Standing.AT_RISK.value)),
        default=Value(Standing.ON_TIME.value),
        output_field=CharField(),
    )
    found: QuerySet[M] = stored.annotate(standing=standing).filter(standing__in=standings)
    return found
