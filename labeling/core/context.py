"""What the frame around every page needs, and nothing of what a page is about."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

THEMES = ("light", "dark")
THEME_COOKIE = "theme"
TEAM_COOKIE = "team"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the chosen theme, the teams of the switcher, the current team."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "theme": theme if theme in THEMES else "",
        "own_teams": SimpleLazyObject(lambda: own_teams(request)),
        "current_team": current_team(request),
        "may_administer": SimpleLazyObject(lambda: may_administer(request)),
    }


def may_administer(request: HttpRequest) -> bool:
    """Whether the admin panel lets this person in."""
    return hasattr(request, "actor") and admin.site.has_permission(request)


def memberships(request: HttpRequest) -> Mapping[int, Any]:
    """The actor's active memberships by team id; empty for a visitor."""
    return getattr(getattr(request, "actor", None), "memberships", None) or {}


def own_teams(request: HttpRequest) -> list[Any]:
    """The teams of the actor by name."""
    return sorted(
        (membership.team for membership in memberships(request).values()),
        key=lambda team: team.name.casefold(),
    )


def current_team(request: HttpRequest) -> Any | None:
    """The team whose sidebar is shown: the URL's, else the one visited last, else the first.

    A page of one object puts its own `current_team` into its context, which wins over this.
    """
    known = memberships(request)
    match = getattr(request, "resolver_match", None)
    wanted = [match.kwargs.get("team_id")] if match else []
    wanted.append(request.COOKIES.get(TEAM_COOKIE))
    for team_id in wanted:
        if str(team_id).isdigit() and int(team_id) in known:
            return known[int(team_id)].team
    return next(iter(own_teams(request)), None)
