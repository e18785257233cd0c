"""The file that an operation made: who may have it, and how it is sent."""

from pathlib import PurePosixPath
from typing import Any

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from accounts.roles import Capability
from labeling.core.errors import Forbidden
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation

# What a result may be served as. A name decides nothing else, and nothing is shown in place.
MEDIA_TYPES = {
    ".zip": "application/zip",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".csv": "text/csv; charset=utf-8",
}
ANY_BYTES = "application/octet-stream"


def may_download(actor: Any, operation: Operation) -> bool:
    """Whether the actor's role holds what a start of this kind needs."""
    kind = kinds.get(operation.kind)
    capability = kind.capability if kind is not None else Capability.EXPORT
    return bool(actor.can(capability, operation.team_id))


def result_of(actor: Any, operation: Operation) -> FileResponse:
    """The result, streamed; never shown in place, under a name and a type of our own.

    Raises:
        Forbidden: the actor's role does not allow it.
        Http404: there is no result, or the store does not have it any more.
    """
    if not may_download(actor, operation):
        raise Forbidden(_("Your role in this team does not allow to download this result."))
    stored = operation.file.name
    if not stored or not operation.file.storage.exists(stored):
        raise Http404
    name = PurePosixPath(stored)
    response = FileResponse(
        operation.file.open("rb"),
        as_attachment=True,
        filename=name.name,
        content_type=MEDIA_TYPES.get(name.suffix.lower(), ANY_BYTES),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
