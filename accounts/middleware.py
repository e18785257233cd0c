"""Puts the actor on every request, and asks strangers to sign in first."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django_htmx.http import HttpResponseClientRedirect

from accounts.actor import Actor
from labeling.core.http import wants_partial


class ActorMiddleware:
    """Gives every request an `actor`: who asks, and what they may do in each team.

    Lazy, because REST authenticates later than middleware runs and then writes `request.user`
    back: whoever asks first asks after that. Middleware must not ask.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request that knows its actor."""
        actor = SimpleLazyObject(lambda: Actor.for_user(request.user))
        request.actor = actor  # type: ignore[attr-defined]
        return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page needs a person, unless its view says otherwise.

    Part of a page that is already shown can't turn into the sign-in page: when the session is
    over, the whole page goes there, and comes back to where it was.
    """

    def handle_no_permission(  # type: ignore[override]  # htmx's redirect is no 302
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        """Redirect to the sign-in page."""
        if not wants_partial(request):
            return super().handle_no_permission(request, view_func)
        shown: str | None = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
        login_url = self.get_login_url(view_func)
        return HttpResponseClientRedirect(redirect_to_login(shown or "/", login_url).url)
