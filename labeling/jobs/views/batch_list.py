"""The lists of batches: a team's, and a project's."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.http import get_visible_or_404
from labeling.core.listing import Column, ListPage
from labeling.core.navigation import nav_item
from labeling.core.templatetags.desk import status_badge
from labeling.jobs.dashboards import with_progress
from labeling.jobs.estimates.reading import batch_estimates
from labeling.jobs.filters import ProjectBatchFilterSet, TeamBatchFilterSet
from labeling.jobs.meanings import MEANINGS, Meaning
from labeling.jobs.models import Batch
from labeling.jobs.views.eta_columns import DUE, ETA, with_band
from labeling.projects.models import Project

POLL_SECONDS = 10


def status_cell(batch: Batch) -> SafeString:
    """Its badge, which says what it means when somebody points at it."""
    return format_html('<span title="{}">{}</span>', MEANINGS[batch.status], status_badge(batch))


def legend() -> list[tuple[str, Meaning]]:
    """Every status with its meaning, for the foot of a list."""
    return list(MEANINGS.items())


@nav_item(
    "batches",
    label=_("Batches"),
    icon="batch",
    url_name="jobs:batch-list",
    capability=Capability.VIEW,
    order=25,
    on_phone=False,
)
class BatchList(ListPage[Batch]):
    """Batches with their progress, the newest first."""

    filterset_class = TeamBatchFilterSet
    title = _("Batches")
    count_words = ngettext_lazy("%(shown)s batch", "%(shown)s batches", "number")
    nav = "batches"
    poll_seconds = POLL_SECONDS
    template_name = "jobs/batch_list.html"
    empty_text = _("No batch fits. Launch one with “New batch”, or loosen the filters.")
    columns: ClassVar[Sequence[Column]] = (
        Column("name", _("Name"), ordering="name", priority=1, is_link=True),
        Column("project", _("Project"), value="project.name", ordering="project"),
        Column("dataset", _("Dataset"), value="dataset.name", priority=3),
        Column("jobs", _("Jobs"), value="job_count", is_number=True),
        Column(
            "status",
            _("Status"),
            draw=status_cell,
            csv="status",
            ordering="status",
            priority=1,
        ),
        Column(
            "progress",
            _("Progress"),
            template="jobs/columns/bar.html",
            csv=lambda batch: f"{batch.done}/{batch.items}",
            priority=1,
        ),
        replace(ETA, priority=1, is_named=True),
        Column("priority", _("Priority"), value="get_priority_display", ordering="priority"),
        replace(DUE, priority=1, is_named=True),
    )

    def get_queryset(self) -> QuerySet[Batch]:
        """The team's batches with the sums of their jobs."""
        batches = Batch.objects.visible_to(self.request.actor).filter(team=self._team())
        return with_progress(batches.select_related("project", "dataset"))

    def get_columns(self) -> Sequence[Column]:
        """A file has the band and the reason too."""
        return with_band(self.columns, self.request.GET)

    def decorate(self, rows: list[Batch]) -> None:
        """The estimate of each, from one query for all."""
        estimates = batch_estimates(rows)
        for batch in rows:
            batch.estimate = estimates.get(batch.pk)  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the actor may launch."""
        team = self._team()
        may_manage = self.request.actor.can(Capability.MANAGE_JOBS, team.pk)
        return super().get_context_data(
            **kwargs, current_team=team, may_manage=may_manage, meanings=legend()
        )

    def _team(self) -> Team:
        teams = Team.objects.visible_to(self.request.actor)
        return get_visible_or_404(teams, self.kwargs["team_id"])


class ProjectBatchList(BatchList):
    """The batches of one project."""

    filterset_class = ProjectBatchFilterSet
    nav = "projects"
    template_name = "jobs/project_batches.html"
    empty_text = _("No batch fits. Launch one, or loosen the filters.")
    columns: ClassVar[Sequence[Column]] = tuple(
        column for column in BatchList.columns if column.name != "project"
    )

    @cached_property
    def project(self) -> Project:
        """The project of the address; another team's is a 404."""
        projects = Project.objects.visible_to(self.request.actor).select_related("team")
        return get_visible_or_404(projects, self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Batch]:
        """The project's batches with the sums of their jobs."""
        return super().get_queryset().filter(project=self.project)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The project that it is of."""
        title = _("Batches of %(project)s") % {"project": self.project.name}
        return super().get_context_data(**{**kwargs, "title": title}, project=self.project)

    def _team(self) -> Team:
        return self.project.team
