"""Pages and partials, toasts, redirects that stay here, and things that are not seen."""

import json

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from labeling.core.errors import Conflict, Invalid
from labeling.core.http import get_visible_or_404, next_url, redirect_htmx, toast
from labeling.core.refusals import RefusalMiddleware


def request_with(method: str = "get", data: dict | None = None, **headers: str):
    """A request as our middleware hands it to a view."""
    request = getattr(RequestFactory(), method)("/here/", data or {}, headers=headers)
    request.htmx = HtmxDetails(request)
    request._messages = CookieStorage(request)
    return request


@pytest.mark.parametrize("key", ["0", "abc", -1, 2**63, "99999999999999999999999", "²"])
def test_a_key_that_nothing_can_have_is_a_404_like_any_other(db, key):
    with pytest.raises(Http404):
        get_visible_or_404(User.objects.all(), key)


def test_what_is_not_among_the_visible_is_a_404(manager):
    assert get_visible_or_404(User.objects.all(), str(manager.pk)) == manager
    with pytest.raises(Http404):
        get_visible_or_404(User.objects.none(), manager.pk)


def test_a_toast_on_a_response_adds_to_those_before_and_to_other_events():
    response = HttpResponse()
    response["HX-Trigger"] = json.dumps({"saved": True})
    toast(response, "Stopped.", undo_url="/jobs/1/resume/")
    toast(response, "Late.", "error")
    assert json.loads(response["HX-Trigger"]) == {
        "saved": True,
        "toast": [
            {"message": "Stopped.", "level": "success", "undo": "/jobs/1/resume/"},
            {"message": "Late.", "level": "error"},
        ],
    }


def test_a_toast_on_a_request_waits_for_the_next_page_with_its_undo():
    request = request_with()
    toast(request, "Stopped.", "warning", undo_url="/jobs/1/resume/")
    (message,) = get_messages(request)
    assert (message.message, message.level_tag) == ("Stopped.", "warning")
    assert message.extra_tags == "/jobs/1/resume/"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("/jobs/?q=1", "/jobs/?q=1"),
        ("https://evil.example/", "/home/"),
        ("//evil.example/", "/home/"),
        ("/\\evil.example/", "/home/"),
        ("javascript:alert(1)", "/home/"),
        ("", "/home/"),
    ],
)
def test_next_never_leaves_this_site(wanted, found):
    assert next_url(request_with("post", {"next": wanted}), "/home/") == found


def test_htmx_is_told_to_go_to_the_next_page_and_a_browser_is_redirected():
    assert redirect_htmx(request_with(), "/there/")["Location"] == "/there/"
    answer = redirect_htmx(request_with(hx_request="true"), "/there/")
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/there/")


def refused(request, error: Exception):
    """What the middleware makes of an error of the view."""
    return RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, error)


def test_a_refusal_reaches_htmx_as_a_toast_with_its_status():
    answer = refused(request_with(hx_request="true"), Conflict("It is stopped.", state="stopped"))
    assert answer.status_code == 409
    assert json.loads(answer["HX-Trigger"])["toast"][0]["message"] == "It is stopped."


def test_a_refusal_of_input_says_what_is_wrong_with_it():
    error = Invalid({"name": ["Too long."], "due": ["In the past."]})
    answer = refused(request_with(hx_request="true"), error)
    assert json.loads(answer["HX-Trigger"])["toast"][0]["message"] == "Too long. In the past."


def test_other_errors_are_not_refusals():
    assert refused(request_with(), ValueError("a bug")) is None
