"""Workspaces and projects."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from labeling.projects.states import Division

if TYPE_CHECKING:
    from accounts.actor import Actor


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    """Workspaces by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Workspaces of the actor's teams, for those who are not restricted to own work."""
        return self.filter(team_id__in=actor.unrestricted_team_ids)


class Workspace(models.Model):
    """A shelf of projects in a team."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="workspaces")
    name = models.CharField(_("name"), max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("team", "name"), name="workspace_name_once_a_team"),
        )

    def __str__(self) -> str:
        return self.name


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Projects of the actor's teams, for those who are not restricted to own work."""
        return self.filter(team_id__in=actor.unrestricted_team_ids)

    def active(self) -> Self:
        """Projects that are not archived."""
        return self.filter(archived_at=None)


class Project(models.Model):
    """A label schema (classes, tag definitions) and the datasets that are labeled with it.

    Attributes:
        split: how its batches are divided among people, where nobody says otherwise.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="projects")
    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=10_000)
    split = models.CharField(
        _("work for several people is divided"),
        max_length=16,
        choices=Division,
        default=Division.ORDERED,
        help_text=_("Also what scripts make for several people; a batch can say otherwise."),
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("workspace", "name"), name="project_name_once_a_workspace"
            ),
        )
        indexes = (models.Index(fields=("team", "archived_at", "name")),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:project", args=[self.pk])

    @property
    def lifecycle(self) -> str:
        """The project's state in one word."""
        return "archived" if self.archived_at else "active"
