"""Counts that datasets and items store, counted afresh."""

from collections.abc import Iterator
from functools import partial

from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from labeling.core.recounting import Difference, recounters
from labeling.projects.models import Dataset, Item, ItemLabels

CHUNK = 500


@recounters.register("datasets")
def recount_datasets() -> Iterator[Difference]:
    """Items of each dataset."""
    items = Item.objects.filter(dataset=OuterRef("pk")).order_by().values("dataset")
    counted = Subquery(items.annotate(number=Count("pk")).values("number"))
    wrong = Dataset.objects.annotate(
        counted=Coalesce(counted, 0, output_field=IntegerField())
    ).exclude(item_count=F("counted"))
    for dataset in wrong.order_by("pk"):
        number: int = dataset.counted  # type: ignore[attr-defined]
        yield Difference(
            f"dataset {dataset.pk} item_count",
            dataset.item_count,
            number,
            partial(Dataset.objects.filter(pk=dataset.pk).update, item_count=number),
        )


@recounters.register("items")
def recount_items() -> Iterator[Difference]:
    """Objects of each item's labels."""
    labels = ItemLabels.objects.order_by("pk").values_list(
        "item_id", "item__object_count", "document"
    )
    for item_id, stored, document in labels.iterator(chunk_size=CHUNK):
        counted = len(document["objects"])
        if counted != stored:
            yield _wrong_item(item_id, stored, counted)
    unlabeled = Item.objects.filter(labels=None, object_count__gt=0).order_by("pk")
    for item_id, stored in unlabeled.values_list("pk", "object_count"):
        yield _wrong_item(item_id, stored, 0)


def _wrong_item(item_id: int, stored: int, counted: int) -> Difference:
    fix = partial(Item.objects.filter(pk=item_id).update, object_count=counted)
    return Difference(f"item {item_id} object_count", stored, counted, fix)
