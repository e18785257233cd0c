"""The jobs list."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.roles import Capability
from labeling.core.listing import Column
from labeling.core.navigation import nav_item
from labeling.jobs.estimates.reading import job_estimates
from labeling.jobs.filters import TeamJobFilterSet
from labeling.jobs.models import Job
from labeling.jobs.states import Priority
from labeling.jobs.views import cells
from labeling.jobs.views.changes import bulk_choices, recent_changes
from labeling.jobs.views.eta_columns import DUE, ETA, with_band
from labeling.jobs.views.team_lists import TeamListPage

# A row of the list reads these and no more: documents of text stay in the database.
SHOWN = (
    "name", "team_id", "status", "stage", "state", "stopped_at", "archived_at", "priority",
    "due_at", "items", "done", "accepted", "rejected", "updated_at", "submitted_at",
    "project__name", "annotator__display_name", "annotator__username",
    "reviewer__display_name", "reviewer__username",
)  # fmt: skip


def with_people(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """The jobs with what a row shows of them, in one query."""
    return jobs.select_related("project", "annotator", "reviewer").only(*SHOWN)


@nav_item(
    "jobs",
    label=_("Jobs"),
    icon="jobs",
    url_name="jobs:job-list",
    capability=Capability.VIEW,
    order=30,
)
class JobList(TeamListPage[Job]):
    """Every job of a team: found, sorted, saved as views, changed in bulk."""

    filterset_class = TeamJobFilterSet
    title = _("Jobs")
    count_words = ngettext_lazy("%(shown)s job", "%(shown)s jobs", "number")
    nav = "jobs"
    view_page = "jobs:job-list"
    template_name = "jobs/job_list.html"
    bulk_template = "jobs/bulk.html"
    empty_template = "jobs/job_list_empty.html"
    poll_seconds = 15
    columns: ClassVar[Sequence[Column]] = (
        Column("name", _("Name"), ordering="name", priority=1, is_link=True),
        Column("project", _("Project"), "project.name", ordering="project", priority=3),
        Column(
            "annotator",
            _("Annotator"),
            cells.annotator_cell,
            ordering="annotator",
            csv=lambda job: cells.name_of(job.annotator),
        ),
        Column(
            "reviewer",
            _("Reviewer"),
            cells.reviewer_cell,
            ordering="reviewer",
            csv=lambda job: cells.name_of(job.reviewer),
            priority=3,
        ),
        Column(
            "status", _("Status"), cells.status_cell, ordering="status", csv="badge", priority=1
        ),
        Column(
            "progress",
            _("Progress"),
            cells.progress_cell,
            ordering="progress",
            csv=lambda job: f"{job.done} of {job.items}",
            priority=1,
        ),
        ETA,
        DUE,
        Column(
            "priority",
            _("Priority"),
            cells.priority_cell,
            ordering="priority",
            csv=lambda job: Priority(job.priority).label,
            priority=3,
        ),
        Column(
            "updated",
            _("Updated"),
            cells.updated_cell,
            ordering="updated",
            csv="updated_at",
            priority=3,
        ),
    )

    def get_queryset(self) -> QuerySet[Job]:
        """The team's jobs that the reader may see."""
        return with_people(Job.objects.visible_to(self.request.actor).filter(team=self.team))

    def get_bulk_url(self) -> str:
        """Where the change of selected jobs begins."""
        return reverse("jobs:change-jobs", args=[self.team.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The bulk bar for those who may use it, and the changes that run."""
        may_manage = self.may(Capability.MANAGE_JOBS)
        context = {**kwargs, "may_manage": may_manage, "current_team": self.team}
        if not may_manage:
            return {**context, "bulk_template": None}
        changes = () if kwargs["is_partial"] else recent_changes(self.request, self.team)
        return {**context, **bulk_choices(self.team), "changes": changes}

    def decorate(self, rows: list[Job]) -> None:
        """The estimate of each, from one query for all."""
        estimates = job_estimates(rows)
        for job in rows:
            job.estimate = estimates.get(job.pk)  # type: ignore[attr-defined]

    def get_columns(self) -> Sequence[Column]:
        """A file has the band and the reason too."""
        return with_band(self.columns, self.request.GET)
