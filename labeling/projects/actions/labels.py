"""Writing the labels of items themselves, outside of any job: what a script does."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from labeling.core.errors import Conflict, Invalid
from labeling.core.http import is_key
from labeling.core.key_lists import among
from labeling.core.workflow import Change, register
from labeling.projects.actions.datasets import DatasetAction
from labeling.projects.documents import (
    Document,
    DocumentError,
    Problem,
    count,
    empty_document,
    merged,
    parse,
)
from labeling.projects.labels import store_many_labels
from labeling.projects.models import Dataset, Item, ItemLabels
from labeling.projects.offering import Offer, offer_of

MOST_ITEMS = 1_000
# Problems of one item that a refusal lists.
MOST_PROBLEMS = 20


class Existing(models.TextChoices):
    """What becomes of labels that an item has already."""

    REPLACE = "replace", _("replace them")
    ADD = "add", _("keep them and add these")


class LabelsForm(forms.Form):
    """Label documents by the item's id, as `GET …/annotation/` of a job item shows them."""

    labels = forms.JSONField(label=_("Labels"))
    existing = forms.ChoiceField(
        choices=Existing.choices,
        required=False,
        initial=Existing.REPLACE.value,
        label=_("Labels that are there"),
    )

    def clean_labels(self) -> dict[int, Any]:
        """By key."""
        labels = self.cleaned_data["labels"]
        if not isinstance(labels, dict) or not all(is_key(str(key)) for key in labels):
            raise forms.ValidationError(_("Send documents by the id of their item."))
        if len(labels) > MOST_ITEMS:
            raise forms.ValidationError(
                _("At most %(most)d items at once."), params={"most": MOST_ITEMS}
            )
        return {int(key): document for key, document in labels.items()}

    def clean_existing(self) -> str:
        """Replaced unless asked otherwise."""
        return self.cleaned_data["existing"] or Existing.REPLACE


@register
class SetLabels(DatasetAction):
    """Write the labels of some items: all of them, or none when anything does not fit.

    Work in jobs is not touched: an open job keeps what it began with, and publishes its result
    when it is completed, as after an import.
    """

    verb = "set-labels"
    label = _("Write labels")
    description = _("Labels of its items, as documents; what jobs hold is not touched.")
    form = LabelsForm
    order = 60

    def effect(self, change: Change) -> None:
        """Judge every document, then store them.

        Raises:
            Invalid: something does not fit; says which item, which object and why.
            Conflict: the picture of an item is not here yet, so nothing can be placed on it.
        """
        dataset: Dataset = change.obj
        raw: Mapping[int, Any] = change.data["labels"]
        items = _items(dataset, list(raw))
        stored = _stored(list(items))
        offer, adds = offer_of(dataset.project), change.data["existing"] == Existing.ADD
        documents, problems = [], []
        for key, item in items.items():
            before = stored.get(key, empty_document())
            try:
                document = _judged(raw[key], item, before, offer)
            except DocumentError as error:
                problems += [_told(item, each) for each in error.problems[:MOST_PROBLEMS]]
                continue
            documents.append((item, merged(before, document) if adds else document))
        if problems:
            raise Invalid({"labels": problems})
        store_many_labels(documents)
        objects = sum(count(document).objects for _item, document in documents)
        change.note.update(name=dataset.name, items=len(documents), objects=objects)


def _items(dataset: Dataset, keys: list[int]) -> dict[int, Item]:
    """The items in the order that was asked for, held until the transaction ends."""
    found = Item.objects.select_for_update().filter(dataset=dataset, pk__in=among(keys))
    items = {item.pk: item for item in found.order_by("pk")}
    missing = [key for key in keys if key not in items]
    if missing:
        told = _t("The dataset has no item %s.") % ", ".join(map(str, missing[:MOST_PROBLEMS]))
        raise Invalid({"labels": [told]})
    for item in items.values():
        if not item.is_fetched:
            told = _t("“%s” has not been fetched yet, so its size is not known. Fetch it first.")
            raise Conflict(told % item.name, state="at its address")
    return {key: items[key] for key in keys}


def _stored(keys: list[int]) -> dict[int, Document]:
    rows = ItemLabels.objects.filter(item__in=among(keys)).values_list("item", "document")
    return {item: cast(Document, document) for item, document in rows}


def _judged(raw: Any, item: Item, before: Document, offer: Offer) -> Document:
    return parse(raw, offer.rules(item), before)


def _told(item: Item, problem: Problem) -> str:
    place = f", {problem.path}" if problem.path else ""
    return f"{item.pk} “{item.name}”{place}: {problem.message}"
