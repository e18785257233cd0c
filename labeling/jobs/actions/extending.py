"""More items for a batch, before it is launched and while it runs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.fields import ChosenField, IdListField
from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import people_who
from labeling.jobs.actions.batch_form import selection_of
from labeling.jobs.actions.batches import BatchAction
from labeling.jobs.actions.sharing import SharingForm
from labeling.jobs.models import Batch
from labeling.jobs.selection import items_to_add, selected_items
from labeling.jobs.shares import Sharing
from labeling.jobs.states import BatchStatus, Spread
from labeling.operations.engine import start
from labeling.operations.states import LIVE
from labeling.projects.actions.references import fetch_ahead
from labeling.projects.models import TagDefinition
from labeling.projects.staging import refuse_archived


class AddItemsForm(SharingForm):
    """Which items of the batch's dataset; nothing said means all that are not in it.

    Among whom and how is the batch's own way unless something else is said.
    """

    with_tags = ChosenField[TagDefinition](
        queryset=TagDefinition.objects.none(), label=_("Only with")
    )
    without_tags = ChosenField[TagDefinition](
        queryset=TagDefinition.objects.none(), label=_("Not with")
    )
    first = forms.IntegerField(required=False, min_value=1, label=_("From item"))
    last = forms.IntegerField(required=False, min_value=1, label=_("To item"))
    item_ids = IdListField(required=False, label=_("Chosen items"))
    jobs_a_person = forms.IntegerField(
        required=False, min_value=1, max_value=100, label=_("Jobs a person")
    )

    def __init__(self, *args: Any, batch: Batch, annotators: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        self.fields["people"].queryset = annotators  # type: ignore[attr-defined]
        image_tags = batch.dataset.project.tag_definitions.exclude(applies_to="objects")
        for name in ("with_tags", "without_tags"):
            self.fields[name].queryset = image_tags  # type: ignore[attr-defined]

    def clean_spread(self) -> Spread:
        """The batch's when nothing was said."""
        return Spread(self.cleaned_data["spread"] or self.batch.spread)

    def clean_jobs_a_person(self) -> int:
        """The batch's when nothing was said."""
        return self.cleaned_data["jobs_a_person"] or self.batch.jobs_a_person

    def clean(self) -> dict[str, Any]:
        """The people and numbers of the batch, where no others were said."""
        data = super().clean() or self.cleaned_data
        if data.get("people") is None:
            offered = self.fields["people"].queryset  # type: ignore[attr-defined]
            data["people"] = offered.filter(pk__in=self.batch.people.values("pk"))
        if not data.get("weights"):
            chosen = {person.pk for person in data["people"]}
            kept = {int(person): weight for person, weight in self.batch.weights.items()}
            data["weights"] = {person: kept[person] for person in kept if person in chosen}
        if self.batch.status != BatchStatus.NEW:  # a new one just takes them in
            self.check_sharing(data)
        return data

    def sharing(self) -> Sharing:
        """How these items become jobs."""
        return sharing_of(self.batch, self.cleaned_data)

    def item_ids_chosen(self) -> list[int]:
        """The items that it would add."""
        added = items_to_add(self.batch, selection_of(self.cleaned_data))
        return list(added.values_list("pk", flat=True))


@register
class AddItems(BatchAction):
    """Add items of its dataset that are not in the batch yet.

    A batch that is new just takes them in. Of one that was launched they become new jobs, by the
    operation `add-items`, split as the others were and given out as is said.
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
    has_page = True

    def form_kwargs(self, obj: Batch, actor: Any) -> dict[str, Any]:
        """The batch, who may get its jobs, and its own way as the beginning."""
        people = people_who(Capability.LABEL, obj.team_id)
        return {
            "batch": obj,
            "annotators": people,
            "initial": {
                "people": list(obj.people.values_list("pk", flat=True)),
                "spread": obj.spread,
                "weights": obj.weights,
                "jobs_a_person": obj.jobs_a_person,
            },
        }

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
            data = {
                "batch": batch.pk,
                "selection": chosen,
                "sharing": sharing_of(batch, change.data),
            }
            made = start("add-items", change.actor, batch.team, data, subject=batch)
            Batch.objects.filter(pk=batch.pk).update(operation=made)
            fetch_ahead(change.actor, batch.dataset, added)
        batch.refresh_from_db()


def sharing_of(batch: Batch, data: Mapping[str, Any]) -> Sharing:
    """How items become jobs of the batch, as the form's cleaned data say."""
    return replace(
        Sharing.of_batch(batch),
        person_ids=[person.pk for person in data["people"]],
        **{name: data[name] for name in ("spread", "weights", "jobs_a_person")},
    )
