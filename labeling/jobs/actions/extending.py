"""More items for a batch, before it is launched and while it runs."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from labeling.core.errors import Conflict
from labeling.core.fields import ChosenField, IdListField
from labeling.core.workflow import Change, register
from labeling.jobs.actions.batch_form import selection_of
from labeling.jobs.actions.batches import BatchAction
from labeling.jobs.models import Batch
from labeling.jobs.selection import items_to_add, selected_items
from labeling.jobs.states import BatchStatus
from labeling.operations.engine import start
from labeling.operations.states import LIVE
from labeling.projects.actions.references import fetch_ahead
from labeling.projects.models import Dataset, TagDefinition
from labeling.projects.staging import refuse_archived


class AddItemsForm(forms.Form):
    """Which items of the batch's dataset; nothing said means all that are not in it."""

    with_tags = ChosenField[TagDefinition](
        queryset=TagDefinition.objects.none(), label=_("Only with")
    )
    without_tags = ChosenField[TagDefinition](
        queryset=TagDefinition.objects.none(), label=_("Not with")
    )
    first = forms.IntegerField(required=False, min_value=1, label=_("From item"))
    last = forms.IntegerField(required=False, min_value=1, label=_("To item"))
    item_ids = IdListField(required=False, label=_("Chosen items"))

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        image_tags = dataset.project.tag_definitions.exclude(applies_to="objects")
        for name in ("with_tags", "without_tags"):
            self.fields[name].queryset = image_tags  # type: ignore[attr-defined]


@register
class AddItems(BatchAction):
    """Add items of its dataset that are not in the batch yet.

    A batch that is new just takes them in. Of one that was launched they become new jobs, by the
    operation `add-items`, split and given out as the others were.
    """

    verb = "add-items"
    label = _("Add items")
    description = _("Items of its dataset that are not in it yet, as new jobs by the same split.")
    form = AddItemsForm
    sources = (
        (BatchStatus.NEW,),
        (BatchStatus.QUEUED,),
        (BatchStatus.PROCESSING,),
        (BatchStatus.NO_MONEY,),
        (BatchStatus.STOPPED,),
        (BatchStatus.COMPLETED,),
    )
    order = 30

    def form_kwargs(self, obj: Batch, actor: Any) -> dict[str, Any]:
        """Whose items they are."""
        return {"dataset": obj.dataset}

    def guard(self, change: Change) -> Q:
        """Nobody else began to add items at the same moment: each would add the same ones."""
        return Q(operation_id=change.obj.operation_id)

    def check(self, change: Change) -> None:
        """There are such items, the dataset gives them, and no jobs are being made already."""
        super().check(change)
        batch: Batch = change.obj
        refuse_archived(batch.dataset)
        if batch.operation is not None and batch.operation.status in LIVE:
            raise Conflict(
                _("Items are being added already. Wait until that is finished."),
                state=change.before,
            )
        change.note["items"] = items_to_add(batch, selection_of(change.data)).count()
        if not change.note["items"]:
            raise Conflict(
                _("Every item that this means is in the batch already. Widen it, or upload more."),
                state=change.before,
            )

    def effect(self, change: Change) -> None:
        """Widen the selection of a new batch; else start making the jobs."""
        batch, chosen = change.obj, selection_of(change.data)
        added = items_to_add(batch, chosen)
        if batch.status == BatchStatus.NEW:
            held = selected_items(batch.dataset, batch.selection)
            both = {*held.values_list("pk", flat=True), *added.values_list("pk", flat=True)}
            Batch.objects.filter(pk=batch.pk).update(selection={"item_ids": sorted(both)})
        else:
            data = {"batch": batch.pk, "selection": chosen}
            made = start("add-items", change.actor, batch.team, data, subject=batch)
            Batch.objects.filter(pk=batch.pk).update(operation=made)
            fetch_ahead(change.actor, batch.dataset, added)
        batch.refresh_from_db()
