"""Times are shown in the reader's zone, which the browser tells in a cookie."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from labeling.core.zones import ZONE_COOKIE, ReaderZoneMiddleware


def zone_for(cookie):
    """The zone in which a request with that cookie is answered."""
    seen = []

    def view(request):
        seen.append(timezone.get_current_timezone_name())
        return HttpResponse()

    request = RequestFactory().get("/")
    if cookie is not None:
        request.COOKIES[ZONE_COOKIE] = cookie
    ReaderZoneMiddleware(view)(request)
    return seen[0]


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"])
def test_a_known_zone_is_used(name):
    assert zone_for(name) == name


def test_a_slash_may_come_escaped():
    assert zone_for("Europe%2FBerlin") == "Europe/Berlin"


@pytest.mark.parametrize(
    "name", [None, "", "Nowhere/Else", "../../etc/passwd", "/etc/passwd", "\0"]
)
def test_anything_else_counts_as_the_server_s_zone(name):
    assert zone_for(name) == "UTC"


def test_one_reader_s_zone_does_not_reach_the_next():
    zone_for("Asia/Tokyo")
    assert timezone.get_current_timezone_name() == "UTC"
