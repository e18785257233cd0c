"""How a refusal looks to a script: one exception handler for the whole REST interface."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler
from rest_framework.views import set_rollback

from labeling.core.errors import WorkflowError


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Our refusals keep their status and details; the rest is the framework's business."""
    if isinstance(exc, WorkflowError):
        set_rollback()
        return Response(exc.as_dict(), status=exc.status)
    return rest_exception_handler(exc, context)
