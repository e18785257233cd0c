"""Storing the labels of an item, with the rows that lists choose by."""

from django.utils import timezone

from labeling.projects.documents import Document, count
from labeling.projects.models import Item, ItemLabels, ItemTag


def store_labels(item: Item, document: Document) -> None:
    """Replace the labels of an item by a checked document.

    Keeps three things together: the document, the item's counters, and one `ItemTag` row for each
    tag of the image.
    """
    ItemLabels.objects.update_or_create(item=item, defaults={"document": document})
    tags, labeled = document["tags"], document["objects"] or document["tags"]
    Item.objects.filter(pk=item.pk).update(
        object_count=count(document).objects, labeled_at=timezone.now() if labeled else None
    )
    ItemTag.objects.filter(item=item).delete()
    ItemTag.objects.bulk_create(
        [ItemTag(item=item, tag_id=tag["tag"], value=_as_text(tag["value"])) for tag in tags],
        ignore_conflicts=True,
    )


def _as_text(value: object) -> str:
    return "" if value is None else str(value)[:200]
