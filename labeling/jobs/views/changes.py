"""Changing many jobs from a list: the start, the progress, and taking it back."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.http import (
    Request,
    get_visible_or_404,
    next_url,
    redirect_htmx,
    wants_partial,
)
from labeling.core.listing import Selection
from labeling.jobs.actions.base import people_who
from labeling.jobs.filters import TeamJobFilterSet
from labeling.jobs.models import Job
from labeling.jobs.operations.changing import CHANGE
from labeling.jobs.operations.undoing import UNDO, UNDOABLE
from labeling.jobs.states import Priority
from labeling.operations.engine import start
from labeling.operations.models import Operation
from labeling.operations.states import LIVE

SHOWN_SECONDS = 45
"""So long after its end a change is still shown above the list, with its undo."""

SHOWN_REFUSALS = 5
MOST_SHOWN = 4

FIELDS = ("verb", "annotator", "reviewer", "priority", "due_at")


@require_POST
def change_jobs(request: Request, team_id: int) -> HttpResponseBase:
    """Start a change of the selected jobs, or of all that the list's filters match."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    jobs = Job.objects.visible_to(request.actor).filter(team=team)
    selected = Selection.parse(request.POST).apply(jobs, TeamJobFilterSet, request)
    data = {
        **{name: request.POST.get(name, "") for name in FIELDS},
        "people": request.POST.getlist("people"),
        "jobs": list(selected.values_list("pk", flat=True)),
    }
    start(CHANGE, request.actor, team, data)
    return redirect_htmx(request, next_url(request, reverse("jobs:job-list", args=[team.pk])))


@require_GET
def change(request: Request, pk: int) -> HttpResponse:
    """How a change goes on; asks again by itself, and refreshes the list at the end."""
    found = get_visible_or_404(changes(request), pk)
    page = getattr(request.htmx, "current_url_abs_path", None) if wants_partial(request) else None
    context = {**shown(found, request), "refresh": found.is_finished, "next": page}
    return render(request, "jobs/change.html", {"change": context})


@require_POST
def undo_change(request: Request, pk: int) -> HttpResponseBase:
    """Start taking back what a change did. Asked twice, it is done once."""
    found = get_visible_or_404(changes(request).select_related("team"), pk)
    data = {"operation": found.pk}
    start(UNDO, request.actor, found.team, data, idempotency_key=f"undo-change-{found.pk}")
    default = reverse("jobs:job-list", args=[found.team_id])
    return redirect_htmx(request, next_url(request, default))


def changes(request: Request) -> QuerySet[Operation]:
    """The changes of jobs that the actor may see."""
    return Operation.objects.visible_to(request.actor).filter(kind__in=UNDOABLE)


def recent_changes(request: Request, team: Team) -> list[dict[str, Any]]:
    """One's own changes that run or have just ended, as shown above the list."""
    since = timezone.now() - timedelta(seconds=SHOWN_SECONDS)
    own = changes(request).filter(team=team, created_by=request.user.pk, created_at__gte=since)
    running = changes(request).filter(team=team, created_by=request.user.pk, status__in=LIVE)
    found = list((own | running).order_by("-pk")[:MOST_SHOWN])
    undone = {each.plan.get("change") for each in found if each.kind == UNDO}
    return [shown(each, request) for each in found if each.pk not in undone]


def shown(found: Operation, request: Request) -> dict[str, Any]:
    """A change with what its notice says."""
    refused = found.result.get("refused", 0)
    return {
        "operation": found,
        "next": request.get_full_path(),
        "refusals": list(found.rows.filter(outcome="error")[:SHOWN_REFUSALS]) if refused else [],
        "may_undo": found.is_finished
        and found.result.get("changed", 0) > 0
        and request.actor.can(Capability.MANAGE_JOBS, found.team_id),
    }


def bulk_choices(team: Team) -> dict[str, Any]:
    """What the bulk bar offers: people who may label, who may review, priorities."""
    return {
        "annotators": list(people_who(Capability.LABEL, team.pk)),
        "reviewers": list(people_who(Capability.REVIEW, team.pk)),
        "priorities": Priority.choices[::-1],
    }
