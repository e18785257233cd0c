"""How a refusal looks to a person: one middleware for all pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from labeling.core.errors import Invalid, WorkflowError
from labeling.core.http import next_url, toast, wants_partial


class RefusalMiddleware:
    """Turns a WorkflowError that a view let go into a toast for htmx, or else into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing to do on the way in or out."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a refused request; None for any other error."""
        if not isinstance(exception, WorkflowError):
            return None
        if wants_partial(request):
            response = HttpResponse(status=exception.status)
            toast(response, explained(exception), "error")
            return response
        context = {
            "error": exception,
            "errors": exception.errors if isinstance(exception, Invalid) else {},
            "back_url": next_url(request, request.headers.get("referer", "/")),
        }
        return render(request, "core/refusal.html", context, status=exception.status)


def explained(error: WorkflowError) -> str:
    """The refusal in one line: its message, and for input what is wrong with it."""
    if isinstance(error, Invalid):
        texts = error.as_dict()["errors"]
        if isinstance(texts, dict):
            return " ".join(text for several in texts.values() for text in several)
    return str(error.message)
