"""The page of one operation, what it refreshes, its verbs, its result, and the bell."""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Team
from accounts.views.verbs import back_with_toast, verb_page
from labeling.core import workflow
from labeling.core.http import Request, get_visible_or_404
from labeling.core.navigation import place
from labeling.core.workflow import verbs_for
from labeling.operations import cells
from labeling.operations.models import Operation
from labeling.operations.results import may_download, result_of
from labeling.operations.states import LIVE, Outcome, Status

SHOWN_PROBLEMS = 25
POLL_SECONDS = 1
JUST_FINISHED = timedelta(minutes=5)

WAITS_FOR = {
    Status.PENDING: gettext_lazy("Waits for its files."),
    Status.QUEUED: gettext_lazy("Waits for its turn."),
    Status.CANCELING: gettext_lazy("Stops after the current step."),
}

SENTENCES = {
    "cancel": gettext_lazy("“%(name)s” is being canceled."),
    "retry": gettext_lazy("“%(name)s” goes on."),
}


def waiting(request: HttpRequest) -> int | None:
    """How many of the reader's own operations run, or have just finished: the bell's number."""
    actor: Any = getattr(request, "actor", None)
    if actor is None or not actor.team_ids:
        return None
    recent = Q(status__in=LIVE) | Q(completed_at__gte=timezone.now() - JUST_FINISHED)
    own = Operation.objects.visible_to(actor).filter(recent, created_by=actor.user.pk)
    return own.count()


place("inbox", "operations:list", count=waiting)
place("bell", "operations:bell")


@require_safe
def operation_page(request: Request, pk: int) -> HttpResponse:
    """One operation: how far it is, what went wrong, what may be done."""
    operation = _visible(request, pk)
    return render(request, "operations/operation.html", _context(request, operation))


@require_safe
def progress(request: Request, pk: int) -> HttpResponse:
    """The part of the page that refreshes itself; once all is over it stops asking."""
    operation = _visible(request, pk)
    return render(request, "operations/operation.html#state", _context(request, operation))


@require_http_methods(["GET", "POST"])
def operation_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """Perform a verb on an operation: ask by GET, do it by POST."""
    operation = _visible(request, pk)
    action = workflow.find(Operation, verb)
    if action is None:
        raise Http404
    back = operation.get_absolute_url()

    def done(change: workflow.Change) -> HttpResponseBase:
        message = SENTENCES[verb] % {"name": operation.label}
        if change.obj.status == Status.CANCELED:
            message = _("“%(name)s” is canceled.") % {"name": operation.label}
        return back_with_toast(request, change, message, back)

    return verb_page(
        request, action, operation, back, done, current_team=operation.team, nav="operations"
    )


@require_safe
def download(request: Request, pk: int) -> FileResponse:
    """The result, streamed; never shown in place, under a name and a type of our own."""
    return result_of(request.actor, _visible(request, pk))


@require_safe
def bell(request: Request, team_id: int) -> HttpResponse:
    """The bell by itself, as it refreshes while something runs."""
    get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    return render(request, "components/bell.html")


def _visible(request: Request, pk: int) -> Operation:
    found = Operation.objects.visible_to(request.actor).select_related("team", "created_by")
    return get_visible_or_404(found, pk)


def _context(request: Request, operation: Operation) -> dict[str, Any]:
    problems = operation.rows.exclude(outcome=Outcome.OK)[: SHOWN_PROBLEMS + 1]
    shown = list(problems)
    return {
        "title": operation.label,
        "nav": "operations",
        "current_team": operation.team,
        "operation": operation,
        "poll_seconds": POLL_SECONDS if operation.is_live else None,
        "kind": cells.kind_label(operation),
        "bar": cells.bar(operation),
        "waits_for": WAITS_FOR.get(Status(operation.status)),
        "time_left": cells.time_left(operation, timezone.now()),
        "subject": _subject(request, operation),
        "verbs": verbs_for(operation, request.actor),
        "may_download": bool(operation.file) and may_download(request.actor, operation),
        "problems": shown[:SHOWN_PROBLEMS],
        "has_more_problems": len(shown) > SHOWN_PROBLEMS,
        "has_rows": bool(shown) or operation.rows.exists(),
    }


def _subject(request: Request, operation: Operation) -> Any | None:
    """What the operation is about, if the reader may see it and it has a page."""
    if not operation.subject_type or operation.subject_id is None:
        return None
    try:
        model: Any = apps.get_model(operation.subject_type)
    except LookupError:  # of a version that knew more
        return None
    found = model.objects.visible_to(request.actor).filter(pk=operation.subject_id).first()
    return found if hasattr(found, "get_absolute_url") else None
