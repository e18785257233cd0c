"""Uploads: a page that works without scripts, and three small steps for those that have them.

The steps: begin (makes a pending operation), add files (as often as needed), start. The plain form
sends everything at once and does all three.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Capability
from labeling.core.errors import Forbidden, Invalid, TooLarge, WorkflowError
from labeling.core.http import Request, get_visible_or_404, redirect_htmx, render_page
from labeling.operations.models import Operation
from labeling.projects.models import Dataset
from labeling.projects.pictures import MOST_IMAGE_BYTES
from labeling.projects.staging import (
    MOST_FILES,
    begin_upload,
    refuse_archived,
    refuse_large_body,
    stage_files,
    start_upload,
    upload_at_once,
)


@csrf_exempt  # asked by the inner view, once the body is known to be of a size worth reading
@require_http_methods(["GET", "POST"])
def uploads(request: Request, pk: int) -> HttpResponseBase:
    """The upload page of a dataset; POST begins an upload, or does the whole of it."""
    return _if_small(request, lambda: _uploads(request, pk))


@csrf_exempt
@require_POST
def upload_files(request: Request, pk: int) -> HttpResponseBase:
    """Add files to an upload that was begun."""
    return _if_small(request, lambda: _upload_files(request, pk))


def _if_small(request: Request, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        refuse_large_body(request)
    except TooLarge as refusal:
        if not wants_json(request):
            raise
        return JsonResponse(refusal.as_dict(), status=refusal.status)
    return answer()


@csrf_protect
def _uploads(request: Request, pk: int) -> HttpResponseBase:
    datasets = Dataset.objects.visible_to(request.actor).select_related("team", "project")
    dataset = get_visible_or_404(datasets, pk)
    if not request.actor.can(Capability.MANAGE_PROJECTS, dataset.team_id):
        raise Forbidden(_("Your role in this team does not allow this: %s") % _("Upload images"))
    refuse_archived(dataset)
    if request.method == "GET":
        return _upload_page(request, dataset)
    if wants_json(request):
        return _answered(lambda: begun(request, dataset), status=201)
    files = request.FILES.getlist("file")
    if not files:
        return _upload_page(request, dataset, _("Choose at least one file."))
    try:
        return redirect_htmx(request, upload_at_once(request.actor, dataset, files))
    except Invalid as error:
        return _upload_page(request, dataset, " ".join(error.as_dict()["errors"]["file"]))


def begun(request: Request, dataset: Dataset) -> dict[str, Any]:
    """A fresh upload, and where its files go."""
    key = request.headers.get("idempotency-key", "")
    operation = begin_upload(request.actor, dataset, idempotency_key=key)
    return {
        "operation": operation.pk,
        "files_url": reverse("projects:upload-files", args=[operation.pk]),
        "start_url": reverse("projects:upload-start", args=[operation.pk]),
        "operation_url": operation.get_absolute_url(),
    }


@csrf_protect
def _upload_files(request: Request, pk: int) -> HttpResponseBase:
    operation = get_visible_or_404(Operation.objects.visible_to(request.actor), pk)
    return _answered(lambda: added(request, operation), status=201)


def added(request: Request, operation: Operation) -> dict[str, Any]:
    """The files of this request, added to an upload."""
    staged = stage_files(request.actor, operation, request.FILES.getlist("file"))
    return {"files": [{"name": each.name, "byte_size": each.byte_size} for each in staged]}


@require_POST
def upload_start(request: Request, pk: int) -> HttpResponseBase:
    """Let an upload begin; a page goes on to its progress."""
    operation = get_visible_or_404(Operation.objects.visible_to(request.actor), pk)
    if wants_json(request):
        return _answered(lambda: started(request, operation), status=202)
    return redirect_htmx(request, start_upload(request.actor, operation))


def started(request: Request, operation: Operation) -> dict[str, Any]:
    """The upload as it is once it began."""
    operation = start_upload(request.actor, operation)
    return {
        "operation": operation.pk,
        "status": operation.status,
        "operation_url": operation.get_absolute_url(),
    }


def wants_json(request: Request) -> bool:
    """Whether a script asks, rather than a form."""
    return request.headers.get("accept", "").startswith("application/json")


def _answered(answer: Any, status: int) -> JsonResponse:
    try:
        return JsonResponse(answer(), status=status)
    except WorkflowError as refusal:
        return JsonResponse(refusal.as_dict(), status=refusal.status)


def _upload_page(request: Request, dataset: Dataset, problem: str = "") -> HttpResponse:
    context = {
        "title": _("Upload images"),
        "nav": "projects",
        "current_team": dataset.team,
        "dataset": dataset,
        "problem": problem,
        "most_bytes": settings.LABELDESK_MAX_UPLOAD_BYTES,
        "most_image_bytes": MOST_IMAGE_BYTES,
        "most_megapixels": settings.LABELDESK_MAX_IMAGE_PIXELS // 1_000_000,
        "most_files": MOST_FILES,
    }
    return render_page(request, "projects/upload.html", context, status=400 if problem else None)
