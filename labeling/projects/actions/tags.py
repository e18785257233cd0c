"""The tag definitions of a schema."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling.core.fields import ChosenField
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
from labeling.projects.documents.rules import TAG_TEXT_LENGTH
from labeling.projects.models import LabelClass, Project, TagDefinition
from labeling.projects.states import AppliesTo, ValueType

NAME_TAKEN = _("This project has a tag of that name.")
TAG_FIELDS = ("name", "value_type", "color", "choices", "applies_to", "hotkey")
MOST_CHOICES = 500


class LinesInput(forms.Textarea):
    """One value a line; a script may also send a list."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """All that was sent as one text; None when nothing was."""
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        if values is None or (isinstance(values, list) and not values):
            return None
        return "\n".join(values) if isinstance(values, list) else values

    def format_value(self, value: Any) -> str:
        """A list as lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else str(value or "")


class LinesField(forms.CharField):
    """A list of different texts, in the order given."""

    widget = LinesInput
    takes_list = True

    def clean(self, value: Any) -> list[str]:
        """The lines without empty ones.

        Raises:
            ValidationError: a line stands there twice, is too long, or there are too many.
        """
        lines = [line.strip() for line in (super().clean(value) or "").splitlines()]
        lines = [line for line in lines if line]
        for line in lines:
            if len(line) > TAG_TEXT_LENGTH or not line.isprintable():
                raise forms.ValidationError(
                    _("A choice is one line of at most %(n)d printable characters."),
                    params={"n": TAG_TEXT_LENGTH},
                )
            if lines.count(line) > 1:
                raise forms.ValidationError(
                    _("“%(choice)s” stands there twice."), params={"choice": line}
                )
        if len(lines) > MOST_CHOICES:
            raise forms.ValidationError(_("At most %(n)d choices."), params={"n": MOST_CHOICES})
        return lines


class TagForm(SchemaForm):
    """A tag: what it is called, what value it takes, and where it may stand."""

    value_type = forms.ChoiceField(
        choices=ValueType, required=False, initial=ValueType.NONE.value, label=_("Value")
    )
    choices = LinesField(
        required=False,
        label=_("Choices"),
        widget=LinesInput(attrs={"rows": 4}),
        help_text=_("One a line, in the order in which they are offered."),
    )
    applies_to = forms.ChoiceField(
        choices=AppliesTo, required=False, initial=AppliesTo.BOTH.value, label=_("Applies to")
    )
    classes = ChosenField[LabelClass](
        queryset=LabelClass.objects.none(),
        label=_("Only on classes"),
        help_text=_("Objects of any class when none is chosen."),
    )

    class Meta:
        model = TagDefinition
        fields = ("name", "value_type", "color", "applies_to", "hotkey")
        widgets = {"hotkey": forms.TextInput(attrs={"size": 2, "autocomplete": "off"})}

    field_order = ("name", "value_type", "color", "choices", "applies_to", "classes", "hotkey")

    def __init__(self, *args: Any, project: Project, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, project=project, row=row, **kwargs)
        offered = LabelClass.objects.filter(project=project, removed_at=None)
        self.fields["classes"].queryset = offered  # type: ignore[attr-defined]

    def name_taken(self) -> Any:
        """The words for a name that is taken."""
        return NAME_TAKEN

    def clean_value_type(self) -> str:
        """No value unless one was chosen."""
        return self.cleaned_data["value_type"] or ValueType.NONE

    def clean_applies_to(self) -> str:
        """Both unless one was chosen."""
        return self.cleaned_data["applies_to"] or AppliesTo.BOTH

    def clean(self) -> dict[str, Any]:
        """Choices and classes only where they mean something."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("value_type") != ValueType.CHOICE:
            data["choices"] = []
        elif not data.get("choices") and "choices" not in self.errors:
            self.add_error("choices", _("Give at least one choice."))
        if data.get("applies_to") == AppliesTo.IMAGES:
            data["classes"] = []
        return data


class EditTagForm(KeepingForm, TagForm):
    """The same for a tag that exists; what is not sent stays."""


@register
class AddTag(AddAction):
    """Offer another tag."""

    verb = "add-tag"
    outcome_model = TagDefinition
    label = _("Add tag")
    form = TagForm
    order = 60

    def effect(self, change: Change) -> None:
        """Store it."""
        project = change.obj
        values = {name: change.data[name] for name in TAG_FIELDS}
        position = last_position(TagDefinition, project.pk) + 1
        tag = stored_once(
            lambda: TagDefinition.objects.create(project=project, position=position, **values),
            "name",
            NAME_TAKEN,
        )
        tag.classes.set(change.data["classes"] or [])
        change.outcome = tag
        change.note.update(tag=tag.pk, name=tag.name)


@register
class EditTag(RowAction):
    """Change a tag. Values that people gave stay, also those that are no longer offered."""

    verb = "edit-tag"
    label = _("Edit tag")
    description = _("Values that people gave stay as they are.")
    model = TagDefinition
    form = EditTagForm
    order = 40

    def form_kwargs(self, obj: TagDefinition, actor: Any) -> dict[str, Any]:
        """What it is now."""
        initial = {name: getattr(obj, name) for name in TAG_FIELDS}
        classes = obj.classes.filter(removed_at=None)
        initial["classes"] = list(classes.values_list("pk", flat=True))
        return {"project": obj.project, "row": obj, "initial": initial}

    def effect(self, change: Change) -> None:
        """Store what changed."""
        tag = change.obj
        values = noted_changes(change, TAG_FIELDS)
        stored = TagDefinition.objects.filter(pk=tag.pk)
        stored_once(lambda: stored.update(**values), "name", NAME_TAKEN)
        if change.data["classes"] is not None:
            self._set_classes(change, tag)
        tag.refresh_from_db()

    def _set_classes(self, change: Change, tag: TagDefinition) -> None:
        """Removed classes stay on the list, so that a restored one has its tags again."""
        before = set(tag.classes.all())
        after = {*change.data["classes"], *(each for each in before if each.removed_at)}
        if after != before:
            change.note["changed"]["classes"] = [
                sorted(each.name for each in before),
                sorted(each.name for each in after),
            ]
            tag.classes.set(after)


@register
class RemoveTag(RemoveAction):
    """No longer offer a tag; where it was put it stays, is shown and exported."""

    verb = "remove-tag"
    label = _("Remove tag")
    description = _("No longer offered. Where it was put it stays, is shown and exported.")
    model = TagDefinition
    undo = "restore-tag"


@register
class RestoreTag(RestoreAction):
    """Offer a removed tag again."""

    verb = "restore-tag"
    label = _("Restore tag")
    model = TagDefinition
    undo = "remove-tag"


@register
class MoveTag(MoveAction):
    """Change the order of the tags."""

    model = TagDefinition
