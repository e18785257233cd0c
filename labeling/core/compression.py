"""Pages, JSON and CSV travel packed; pictures and archives are packed already."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS = frozenset({"text/html", "application/json", "text/csv", "text/plain"})


class TextCompressionMiddleware(GZipMiddleware):
    """Packs what is text, where the browser takes it.

    Each answer gets a random number of bytes more, so that its length tells nothing about secrets
    in it (the framework's answer to BREACH). Static files are packed once, when they are collected.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The answer, packed if that helps."""
        kind = response.get("Content-Type", "").partition(";")[0].strip()
        if kind not in TEXTS:
            return response
        packed: HttpResponseBase = super().process_response(request, response)
        return packed
