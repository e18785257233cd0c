"""Making datasets, editing them, putting them away and taking them back."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from labeling.core.workflow import Change, register
from labeling.projects.actions.base import (
    KeepingForm,
    PartAction,
    ProjectAction,
    noted_changes,
    refuse_taken,
    stored_once,
)
from labeling.projects.models import Dataset, Project

NAME_TAKEN = _("This project has a dataset of that name.")


class DatasetForm(forms.ModelForm):  # type: ignore[type-arg]
    """A dataset's name and what is in it.

    Arguments:
        project: where the name must be free.
        dataset: the one that is edited; None for another one.
    """

    class Meta:
        model = Dataset
        fields = ("name", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(
        self, *args: Any, project: Project, dataset: Dataset | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.dataset = dataset

    def clean_name(self) -> str:
        """A name that is free in the project."""
        name: str = self.cleaned_data["name"]
        taken = Dataset.objects.kept().filter(project=self.project, name=name)
        refuse_taken(taken, NAME_TAKEN, but=self.dataset)
        return name


class EditDatasetForm(KeepingForm, DatasetForm):
    """The same for a dataset that exists; what is not sent stays."""


@register
class CreateDataset(ProjectAction):
    """Make an empty dataset. The outcome is the dataset."""

    verb = "create-dataset"
    outcome_model = Dataset
    label = _("New dataset")
    form = DatasetForm
    primary = True
    order = 10

    def form_kwargs(self, obj: Project, actor: Any) -> dict[str, Any]:
        """Where the name must be free."""
        return {"project": obj}

    def effect(self, change: Change) -> None:
        """Store it."""
        project, data = change.obj, change.data
        change.outcome = stored_once(
            lambda: Dataset.objects.create(
                team_id=project.team_id,
                project=project,
                name=data["name"],
                description=data["description"],
                created_by_id=change.actor.user.pk,
            ),
            "name",
            NAME_TAKEN,
        )
        change.note.update(dataset=change.outcome.pk, name=data["name"])


class DatasetAction(PartAction):
    """A verb on a dataset of an active project."""

    model = Dataset
    gone_field = "archived_at"

    def changes(self, change: Change) -> dict[str, Any]:
        """Every verb marks the dataset as updated."""
        return {"updated_at": change.at}


@register
class EditDataset(DatasetAction):
    """Change a dataset's name or description."""

    verb = "edit-dataset"
    label = _("Edit dataset")
    form = EditDatasetForm
    order = 40

    def form_kwargs(self, obj: Dataset, actor: Any) -> dict[str, Any]:
        """What it is now."""
        initial = {"name": obj.name, "description": obj.description}
        return {"project": obj.project, "dataset": obj, "initial": initial}

    def effect(self, change: Change) -> None:
        """Store what changed."""
        values = noted_changes(change, ("name", "description"))
        stored = Dataset.objects.filter(pk=change.obj.pk)
        stored_once(lambda: stored.update(**values), "name", NAME_TAKEN)
        change.obj.refresh_from_db()


@register
class ArchiveDataset(DatasetAction):
    """Put a dataset away: nothing is added to it, and no batch starts from it."""

    verb = "archive"
    label = _("Archive")
    description = _("Out of the lists. Jobs on its items go on; nothing is lost.")
    destructive = True
    undo = "unarchive"
    order = 90

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {**super().changes(change), "archived_at": change.at}


@register
class UnarchiveDataset(DatasetAction):
    """Take an archived dataset back."""

    verb = "unarchive"
    label = _("Unarchive")
    when_gone = True
    undo = "archive"
    order = 10

    def is_source(self, obj: Any) -> bool:
        """A deleted one is restored instead."""
        return super().is_source(obj) and obj.deleted_at is None

    def condition(self) -> Q:
        """The same in the database."""
        return super().condition() & Q(deleted_at=None)

    def changes(self, change: Change) -> dict[str, Any]:
        """No longer archived."""
        return {**super().changes(change), "archived_at": None}
