"""The entries of the sidebar. Packages register theirs; the frame only draws them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from labeling.core.registry import Registry

V = TypeVar("V")
# (request, team) -> how many wait there; None or 0 shows nothing.
Count = Callable[[HttpRequest, Any], int | None]


@dataclass(frozen=True)
class NavItem:
    """One entry: where it leads in a team, who sees it, how many wait there.

    Attributes:
        key: what a page says in its `nav` context to be the current entry.
        url_name: a URL name that takes `team_id`.
        capability: what the actor's role must hold in the team; None shows it to everybody.
        on_phone: whether it has a place in the bottom bar of a phone.
    """

    key: str
    label: Any
    icon: str
    url_name: str
    capability: Any
    order: int
    count: Count | None
    on_phone: bool


@dataclass(frozen=True)
class NavLink:
    """An entry as drawn for one request."""

    key: str
    label: Any
    icon: str
    url: str
    count: int | None
    current: bool
    on_phone: bool


items: Registry[str, NavItem] = Registry("navigation item")


def nav_item(
    key: str,
    *,
    label: Any,
    icon: str,
    url_name: str,
    capability: Any = None,
    order: int = 50,
    count: Count | None = None,
    on_phone: bool = True,
) -> Callable[[V], V]:
    """Decorator for a view: gives it an entry in the sidebar and returns the view unchanged."""
    items.add(key, NavItem(key, label, icon, url_name, capability, order, count, on_phone))
    return lambda view: view


def links(request: HttpRequest, team: Any, current: str | None) -> list[NavLink]:
    """The entries that this actor sees in this team, in their order."""
    actor = getattr(request, "actor", None)
    if actor is None or team is None:
        return []
    shown = sorted(items.values(), key=lambda item: (item.order, item.key))
    found = []
    for item in shown:
        if item.capability is not None and not actor.can(item.capability, team.pk):
            continue
        url = url_for(item.url_name, team)
        if url:
            count = item.count(request, team) if item.count else None
            is_current = current == item.key or (current is None and request.path == url)
            found.append(
                NavLink(item.key, item.label, item.icon, url, count, is_current, item.on_phone)
            )
    return found


PHONE_PLACES = 4  # a fifth holds the rest


@dataclass(frozen=True)
class PhoneBar:
    """The entries in a phone's bottom bar, and those behind its "More"."""

    bar: list[NavLink]
    more: list[NavLink]

    @property
    def is_more_current(self) -> bool:
        """Whether the current page is among the hidden ones."""
        return any(link.current for link in self.more)


def phone_bar(shown: list[NavLink]) -> PhoneBar:
    """Share the sidebar's entries out: the first few that belong on a phone stay visible."""
    bar = [link for link in shown if link.on_phone][:PHONE_PLACES]
    return PhoneBar(bar, [link for link in shown if link not in bar])


def optional(url_name: str, *args: Any, **kwargs: Any) -> str:
    """The URL of that name, or nothing while no package brings that page."""
    try:
        return reverse(url_name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""


def url_for(url_name: str, team: Any) -> str:
    """The URL of a team's page, or nothing while no package brings that page."""
    return optional(url_name, team_id=team.pk)


@dataclass(frozen=True)
class Place:
    """A page that the frame itself leads to."""

    url_name: str
    count: Callable[[HttpRequest], int | None] | None


# Keys: home (takes team_id), search (JSON for the palette), inbox (the bell), account, teams.
places: Registry[str, Place] = Registry("place")


def place(
    key: str, url_name: str, count: Callable[[HttpRequest], int | None] | None = None
) -> None:
    """Tell the frame where its own links lead.

    Arguments:
        key: home, search, inbox, account or teams.
        url_name: with `team_id` or without arguments.
        count: how many wait there (for the bell).
    """
    places.add(key, Place(url_name, count))


def place_url(key: str, team: Any = None) -> str:
    """The URL of a place; empty while no package brings it."""
    found = places.get(key)
    if found is None:
        return ""
    url = url_for(found.url_name, team) if team is not None else ""
    return url or optional(found.url_name)


def place_count(key: str, request: HttpRequest) -> int | None:
    """How many wait at a place."""
    found = places.get(key)
    return found.count(request) if found and found.count else None
