"""Times in the reader's zone: the browser says its zone in a cookie, this activates it."""

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

ZONE_COOKIE = "zone"


class ReaderZoneMiddleware:
    """Activates the zone of the `zone` cookie; an unknown one counts as none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request with times in the reader's zone."""
        name = request.COOKIES.get(ZONE_COOKIE, "").replace("%2F", "/")
        if name not in known_zones():
            return self.get_response(request)
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)


@cache
def known_zones() -> frozenset[str]:
    """The names of all zones; read from the system's files, which takes a while, so only once."""
    return frozenset(available_timezones())
