"""The projects of a team."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.http import get_visible_or_404
from labeling.core.listing import Column, ListPage, SavedViewLink
from labeling.core.listing.saved import save_view_url, saved_views
from labeling.core.navigation import nav_item
from labeling.projects.filters import ProjectListFilter
from labeling.projects.models import Project
from labeling.projects.progress import labeled_by_project, with_sizes
from labeling.projects.views import cells


@nav_item(
    "projects",
    label=_("Projects"),
    icon="projects",
    url_name="projects:project-list",
    capability=Capability.VIEW,
    order=20,
)
class ProjectList(ListPage[Project]):
    """Every project that is not archived, unless the filter asks for those."""

    filterset_class = ProjectListFilter
    title = _("Projects")
    nav = "projects"
    template_name = "projects/project_list.html"
    empty_template = "projects/no_projects.html"
    count_words = ngettext_lazy("%(shown)s project", "%(shown)s projects", "number")
    columns: ClassVar[Sequence[Column]] = (
        Column(
            "name",
            _("Name"),
            value=cells.name_cell,
            csv="name",
            ordering="name",
            priority=1,
            is_link=True,
        ),
        Column("workspace", _("Workspace"), value="workspace.name", ordering="workspace"),
        Column("datasets", _("Datasets"), value="dataset_count", is_number=True),
        Column("items", _("Items"), value="item_count", is_number=True, priority=1),
        Column(
            "labeled",
            _("Labeled"),
            value=cells.progress_cell,
            csv="labeled_count",
            priority=1,
        ),
        Column(
            "created_by",
            _("Created by"),
            value="created_by.name",
            ordering="created_by",
            priority=3,
        ),
        Column(
            "updated",
            _("Updated"),
            value=cells.updated_cell,
            csv="updated_at",
            ordering="updated",
            priority=3,
        ),
    )

    @cached_property
    def team(self) -> Team:
        """The team of the address; another team's is a 404."""
        teams = Team.objects.visible_to(self.request.actor)
        return get_visible_or_404(teams, self.kwargs["team_id"])

    def get_queryset(self) -> QuerySet[Project]:
        """The team's projects with their sizes."""
        projects = Project.objects.visible_to(self.request.actor).filter(team=self.team)
        if not self.request.GET.get("archived"):
            projects = projects.active()
        return with_sizes(projects.select_related("workspace", "created_by"))

    def decorate(self, rows: list[Project]) -> None:
        """How many items of each have labels: one query for the page."""
        labeled = labeled_by_project(rows)
        for row in rows:
            row.labeled_count = labeled.get(row.pk, 0)  # type: ignore[attr-defined]

    def get_saved_views(self) -> Iterable[SavedViewLink]:
        """The reader's own views of this list in this team."""
        return saved_views(self.request, self.team.pk, "projects:project-list")

    def get_save_view_url(self) -> str:
        """Where a POST saves the list as it is shown."""
        return save_view_url(self.team.pk, "projects:project-list")

    def csv_name(self) -> str:
        """Named after the list."""
        return "labeldesk-projects"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether there is a button to make one."""
        may_create = self.request.actor.can(Capability.MANAGE_PROJECTS, self.team.pk)
        return super().get_context_data(**kwargs, team=self.team, may_create=may_create)
