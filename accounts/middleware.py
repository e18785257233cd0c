"""Puts the actor on every request."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from accounts.actor import Actor


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
