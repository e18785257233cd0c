"""Deleting datasets, taking them back, and purging them for good.

A deleted dataset is archived as well, in the same moment, so that everything which refuses an
archived dataset refuses it; and it can be restored until the operation `delete-dataset` begins.
"""

from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from labeling.core.errors import Conflict
from labeling.core.workflow import Change, register
from labeling.operations.engine import start
from labeling.operations.models import Operation
from labeling.projects.actions.datasets import DatasetAction
from labeling.projects.models import Dataset
from labeling.projects.usage import PURGE, uses_of


def refuse_in_use(dataset: Dataset) -> None:
    """People or machines still work on it.

    Raises:
        Conflict: with what is going on, and what to do about it.
    """
    uses = [use.text for use in uses_of(dataset)]
    if uses:
        told = _t(
            "“%(name)s” is still in use: %(uses)s. Complete or archive its jobs and batches, and "
            "let running operations end or cancel them; then delete it."
        )
        words = {"name": dataset.name, "uses": ", ".join(uses)}
        raise Conflict(told % words, state=dataset.lifecycle)


@register
class DeleteDataset(DatasetAction):
    """Mark a dataset as deleted; what is in it stays until it is purged."""

    verb = "delete"
    label = _("Delete")
    description = _("It can be restored until it is gone for good, days later.")
    destructive = True
    undo = "restore"
    order = 95

    def is_source(self, obj: Any) -> bool:
        """Archived or not, in an active project."""
        return obj.project.archived_at is None and obj.deleted_at is None

    def condition(self) -> Q:
        """The same in the database."""
        return Q(project__archived_at=None, deleted_at=None)

    def check(self, change: Change) -> None:
        """Nobody may lose work that is going on."""
        refuse_in_use(change.obj)

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when; archived in the same moment, unless it was before."""
        archived = Coalesce(F("archived_at"), Value(change.at))
        return {**super().changes(change), "deleted_at": change.at, "archived_at": archived}


class DeletedAction(DatasetAction):
    """A verb on a deleted dataset."""

    gone_field = "deleted_at"
    when_gone = True


@register
class RestoreDataset(DeletedAction):
    """Take a deleted dataset back to what it was, archived or not."""

    verb = "restore"
    label = _("Restore")
    undo = "delete"
    order = 5

    def condition(self) -> Q:
        """Not once its purge has begun."""
        return super().condition() & Q(purge_began_at=None)

    def obstacle(self, obj: Any) -> Any | None:
        """What is partly gone does not come back."""
        if obj.purge_began_at is None:
            return None
        return _("It is being deleted for good, or was in part: it cannot be restored any more.")

    def effect(self, change: Change) -> None:
        """Back to what it was; the row is held by the mark of this change.

        Raises:
            Conflict: another dataset has its name by now.
        """
        dataset: Dataset = change.obj
        was_active = dataset.archived_at == dataset.deleted_at
        archived_at = None if was_active else dataset.archived_at
        try:
            with transaction.atomic():
                stored = Dataset.objects.filter(pk=dataset.pk)
                stored.update(deleted_at=None, archived_at=archived_at)
        except IntegrityError:
            told = _("The project has another dataset called “%s” by now. Rename that one first.")
            raise Conflict(told % dataset.name, state="deleted") from None
        dataset.refresh_from_db()


class PurgeForm(forms.Form):
    """The dataset's name, typed once more: this cannot be taken back."""

    name = forms.CharField(max_length=200, label=_("Type the dataset's name"))

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dataset = dataset
        self.fields["name"].help_text = dataset.name
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        """Exactly the name."""
        name: str = self.cleaned_data["name"]
        if name != self.dataset.name.strip():
            raise forms.ValidationError(_("This is not the name of the dataset."))
        return name


@register
class PurgeDataset(DeletedAction):
    """Remove a deleted dataset for good, now. The outcome is the work."""

    verb = "purge"
    label = _("Delete for good now")
    description = _(
        "Its items, their pictures and labels, and its batches and jobs with all that was said and "
        "done in them are removed for good. Nothing brings them back."
    )
    form = PurgeForm
    outcome_model = Operation
    destructive = True
    order = 99

    def form_kwargs(self, obj: Dataset, actor: Any) -> dict[str, Any]:
        """Whose name is asked for."""
        return {"dataset": obj}

    def check(self, change: Change) -> None:
        """Nobody works on it, and nobody is at it already."""
        dataset: Dataset = change.obj
        refuse_in_use(dataset)
        if Operation.objects.about(dataset).live().filter(kind=PURGE).exists():
            raise Conflict(_("It is being deleted for good already."), state="deleted")

    def effect(self, change: Change) -> None:
        """Start it."""
        dataset: Dataset = change.obj
        data = {"dataset": dataset.pk}
        change.outcome = start(PURGE, change.actor, dataset.team, data, subject=dataset)
        change.note.update(operation=change.outcome.pk, name=dataset.name)
