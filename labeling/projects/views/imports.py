"""The page that takes a list of data rows: a file, or pasted; it works without scripts."""

import uuid
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from labeling.core.errors import Forbidden, Invalid
from labeling.core.http import Request, get_visible_or_404, redirect_htmx, render_page
from labeling.projects.importing import start_import_items
from labeling.projects.models import Dataset
from labeling.projects.operations.importing_items import ImportItems
from labeling.projects.staging import refuse_archived, refuse_large_body

PASTED = "pasted.ndjson"
EXAMPLE = """\
{"row_data": "https://example.org/pears/1.jpg", "global_key": "pear-1"}
{"row_data": "https://example.org/pears/2.jpg", "global_key": "pear-2", \
"external_id": "IMG_0002", "metadata": {"orchard": "north", "ripe": true, "grams": 182.5}, \
"attachments": [{"type": "IMAGE", "value": "https://example.org/trees/7.jpg", "name": "The tree"}]}
"""


@csrf_exempt  # asked by the inner view, once the body is known to be of a size worth reading
@require_http_methods(["GET", "POST"])
def import_items(request: Request, pk: int) -> HttpResponseBase:
    """Import a list into a dataset."""
    refuse_large_body(request)
    return _import_items(request, pk)


@csrf_protect
def _import_items(request: Request, pk: int) -> HttpResponseBase:
    datasets = Dataset.objects.visible_to(request.actor).select_related("team", "project")
    dataset = get_visible_or_404(datasets, pk)
    if not request.actor.can(ImportItems.capability, dataset.team_id):
        raise Forbidden(_("Your role in this team does not allow this: %s") % ImportItems.label)
    refuse_archived(dataset)
    if request.method == "GET":
        return _page(request, dataset)
    lists = _sent(request)
    if not lists:
        return _page(request, dataset, _("Choose a file, or paste at least one row."))
    try:
        operation = start_import_items(
            request.actor,
            dataset,
            lists,
            fetch=request.POST.get("fetch") == "on",
            idempotency_key=request.POST.get("key", "")[:64],
        )
    except Invalid as error:
        return _page(request, dataset, " ".join(error.as_dict()["errors"]["file"]))
    return redirect_htmx(request, operation)


def _sent(request: Request) -> list[UploadedFile[Any]]:
    """The files in their order, then what was pasted."""
    lists: list[UploadedFile[Any]] = [*request.FILES.getlist("file")]
    pasted = request.POST.get("rows", "")
    if pasted.strip():
        # Half a surrogate pair, which a broken browser may send, is the row's to be told.
        raw = pasted.encode("utf-8", "surrogatepass")
        lists.append(SimpleUploadedFile(PASTED, raw))
    return lists


def _page(request: Request, dataset: Dataset, problem: str = "") -> HttpResponse:
    context = {
        "title": ImportItems.label,
        "nav": "projects",
        "current_team": dataset.team,
        "dataset": dataset,
        "problem": problem,
        "rows": request.POST.get("rows", ""),
        "fetch": request.POST.get("fetch") == "on",
        # Pressing the button twice starts one import; after a refusal it is another try.
        "key": uuid.uuid4().hex,
        "example": EXAMPLE,
        "most_bytes": settings.LABELDESK_MAX_UPLOAD_BYTES,
    }
    status = 400 if problem else None
    return render_page(request, "projects/import_items.html", context, status=status)
