"""Saved views of lists: drawn by every list, kept by a package that stands above some of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from labeling.core.registry import Registry


@dataclass(frozen=True)
class SavedViewLink:
    """A saved view in the list's menu."""

    name: str
    query: str
    delete_url: str = ""


@dataclass(frozen=True)
class Keeper:
    """Where saved views are.

    Attributes:
        links: (request, team id, URL name of the list) -> the reader's own views of it.
        save_url: (team id, URL name of the list) -> where a POST saves the list as it is shown.
    """

    links: Callable[[Any, int, str], Sequence[SavedViewLink]]
    save_url: Callable[[int, str], str]


# One entry, under "views", by the package that keeps them; none where no package does.
keepers: Registry[str, Keeper] = Registry("keeper of saved views")


def saved_views(request: Any, team_id: int, page: str) -> Sequence[SavedViewLink]:
    """The reader's own views of a list; none while no package keeps any."""
    keeper = keepers.get("views")
    return keeper.links(request, team_id, page) if keeper else ()


def save_view_url(team_id: int, page: str) -> str:
    """Where a POST of `name` and `query` saves a list; empty while no package keeps any."""
    keeper = keepers.get("views")
    return keeper.save_url(team_id, page) if keeper else ""
