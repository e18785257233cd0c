"""What people hold, did lately and how it fares: columns of a list, counted by the database."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import Membership
from labeling.jobs.models import Activity, Job, JobItem, Pace
from labeling.jobs.models.activity import quarter_of
from labeling.jobs.states import ANNOTATING, ItemState, Status, any_of

ACCEPTANCE_DAYS = 30
"""Acceptance is told from the last decisions: what somebody learned a year ago says little."""


def with_workload(
    memberships: QuerySet[Membership], *, today: datetime, week: datetime
) -> QuerySet[Membership]:
    """The members with what the people page shows of each, in one query.

    Arguments:
        today, week: since when items count as done today and this week.

    Adds:
        open_jobs, open_items: unfinished live jobs, and the items left in them.
        done_today, done_week: items confirmed, as home counts them.
        pace: usual seconds an item on the project of the last confirmation; None without evidence.
        decided, accepted: own items decided on in the last ACCEPTANCE_DAYS days.
        acceptance: accepted of decided, 0 to 1; None before the first decision.
        backlog: jobs on review that wait for this person.
    """
    return memberships.annotate(
        open_jobs=_number(_open_jobs(), Count("pk"), "annotator"),
        open_items=_number(_open_jobs(), Sum(F("items") - F("done")), "annotator"),
        done_today=_number(_done(today), Sum("done"), "user"),
        done_week=_number(_done(week), Sum("done"), "user"),
        pace=Subquery(_paces().values("usual_seconds")[:1], output_field=FloatField()),
        backlog=_number(_backlog(), Count("pk"), "reviewer"),
        decided=_number(_decided(today), Count("pk"), "done_by"),
        accepted=_number(
            _decided(today), Count("pk", filter=Q(state=ItemState.ACCEPTED)), "done_by"
        ),
    ).annotate(
        acceptance=Case(
            When(decided=0, then=Value(None)),
            default=F("accepted") * 1.0 / F("decided"),
            output_field=FloatField(),
        )
    )


def _number(rows: QuerySet[Any], figure: Any, person: str) -> Coalesce:
    """A figure over the rows of one person; 0 where there are none."""
    counted = rows.order_by().values(person).annotate(figure=figure).values("figure")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _open_jobs() -> QuerySet[Job]:
    return Job.objects.live().filter(
        any_of(ANNOTATING), annotator=OuterRef("user"), team=OuterRef("team")
    )


def _backlog() -> QuerySet[Job]:
    return Job.objects.live().filter(
        status=Status.ON_REVIEW, reviewer=OuterRef("user"), team=OuterRef("team")
    )


def _done(since: datetime) -> QuerySet[Activity]:
    return Activity.objects.filter(
        user=OuterRef("user"), team=OuterRef("team"), quarter__gte=quarter_of(since)
    )


def _decided(today: datetime) -> QuerySet[JobItem]:
    since = today - timedelta(days=ACCEPTANCE_DAYS)
    return JobItem.objects.filter(
        done_by=OuterRef("user"),
        job__team=OuterRef("team"),
        decided_at__gte=since,
        state__in=(ItemState.ACCEPTED, ItemState.REJECTED),
    )


def _paces() -> QuerySet[Pace]:
    return Pace.objects.filter(
        user=OuterRef("user"), project__team=OuterRef("team"), usual_seconds__isnull=False
    ).order_by("-last_done_at")
