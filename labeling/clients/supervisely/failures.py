"""Refusals in the SDK's form: `{"error": <code>, "details": {"message": <words>}}`.

The SDK pastes the body into the exception that it raises, and retries whatever looks like a
server's trouble (5xx) for five minutes: what is refused is always a 4xx.
"""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from labeling.core.errors import WorkflowError
from labeling.core.refusals import explained

CODES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Payload Too Large",
}


def failure(status: int, message: Any) -> JsonResponse:
    """One refusal."""
    body = {"error": CODES.get(status, "Error"), "details": {"message": str(message)}}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def from_workflow(error: WorkflowError) -> JsonResponse:
    """A refusal of our own rules."""
    return failure(error.status, explained(error))


def from_rest(error: APIException) -> JsonResponse:
    """A token that is no good, or a body that cannot be read."""
    return failure(error.status_code, error.detail)


def not_found(_request: HttpRequest | None = None) -> JsonResponse:
    """What the person may not see is not there; the SDK's getters then answer None."""
    return failure(404, _("There is nothing of this id that you may see."))
