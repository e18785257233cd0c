"""The table of the SDK's calls: `POST <server>/supervisely/public/api/v3/<name>`.

A module of `areas` puts what it serves into the table:

    @call("teams.list")
    def teams(asking: Asking) -> Answer:
        return paged(asking, Team.objects.visible_to(asking.actor), team_shape)

It answers whatever JSON can say (sent with status 200), or a response of its own for bytes. It
refuses by raising one of `labeling.core.errors`, or Http404 for what the person may not see. What
is known to the SDK and not to us stands in `refused`, with the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import IO, Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Team, User
from labeling.clients.supervisely.wire import Body
from labeling.core.api_parsers import PlainJsonParser
from labeling.core.errors import Invalid
from labeling.core.http import get_visible_or_404
from labeling.core.registry import Registry


@dataclass(frozen=True)
class Asking:
    """One call of a script.

    Attributes:
        actor: the person of the token in `x-api-key`.
        request: for calls that send or get bytes, and for absolute addresses.
    """

    actor: Actor
    request: HttpRequest

    @property
    def user(self) -> User:
        """The token's person; never a visitor."""
        return cast("User", self.actor.user)

    @cached_property
    def body(self) -> Body:
        """The JSON object that was sent; nothing at all is an empty one.

        Raises:
            Invalid, ParseError, TooLarge: it is no such object.
        """
        if self.request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            return Body({})
        stream = cast("IO[bytes]", self.request)
        decoded = PlainJsonParser().parse(stream, None, {"request": self.request})
        if not isinstance(decoded, dict):
            raise Invalid({"body": [_("Send a JSON object.")]})
        return Body(decoded)

    def team(self, name: str = "teamId") -> Team:
        """The team that the body names; Http404 when the person is not in it."""
        return get_visible_or_404(Team.objects.visible_to(self.actor), self.body.key(name))

    @property
    def job_id(self) -> int | None:
        """The job for whose sake the SDK asks, from `x-job-id`."""
        given = self.request.headers.get("x-job-id", "")
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None


Answer = Any | HttpResponseBase
Call = Callable[[Asking], Answer]

calls: Registry[str, Call] = Registry("call of Supervisely's SDK")
refused: Registry[str, Any] = Registry("refused call of Supervisely's SDK")


def call(*names: str) -> Callable[[Call], Call]:
    """Decorator: the function answers the calls of these names."""

    def registered(function: Call) -> Call:
        for name in names:
            calls.add(name, function)
        return function

    return registered


def refuse(reason: Any, *names: str) -> None:
    """Say why the calls of these names are not served; a name may end in a star."""
    for name in names:
        refused.add(name, reason)


def reason_against(name: str) -> str:
    """Why a call that nobody answers is not served."""
    area = name.partition(".")[0]
    reason = refused.get(name) or refused.get(f"{area}.*")
    told = _("Labeldesk does not serve “%s” of Supervisely's SDK.") % name
    return f"{told} {reason}" if reason else told


def raw_json(content: bytes) -> Any:
    """The JSON inside a part of another body, with the same limits as a body's own.

    Raises:
        ParseError: it is none.
    """
    return PlainJsonParser().parse(BytesIO(content))
