"""What verbs on classes and on tag definitions have in common.

Labels hold ids, so nothing here touches what people labeled: a rename is free, and what is removed
is only no longer offered.
"""

from typing import Any, ClassVar

from django import forms
from django.db import models
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Change
from labeling.projects.actions.base import PartAction, ProjectAction, hold_project, refuse_taken
from labeling.projects.models import LabelClass, Project, TagDefinition

HOTKEY_TAKEN = _("%(what)s “%(name)s” has that hotkey.")


# Told apart by most eyes, on light and on dark pictures; classes and tags take them in turn.
PALETTE = (
    "#2f80ed",
    "#eb7d16",
    "#1e9e5a",
    "#d6336c",
    "#8f5bd6",
    "#0aa3b5",
    "#c2a008",
    "#e0483e",
    "#6a8f1b",
    "#b35c1e",
)


class SchemaForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row of the schema with a colour, and a name and a hotkey that are free in its project.

    Arguments:
        project: where they must be free.
        row: the one that is edited; None for another one.
    """

    color = forms.CharField(
        required=False,
        max_length=7,
        validators=LabelClass._meta.get_field("color").validators,
        widget=forms.TextInput(attrs={"type": "color"}),
        label=_("Colour"),
    )

    def __init__(self, *args: Any, project: Project, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.row = row

    def clean_name(self) -> str:
        """A name that no row of this kind has, unless it was removed."""
        name: str = self.cleaned_data["name"]
        model = self._meta.model
        rows = model._default_manager.filter(project=self.project, removed_at=None, name=name)
        refuse_taken(rows, self.name_taken(), but=self.row)
        return name

    def name_taken(self) -> Any:
        """The words for a name that is taken."""
        return _("This project has one of that name.")

    def clean_hotkey(self) -> str:
        """A key that no other row of the whole schema has: pressed, it means one thing."""
        hotkey: str = self.cleaned_data["hotkey"]
        taken = taken_by(self.project, hotkey, but=self.row) if hotkey else None
        if taken is not None:
            what = taken._meta.verbose_name
            raise forms.ValidationError(
                HOTKEY_TAKEN, params={"what": str(what).capitalize(), "name": taken.name}
            )
        return hotkey

    def clean_color(self) -> str:
        """The chosen colour, else the next one of the palette."""
        return self.cleaned_data["color"].lower() or self.next_color()

    def next_color(self) -> str:
        """The colour for a further row: the one of the palette that is used least."""
        rows = self._meta.model._default_manager.filter(project=self.project, removed_at=None)
        used = list(rows.values_list("color", flat=True))
        return min(PALETTE, key=used.count)


def taken_by(project: Project, hotkey: str, but: Any = None) -> LabelClass | TagDefinition | None:
    """The class or tag that has this hotkey already."""
    for model in (LabelClass, TagDefinition):
        rows = model._default_manager.filter(project=project, removed_at=None, hotkey=hotkey)
        if isinstance(but, model):
            rows = rows.exclude(pk=but.pk)
        found = rows.first()
        if found is not None:
            return found
    return None


def last_position(model: type[models.Model], project_id: int) -> int:
    """Where the last row stands; 0 without any."""
    rows = model._default_manager.filter(project=project_id)
    return int(rows.aggregate(last=Max("position"))["last"] or 0)


class AddAction(ProjectAction):
    """Adds a row to the schema, at its end. The outcome is the row."""

    def form_kwargs(self, obj: Project, actor: Any) -> dict[str, Any]:
        """Where name and hotkey must be free."""
        return {"project": obj}


class RowAction(PartAction):
    """A verb on a row of the schema."""

    gone_field = "removed_at"

    def state_of(self, obj: Any) -> str:
        """Offered or removed, or archived with its project."""
        if obj.project.archived_at:
            return "archived"
        return "removed" if obj.removed_at else "offered"

    def check(self, change: Change) -> None:
        """Changes of one schema take turns; the project must be active."""
        hold_project(change.obj.project_id, change.at)
        change.note.update(name=change.obj.name)


class RemoveAction(RowAction):
    """No longer offers a row."""

    destructive = True
    order = 90

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {"removed_at": change.at}


class RestoreAction(RowAction):
    """Offers a removed row again, at the end, and without its hotkey if that is taken now."""

    when_gone = True
    order = 10

    def check(self, change: Change) -> None:
        """Its name must still be free."""
        super().check(change)
        row = change.obj
        rows = type(row)._default_manager.filter(project=row.project_id, removed_at=None)
        if rows.filter(name=row.name).exists():
            raise Conflict(
                _("“%s” was added again meanwhile. Rename that one first.") % row.name,
                state="removed",
            )

    def changes(self, change: Change) -> dict[str, Any]:
        """No longer removed."""
        row = change.obj
        values: dict[str, Any] = {
            "removed_at": None,
            "position": last_position(type(row), row.project_id) + 1,
        }
        if row.hotkey and taken_by(row.project, row.hotkey, but=row):
            change.note["hotkey"] = [row.hotkey, ""]
            values["hotkey"] = ""
        return values


UP, DOWN = "up", "down"


class MoveForm(forms.Form):
    """One step up or down, or to a place counted from 1."""

    direction = forms.ChoiceField(
        choices=((UP, _("up")), (DOWN, _("down"))), required=False, label=_("Direction")
    )
    position = forms.IntegerField(min_value=1, required=False, label=_("Place"))

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(data.get("direction")) == (data.get("position") is not None):
            raise forms.ValidationError(_("Give either a direction or a place."))
        return data


class MoveAction(RowAction):
    """Changes the order in which rows are offered."""

    verb: ClassVar[str] = "move"
    label: ClassVar[Any] = _("Move")
    description: ClassVar[Any] = _("Change the order in which they are offered.")
    capability: ClassVar[Any] = Capability.MANAGE_PROJECTS
    form: ClassVar[type[forms.BaseForm]] = MoveForm
    order = 50

    def effect(self, change: Change) -> None:
        """Number the offered rows afresh; beyond the ends is at the end."""
        row = change.obj
        rows = list(type(row)._default_manager.filter(project=row.project_id, removed_at=None))
        before = rows.index(row)
        steps = {UP: before - 1, DOWN: before + 1}
        wanted = steps.get(change.data["direction"], (change.data["position"] or 1) - 1)
        after = min(max(wanted, 0), len(rows) - 1)
        rows.insert(after, rows.pop(before))
        for position, each in enumerate(rows, 1):
            each.position = position
        type(row)._default_manager.bulk_update(rows, ["position"])
        change.note["place"] = [before + 1, after + 1]
