"""What the lists on a team's pages share: the team of the address, and the reader's own views."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.errors import Forbidden
from labeling.core.http import get_visible_or_404
from labeling.core.listing import ListPage, SavedViewLink
from labeling.core.listing.saved import Keeper, keepers
from labeling.jobs.models import SavedView

M = TypeVar("M", bound=models.Model)


class TeamListPage(ListPage[M]):
    """A list under /teams/<team_id>/.

    Attributes:
        capability: what the reader's role must hold in the team.
        view_page: URL name under which readers save views of this list; empty offers none.
    """

    capability: ClassVar[Capability] = Capability.VIEW
    view_page: ClassVar[str] = ""

    @cached_property
    def team(self) -> Team:
        """The team of the address; another team's is a 404."""
        teams = Team.objects.visible_to(self.request.actor)
        return get_visible_or_404(teams, self.kwargs["team_id"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The list, for those whose role lets them see it."""
        if not self.may(self.capability):
            raise Forbidden(_("Your role in this team does not show this page."))
        return super().get(request, *args, **kwargs)

    def may(self, capability: Capability) -> bool:
        """Whether the reader's role in the team holds the capability."""
        return bool(self.request.actor.can(capability, self.team.pk))

    def get_saved_views(self) -> Iterable[SavedViewLink]:
        """The reader's own views of this list in this team."""
        return saved_links(self.request, self.team.pk, self.view_page) if self.view_page else ()

    def get_save_view_url(self) -> str:
        """Where a POST saves the list as it is shown."""
        return save_url(self.team.pk, self.view_page) if self.view_page else ""

    def csv_name(self) -> str:
        """Named after the list."""
        return f"labeldesk-{self.nav}"


def saved_links(request: Any, team_id: int, page: str) -> list[SavedViewLink]:
    """The reader's own views of a list of a team."""
    views = SavedView.objects.visible_to(request.actor).filter(team=team_id, page=page)
    return [
        SavedViewLink(view.name, view.query, reverse("jobs:view-verb", args=[view.pk, "delete"]))
        for view in views
    ]


def save_url(team_id: int, page: str) -> str:
    """Where a POST saves a list as it is shown."""
    return f"{reverse('jobs:save-view', args=[team_id])}?page={page}"


# Lists of the packages below offer saved views too.
keepers.add("views", Keeper(saved_links, save_url))
