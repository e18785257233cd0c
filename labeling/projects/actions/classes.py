"""The classes of a schema."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.core.workflow import Change, register
from labeling.projects.actions.base import KeepingForm, noted_changes, stored_once
from labeling.projects.actions.schema import (
    AddAction,
    MoveAction,
    RemoveAction,
    RestoreAction,
    RowAction,
    SchemaForm,
    last_position,
)
from labeling.projects.models import LabelClass
from labeling.projects.states import Shape

NAME_TAKEN = _("This project has a class of that name.")
CLASS_FIELDS = ("name", "shape", "color", "hotkey")


class ClassForm(SchemaForm):
    """A class: what it is called, what its objects look like, and how it is picked."""

    shape = forms.ChoiceField(
        choices=Shape, required=False, initial=Shape.ANY.value, label=_("Shape")
    )

    class Meta:
        model = LabelClass
        fields = CLASS_FIELDS
        widgets = {"hotkey": forms.TextInput(attrs={"size": 2, "autocomplete": "off"})}

    def name_taken(self) -> Any:
        """The words for a name that is taken."""
        return NAME_TAKEN

    def clean_shape(self) -> str:
        """Any shape unless one was chosen."""
        return self.cleaned_data["shape"] or Shape.ANY


class EditClassForm(KeepingForm, ClassForm):
    """The same for a class that exists; what is not sent stays."""


@register
class AddClass(AddAction):
    """Offer another class."""

    verb = "add-class"
    outcome_model = LabelClass
    label = _("Add class")
    form = ClassForm
    order = 50

    def effect(self, change: Change) -> None:
        """Store it."""
        project = change.obj
        values = {name: change.data[name] for name in CLASS_FIELDS}
        position = last_position(LabelClass, project.pk) + 1
        change.outcome = stored_once(
            lambda: LabelClass.objects.create(project=project, position=position, **values),
            "name",
            NAME_TAKEN,
        )
        change.note.update({"class": change.outcome.pk, "name": values["name"]})


@register
class EditClass(RowAction):
    """Change a class. Objects that are drawn stay as they are, also when the shape changes."""

    verb = "edit-class"
    label = _("Edit class")
    description = _("Objects that are drawn already stay as they are.")
    model = LabelClass
    form = EditClassForm
    order = 40

    def form_kwargs(self, obj: LabelClass, actor: Any) -> dict[str, Any]:
        """What it is now."""
        initial = {name: getattr(obj, name) for name in CLASS_FIELDS}
        return {"project": obj.project, "row": obj, "initial": initial}

    def effect(self, change: Change) -> None:
        """Store what changed."""
        values = noted_changes(change, CLASS_FIELDS)
        stored = LabelClass.objects.filter(pk=change.obj.pk)
        stored_once(lambda: stored.update(**values), "name", NAME_TAKEN)
        change.obj.refresh_from_db()


@register
class RemoveClass(RemoveAction):
    """No longer offer a class; its objects stay, are shown and exported."""

    verb = "remove-class"
    label = _("Remove class")
    description = _("No longer offered. What is labeled with it stays, is shown and exported.")
    model = LabelClass
    undo = "restore-class"


@register
class RestoreClass(RestoreAction):
    """Offer a removed class again."""

    verb = "restore-class"
    label = _("Restore class")
    model = LabelClass
    undo = "remove-class"


@register
class MoveClass(MoveAction):
    """Change the order of the classes."""

    model = LabelClass
