"""What happens after too many failed sign-ins: the account waits, and the page says how long."""

from typing import Any

from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone


def account_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The login that an attempt is counted for, in the one spelling in which logins are stored."""
    given = (credentials or {}).get("username") or request.POST.get("login", "")
    return str(given).strip().lower()


def locked_out(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page of a locked account: when to try again."""
    login = get_client_username(request, credentials)
    last = AccessAttempt.objects.filter(username=login).order_by("-attempt_time").first()
    wait = get_cool_off(request)
    since = last.attempt_time if last else timezone.now()
    context = {"login": login, "until": since + wait if wait else None}
    return render(request, "accounts/locked_out.html", context, status=429)
