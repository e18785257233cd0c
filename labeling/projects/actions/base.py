"""What the verbs on projects and their parts have in common."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import Action, Change
from labeling.projects.models import Project

T = TypeVar("T")


class ManagingAction(Action):
    """A verb of those who manage projects."""

    capability: ClassVar[Any] = Capability.MANAGE_PROJECTS

    def state_of(self, obj: Any) -> str:
        """Active or archived."""
        return str(obj.lifecycle)


class ProjectAction(ManagingAction):
    """A verb on a project that is not archived."""

    model = Project

    def is_source(self, obj: Any) -> bool:
        """Only active projects change."""
        return obj.archived_at is None

    def condition(self) -> Q:
        """The same in the database."""
        return Q(archived_at=None)

    def changes(self, change: Change) -> dict[str, Any]:
        """Every verb marks the project as updated; two of them on one project take turns."""
        return {"updated_at": change.at}


class PartAction(ManagingAction):
    """A verb on a part (`obj.project`) of a project that is not archived.

    Attributes:
        gone_field: the column that says since when the part is removed or archived.
        when_gone: whether the verb is for parts that are gone, or for those that are not.
    """

    gone_field: ClassVar[str]
    when_gone: ClassVar[bool] = False

    def is_source(self, obj: Any) -> bool:
        """In an active project, and there or gone as the verb needs it."""
        is_gone = getattr(obj, self.gone_field) is not None
        return obj.project.archived_at is None and is_gone == self.when_gone

    def condition(self) -> Q:
        """The same in the database."""
        return Q(project__archived_at=None, **{f"{self.gone_field}__isnull": not self.when_gone})

    def state_of(self, obj: Any) -> str:
        """Its own state, or that of its project when that is archived."""
        return "archived" if obj.project.archived_at else super().state_of(obj)


class KeepingForm(forms.BaseForm):
    """Mixin for edit forms: what is not sent stays as it is, so that a script sends one field."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        initial = kwargs.get("initial") or {}
        if data is not None:
            data = _with_rest(data, initial)
        super().__init__(data, *args, **kwargs)


def _with_rest(data: Any, initial: Mapping[str, Any]) -> QueryDict:
    whole = data.copy() if isinstance(data, QueryDict) else QueryDict(mutable=True)
    if not isinstance(data, QueryDict):
        whole.update(data)
    for name, value in initial.items():
        if name in whole:
            continue
        if isinstance(value, list | tuple):
            whole.setlist(name, [str(part) for part in value])
        elif value is not None:
            whole[name] = str(value)
    return whole


def noted_changes(change: Change, fields: tuple[str, ...]) -> dict[str, Any]:
    """The new values of an edit; the history gets the old and the new one of what changed."""
    values = {name: change.data[name] for name in fields}
    change.note["changed"] = {
        name: [getattr(change.obj, name), value]
        for name, value in values.items()
        if getattr(change.obj, name) != value
    }
    return values


def stored_once(store: Callable[[], T], field: str, message: Any) -> T:
    """Store something whose name must be free; a race for the name is an error of its field.

    Raises:
        Invalid: somebody else took the name.
    """
    try:
        with transaction.atomic():
            return store()
    except IntegrityError:
        raise Invalid({field: [message]}) from None


def refuse_taken(rows: models.QuerySet[Any], message: Any, *, but: Any = None) -> None:
    """Refuse a value that another row has.

    Raises:
        ValidationError: for use in a form's clean method.
    """
    if rows.exclude(pk=getattr(but, "pk", None)).exists():
        raise forms.ValidationError(message)


def hold_project(project_id: int, at: Any) -> None:
    """Take the project's write lock until the transaction ends; it must still be active.

    Raises:
        Conflict: it was archived meanwhile.
    """
    held = Project.objects.filter(pk=project_id, archived_at=None).update(updated_at=at)
    if held != 1:
        raise Conflict(_("The project is archived. Unarchive it first."), state="archived")
