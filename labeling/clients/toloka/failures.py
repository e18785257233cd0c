"""Refusals in the client's form: it chooses its exception by the code, not by the HTTP status.

The client repeats what is answered with 408, 429, 500, 503 or 504, also what makes something; so
nothing that is refused has one of these.
"""

import logging
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, AuthenticationFailed

from labeling.clients.toloka.wire import written
from labeling.core.errors import Conflict, Forbidden, Invalid, WorkflowError
from labeling.core.refusals import explained

logger = logging.getLogger(__name__)

AUTHENTICATION = "AUTHENTICATION_ERROR"
ACCESS = "ACCESS_DENIED"
MISSING = "DOES_NOT_EXIST"
CONFLICT = "CONFLICT_STATE"
VALIDATION = "VALIDATION_ERROR"
INTERNAL = "INTERNAL_ERROR"
UNAVAILABLE = "REMOTE_SERVICE_UNAVAILABLE"
# The client's word that comes nearest: an IncorrectActionsApiError, which it does not repeat.
NOT_OFFERED = "INVALID_OPERATION_TYPE"
VALUE = "INVALID_VALUE"


class NotOffered(WorkflowError):
    """A call that has nothing here to be translated to; the text says what to do instead."""


class Unfinished(WorkflowError):
    """The server did not come to an end in time; asking again at once would do it twice."""

    status = 502


def failure(status: int, code: str, message: Any, payload: Any = None) -> HttpResponse:
    """One refusal.

    Arguments:
        payload: facts; of a VALIDATION_ERROR what is wrong by field.
    """
    request_id = uuid.uuid4().hex
    if code == INTERNAL:
        logger.error("the request %s was answered with an internal error", request_id)
    body = {"request_id": request_id, "code": code, "message": str(message), "payload": payload}
    return HttpResponse(written(body), content_type="application/json", status=status)


def from_workflow(error: WorkflowError) -> HttpResponse:
    """A refusal of our own rules."""
    if isinstance(error, Invalid):
        return failure(400, VALIDATION, explained(error), by_field(error))
    for kind, code in CODES.items():
        if isinstance(error, kind):
            return failure(error.status, code, error.message, error.details or None)
    return failure(error.status, VALIDATION, error.message, {})


CODES: Mapping[type[WorkflowError], str] = {
    Forbidden: ACCESS,
    Conflict: CONFLICT,
    NotOffered: NOT_OFFERED,
    Unfinished: UNAVAILABLE,
}


def by_field(error: Invalid) -> dict[str, Any]:
    """What is wrong with each field, as the client's ValidationApiError keeps it."""
    texts = error.as_dict()["errors"]
    if not isinstance(texts, dict):
        return {}
    return {name: {"code": VALUE, "message": " ".join(several)} for name, several in texts.items()}


def from_rest(error: APIException) -> HttpResponse:
    """A token that is no good, or a body that cannot be read."""
    if isinstance(error, AuthenticationFailed):
        return failure(401, AUTHENTICATION, error.detail)
    return failure(error.status_code, VALIDATION, error.detail, {})


def missing() -> HttpResponse:
    """What the person may not see is not there."""
    return failure(404, MISSING, _("There is nothing of this id that you may see."))


def internal(error: Exception) -> HttpResponse:
    """Ours to mend."""
    logger.error("toloka edge failed", exc_info=error)
    return failure(500, INTERNAL, _("Something went wrong in the server; its log has the reason."))
