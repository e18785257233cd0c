"""Making projects, editing them, putting them away and taking them back."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.workflow import Action, Change, register
from labeling.projects.actions.base import (
    KeepingForm,
    ManagingAction,
    ProjectAction,
    noted_changes,
    refuse_taken,
    stored_once,
)
from labeling.projects.models import Project, Workspace

DEFAULT_WORKSPACE = "Main"
NAME_TAKEN = _("This workspace has a project of that name.")


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    """A project on a shelf: one of the team's workspaces, or a further one by its name.

    Without either it goes to the workspace "Main".

    Arguments:
        team: whose workspaces there are to choose from.
        project: the one that is edited; None for another one.
    """

    workspace = forms.ModelChoiceField(
        queryset=Workspace.objects.none(),
        required=False,
        label=_("Workspace"),
        empty_label=_("Main"),
    )
    workspace_name = forms.CharField(
        required=False,
        max_length=200,
        label=_("or a further workspace"),
        help_text=_("It is made when the team has none of that name."),
    )

    class Meta:
        model = Project
        fields = ("name", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    field_order = ("name", "workspace", "workspace_name", "description")

    def __init__(
        self, *args: Any, team: Team, project: Project | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        self.project = project
        shelves = Workspace.objects.filter(team=team)
        field: Any = self.fields["workspace"]
        field.queryset = shelves
        usual = shelves.filter(name=DEFAULT_WORKSPACE).first()
        if usual is not None:
            field.empty_label = None  # it stands in the list by its own name
            self.initial.setdefault("workspace", usual.pk)

    def clean(self) -> dict[str, Any]:
        """One workspace, and a name that is free in it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        name = data.get("workspace_name") or ("" if data.get("workspace") else DEFAULT_WORKSPACE)
        known = Workspace.objects.filter(team=self.team, name=name).first() if name else None
        data["workspace"] = known or (None if name else data.get("workspace"))
        data["workspace_name"] = "" if data["workspace"] else name
        taken = Project.objects.filter(workspace=data["workspace"], name=data.get("name", ""))
        if data["workspace"]:
            try:
                refuse_taken(taken, NAME_TAKEN, but=self.project)
            except forms.ValidationError as error:
                self.add_error("name", error)
        return data


class EditProjectForm(KeepingForm, ProjectForm):
    """The same for a project that exists, with how its work is divided; what is not sent stays."""

    class Meta(ProjectForm.Meta):
        fields = (*ProjectForm.Meta.fields, "split")  # type: ignore[assignment]


def shelf(team_id: int, data: Any) -> Workspace:
    """The workspace that a cleaned ProjectForm means; made when it is not there yet."""
    if data["workspace"]:
        chosen: Workspace = data["workspace"]
        return chosen
    made, _is_fresh = Workspace.objects.get_or_create(team_id=team_id, name=data["workspace_name"])
    return made


@register
class CreateProject(Action):
    """Make a project. The outcome is the project."""

    verb = "create-project"
    outcome_model = Project
    label = _("New project")
    model = Team
    capability = Capability.MANAGE_PROJECTS
    form = ProjectForm
    primary = True
    order = 20

    def team_id(self, obj: Any) -> int:
        """The team itself."""
        return int(obj.pk)

    def form_kwargs(self, obj: Team, actor: Any) -> dict[str, Any]:
        """Its workspaces."""
        return {"team": obj}

    def effect(self, change: Change) -> None:
        """Store it."""
        data, team = change.data, change.obj
        workspace = shelf(team.pk, data)
        change.outcome = stored_once(
            lambda: Project.objects.create(
                team=team,
                workspace=workspace,
                name=data["name"],
                description=data["description"],
                created_by_id=change.actor.user.pk,
            ),
            "name",
            NAME_TAKEN,
        )
        change.note.update(project=change.outcome.pk, name=data["name"])


@register
class EditProject(ProjectAction):
    """Change a project's name, description, workspace or how its work is divided."""

    verb = "edit-project"
    label = _("Edit project")
    form = EditProjectForm
    order = 40

    def form_kwargs(self, obj: Project, actor: Any) -> dict[str, Any]:
        """What it is now."""
        initial = {
            "name": obj.name,
            "description": obj.description,
            "split": obj.split,
            "workspace": obj.workspace_id,
            "workspace_name": "",
        }
        return {"team": obj.team, "project": obj, "initial": initial}

    def effect(self, change: Change) -> None:
        """Store what changed."""
        project = change.obj
        values = noted_changes(change, ("name", "description", "split"))
        workspace = shelf(project.team_id, change.data)
        if workspace.pk != project.workspace_id:
            change.note["changed"]["workspace"] = [project.workspace.name, workspace.name]
        stored = Project.objects.filter(pk=project.pk)
        stored_once(lambda: stored.update(workspace=workspace, **values), "name", NAME_TAKEN)
        project.refresh_from_db()


@register
class ArchiveProject(ProjectAction):
    """Put a project away: it can be looked at, and not changed."""

    verb = "archive"
    label = _("Archive")
    description = _("Out of the lists, and closed for changes until it is taken back.")
    destructive = True
    undo = "unarchive"
    order = 90

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {**super().changes(change), "archived_at": change.at}


@register
class UnarchiveProject(ManagingAction):
    """Take an archived project back."""

    verb = "unarchive"
    label = _("Unarchive")
    model = Project
    primary = True
    undo = "archive"
    order = 10

    def is_source(self, obj: Any) -> bool:
        """Archived ones."""
        return obj.archived_at is not None

    def condition(self) -> Q:
        """The same in the database."""
        return Q(archived_at__isnull=False)

    def changes(self, change: Change) -> dict[str, Any]:
        """No longer archived."""
        return {"archived_at": None, "updated_at": change.at}
