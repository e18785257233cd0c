"""The table of the client's calls: a method and an address below `<server>/toloka/api`.

A module puts what it serves into the table:

    @serve("GET", "app-projects/{project}/batches/{batch}")
    def get_batch(asking: Asking, project: str, batch: str) -> Any:
        return batch_shape(...)

It answers whatever JSON can say, or None for an empty answer. It refuses by raising one of
`labeling.core.errors`, or Http404 for what the person may not see.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any, cast

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Team
from accounts.roles import Capability
from labeling.clients.toloka.failures import NotOffered
from labeling.core.api_parsers import PlainJsonParser
from labeling.core.errors import Forbidden, Invalid
from labeling.core.http import get_visible_or_404
from labeling.projects.models import Project

PREFIX = "app/v0/"
# The client's way to speak for another account of the person: here, for another team.
TEAM_HEADER = "X-Act-Under-Account-ID"


@dataclass(frozen=True)
class Asking:
    """One call of a script.

    Attributes:
        actor: the person of the token.
    """

    actor: Actor
    request: HttpRequest

    @cached_property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; the client sends an empty one as nothing at all.

        Raises:
            Invalid, ParseError, TooLarge: it is no such object.
        """
        if self.request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            return {}
        stream = cast("IO[bytes]", self.request)
        decoded = PlainJsonParser().parse(stream, None, {"request": self.request})
        if not isinstance(decoded, dict):
            raise Invalid({"body": [_("Send a JSON object.")]})
        return decoded

    @cached_property
    def team(self) -> Team:
        """The team that the client acts for, else the first one in which the person manages.

        Raises:
            Http404: the person is not in that team.
            Forbidden: the person is in none.
        """
        teams = Team.objects.visible_to(self.actor).order_by("pk")
        named = self.request.headers.get(TEAM_HEADER)
        if named:
            return get_visible_or_404(teams, named)
        managed = self.actor.teams_where(Capability.MANAGE_PROJECTS)
        found = teams.filter(pk__in=managed).first() or teams.first()
        if found is None:
            raise Forbidden(_("You are in no team. Ask for an invitation."))
        return found

    def project(self, key: str) -> Project:
        """A project that the person may see, else Http404."""
        return get_visible_or_404(Project.objects.visible_to(self.actor), key)


Function = Callable[..., Any]

_served: list[tuple[str, re.Pattern[str], Function]] = []


def serve(method: str, address: str) -> Callable[[Function], Function]:
    """Decorator: the function answers this method at this address; it gets the words in braces."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", PREFIX + address) + r"\Z")

    def registered(function: Function) -> Function:
        _served.append((method, pattern, function))
        return function

    return registered


def answer_of(asking: Asking, method: str, address: str) -> Any:
    """What the function for a call answers.

    Raises:
        NotOffered: there is none.
        Http404, WorkflowError, APIException: as that function says.
    """
    for served, pattern, function in _served:
        found = pattern.match(address)
        if found is not None and served == method:
            return function(asking, **found.groupdict())
    raise NotOffered(
        _(
            "Labeldesk serves the apps, app projects, batches and items of Toloka's client; it "
            "has nothing for %(method)s /%(address)s."
        )
        % {"method": method, "address": address[:200]}
    )


def not_found() -> Http404:
    """What is not there and what the person may not see look the same."""
    return Http404()
