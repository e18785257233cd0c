"""Storing the labels of items, with the rows that lists choose by."""

from collections.abc import Sequence

from django.utils import timezone

from labeling.projects.documents import Document, count
from labeling.projects.models import Item, ItemLabels, ItemTag


def store_labels(item: Item, document: Document) -> None:
    """Replace the labels of an item by a checked document; see `store_many_labels`."""
    store_many_labels([(item, document)])


def store_many_labels(labels: Sequence[tuple[Item, Document]]) -> None:
    """Replace the labels of items by checked documents, in a number of queries that stays.

    Keeps three things together: the document, the item's counters, and one `ItemTag` row for each
    tag of the image.

    Arguments:
        labels: each item once; its counters are written to the objects, too.
    """
    now = timezone.now()
    for item, document in labels:
        item.object_count = count(document).objects
        item.labeled_at = now if document["objects"] or document["tags"] else None
    ItemLabels.objects.bulk_create(
        [ItemLabels(item=item, document=document) for item, document in labels],
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["document", "updated_at"],
        batch_size=500,
    )
    items = [item for item, _document in labels]
    Item.objects.bulk_update(items, ["object_count", "labeled_at"], batch_size=500)
    ItemTag.objects.filter(item__in=items).delete()
    ItemTag.objects.bulk_create(
        [
            ItemTag(item=item, tag_id=tag["tag"], value=_as_text(tag["value"]))
            for item, document in labels
            for tag in document["tags"]
        ],
        ignore_conflicts=True,
    )


def _as_text(value: object) -> str:
    return "" if value is None else str(value)[:200]
