"""How a refusal looks to a script: one exception handler for the whole REST interface."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler
from rest_framework.views import set_rollback

from labeling.core.errors import WorkflowError


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Our refusals keep their status and details; the rest is the framework's business.

    A body with too many fields or files is refused in JSON too: without this it is a page.
    """
    if isinstance(exc, WorkflowError):
        set_rollback()
        return Response(exc.as_dict(), status=exc.status)
    if isinstance(exc, SuspiciousOperation):
        code = 413 if isinstance(exc, RequestDataTooBig) else 400
        return Response({"detail": str(exc) or _("This request cannot be read.")}, status=code)
    return rest_exception_handler(exc, context)
