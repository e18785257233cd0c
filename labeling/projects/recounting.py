"""Counts that datasets and items store, counted afresh."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from labeling.core.recounting import Difference, Recounter, recounters
from labeling.projects.models import Dataset, Item

# Documents may be large.
DOCUMENTS_AT_ONCE = 100


class Datasets(Recounter):
    """Items of each dataset."""

    def rows(self, team_id: int | None = None) -> QuerySet[Dataset]:
        """Datasets."""
        return Dataset.objects.all() if team_id is None else Dataset.objects.filter(team=team_id)

    def differences(self, rows: QuerySet[Any]) -> Iterator[Difference]:
        """Counted by the database."""
        items = Item.objects.filter(dataset=OuterRef("pk")).order_by().values("dataset")
        counted = Subquery(items.annotate(number=Count("pk")).values("number"))
        wrong = rows.annotate(counted=Coalesce(counted, 0, output_field=IntegerField())).exclude(
            item_count=F("counted")
        )
        for dataset in wrong.order_by("pk"):
            yield Difference(
                dataset.pk,
                f"dataset {dataset.pk} item_count",
                dataset.item_count,
                dataset.counted,
                partial(Dataset.objects.filter(pk=dataset.pk).update, item_count=dataset.counted),
            )


class Items(Recounter):
    """Objects of each item's labels."""

    def rows(self, team_id: int | None = None) -> QuerySet[Item]:
        """Items."""
        return Item.objects.all() if team_id is None else Item.objects.filter(team=team_id)

    def differences(self, rows: QuerySet[Any]) -> Iterator[Difference]:
        """Counted in the documents; an item without labels has none."""
        found = rows.order_by("pk").values_list("pk", "object_count", "labels__document")
        for pk, stored, document in found.iterator(chunk_size=DOCUMENTS_AT_ONCE):
            counted = len(document["objects"]) if document else 0
            if counted != stored:
                fix = partial(Item.objects.filter(pk=pk).update, object_count=counted)
                yield Difference(pk, f"item {pk} object_count", stored, counted, fix)


recount_datasets = recounters.add("datasets", Datasets())
recount_items = recounters.add("items", Items())
