"""The page of one operation, what it refreshes, its verbs, and its result."""

from typing import Any

from django.apps import apps
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views.verbs import back_with_toast, verb_page
from labeling.core import workflow
from labeling.core.http import Request, get_visible_or_404, redirect_htmx, toast
from labeling.core.workflow import verbs_for
from labeling.operations import cells
from labeling.operations.models import Delivery, LogLine, Operation, OperationRow
from labeling.operations.results import may_download, result_of, results_of
from labeling.operations.states import Outcome, Status

SHOWN_PROBLEMS = 25
SHOWN_LINES = 50
SHOWN_DELIVERIES = 10
POLL_SECONDS = 1

WAITS_FOR = {
    Status.PENDING: gettext_lazy("Waits for its files."),
    Status.QUEUED: gettext_lazy("Waits for its turn."),
    Status.CANCELING: gettext_lazy("Stops after the current step."),
}

SENTENCES = {
    "cancel": gettext_lazy("“%(name)s” is being canceled."),
    "retry": gettext_lazy("“%(name)s” goes on."),
}


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
        if isinstance(change.outcome, Operation):
            toast(request, _("The failed rows are tried again here."))
            return redirect_htmx(request, change.outcome.get_absolute_url())
        words = {"name": operation.label, "label": action.label}
        message = SENTENCES.get(verb, _("%(label)s: %(name)s")) % words
        if change.obj.status == Status.CANCELED:
            message = _("“%(name)s” is canceled.") % words
        return back_with_toast(request, change, message, back)

    return verb_page(
        request, action, operation, back, done, current_team=operation.team, nav="operations"
    )


@require_safe
def download(request: Request, pk: int) -> HttpResponseBase:
    """The result, streamed; never shown in place, under a name and a type of our own."""
    return result_of(request, _visible(request, pk))


@require_safe
def results(request: Request, pk: int) -> HttpResponseBase:
    """What the operation made, row by row, as a file of JSON lines."""
    return results_of(request.actor, _visible(request, pk))


def _visible(request: Request, pk: int) -> Operation:
    found = Operation.objects.visible_to(request.actor).select_related("team", "created_by")
    return get_visible_or_404(found, pk)


def _context(request: Request, operation: Operation) -> dict[str, Any]:
    percent = cells.percent(operation)
    return {
        "title": f"{percent} - {operation.label}" if percent else operation.label,
        "nav": "operations",
        "current_team": operation.team,
        "operation": operation,
        "poll_seconds": POLL_SECONDS if operation.is_live else None,
        "kind": cells.kind_label(operation),
        "bar": cells.bar(operation),
        "waits_for": WAITS_FOR.get(Status(operation.status)),
        "pace": cells.pace_words(operation),
        "subject": _subject(request, operation),
        "verbs": verbs_for(operation, request.actor),
        "may_download": bool(operation.file) and may_download(request.actor, operation),
        "may_have_results": may_download(request.actor, operation),
        **_rows(request, operation),
        **_log(request, operation),
        "deliveries": _deliveries(request, operation),
    }


def _rows(request: Request, operation: Operation) -> dict[str, Any]:
    """The first problems, errors before what was skipped."""
    visible = OperationRow.objects.visible_to(request.actor).filter(operation=operation)
    problems = visible.filter(outcome__in=(Outcome.ERROR, Outcome.SKIPPED))
    shown = list(problems.order_by("outcome", "number")[: SHOWN_PROBLEMS + 1])
    return {
        "problems": shown[:SHOWN_PROBLEMS],
        "has_more_problems": len(shown) > SHOWN_PROBLEMS,
        "has_rows": bool(shown) or visible.exists(),
    }


def _log(request: Request, operation: Operation) -> dict[str, Any]:
    """What happened to it, the newest line first."""
    lines = LogLine.objects.visible_to(request.actor).filter(operation=operation)
    found = list(lines.select_related("by").order_by("-pk")[: SHOWN_LINES + 1])
    return {"log": found[:SHOWN_LINES], "has_more_log": len(found) > SHOWN_LINES}


def _deliveries(request: Request, operation: Operation) -> list[Delivery]:
    """Who was told of its end, as far as the reader may know."""
    if operation.is_live:
        return []
    visible = Delivery.objects.visible_to(request.actor).filter(operation=operation)
    to_whom = Q(webhook__isnull=False) | Q(person=request.user.pk)
    found = visible.filter(to_whom).select_related("webhook", "person")
    shown = list(found[:SHOWN_DELIVERIES])
    for delivery in shown:
        delivery.next_cell = cells.delivery_next(delivery)  # type: ignore[attr-defined]
    return shown


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
