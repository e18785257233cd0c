"""Which items of a dataset go into a batch."""

from typing import Any, TypedDict

from django.db.models import Exists, OuterRef

from labeling.jobs.models import Batch, JobItem
from labeling.jobs.states import BatchStatus
from labeling.projects.models import Dataset, Item
from labeling.projects.models.datasets import ItemQuerySet, ItemTag


class Selection(TypedDict, total=False):
    """A choice of items; every part narrows, and an empty one means all items.

    Keys:
        with_tags, without_tags: ids of tag definitions.
        first, last: positions in the dataset, both included, counted from 1 as people count.
        item_ids: only these.
    """

    with_tags: list[int]
    without_tags: list[int]
    first: int | None
    last: int | None
    item_ids: list[int]


def selected_items(dataset: Dataset, selection: Selection | dict[str, Any]) -> ItemQuerySet:
    """The items of a dataset that a selection means, in the dataset's order.

    With several `with_tags` an item needs any of them; with `without_tags` it may have none.
    """
    items = Item.objects.filter(dataset=dataset)
    tagged = ItemTag.objects.filter(item=OuterRef("pk"))
    if selection.get("with_tags"):
        items = items.filter(Exists(tagged.filter(tag__in=selection["with_tags"])))
    if selection.get("without_tags"):
        items = items.exclude(Exists(tagged.filter(tag__in=selection["without_tags"])))
    first, last = selection.get("first"), selection.get("last")
    if first:
        items = items.filter(position__gte=first)
    if last:
        items = items.filter(position__lte=last)
    if selection.get("item_ids"):
        items = items.filter(pk__in=selection["item_ids"])
    return items.order_by("position")


def items_to_add(batch: Batch, selection: Selection | dict[str, Any]) -> ItemQuerySet:
    """The items of a batch's dataset that a selection means and that are not in the batch.

    Before the launch what is in it is its own selection; after that, the items of its jobs, unless
    these are archived by themselves.
    """
    chosen = selected_items(batch.dataset, selection)
    if batch.status == BatchStatus.NEW:
        held = selected_items(batch.dataset, batch.selection).order_by()
        return chosen.exclude(pk__in=held.values("pk"))
    places = JobItem.objects.filter(job__batch=batch, job__archived_at=None).order_by()
    return chosen.exclude(pk__in=places.values("item"))
