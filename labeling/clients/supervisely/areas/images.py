"""Images: what a dataset holds, listed and told about."""

import base64
from binascii import Error as NotBase64
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Capability
from labeling.clients.supervisely.areas.datasets import dataset_named, seen_datasets
from labeling.clients.supervisely.areas.projects import project_named
from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.labels_now import Source, job_asked_about, labels_now
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.wire import Body, moment
from labeling.core.http import get_visible_or_404
from labeling.projects.documents import Tag
from labeling.projects.models import Dataset, Item
from labeling.projects.referencing import PictureMissing, ensure_picture

FIELDS = {
    "id": Field("pk"),
    "name": Field("name", "text"),
    "datasetId": Field("dataset_id"),
    "createdAt": Field("created_at", "time"),
}
ORDERS = {
    "id": "pk",
    "name": "name",
    "labelsCount": "object_count",
    "createdAt": "created_at",
    "updatedAt": "created_at",
}
# Of a list that goes on from the last id (`pagination_mode: token`).
AFTER_SIZE = 500

refuse(gettext_lazy("Pictures stay in their dataset; delete the dataset."), "images.bulk.remove")
refuse(gettext_lazy("A picture keeps its name and its facts."), "images.editInfo")
refuse(
    gettext_lazy("Upload the bytes instead, or let an import fetch them."),
    "images.update.links",
    "images.data.download",
)
refuse(gettext_lazy("Lists are sorted by a field."), "images.bulk.set-custom-sort")


def seen_items(asking: Asking) -> QuerySet[Item]:
    """The items that a script sees: those of datasets that are neither archived nor deleted."""
    found = Item.objects.visible_to(asking.actor)
    return found.filter(
        dataset__deleted_at=None, dataset__archived_at=None, dataset__project__archived_at=None
    )


def source_of(asking: Asking, dataset: Dataset | None = None) -> Source:
    """The dataset that the body names, or the job for whose sake is asked; Http404 for neither."""
    job = job_asked_about(asking)
    if job is not None:
        return Source(job.dataset, job)
    return Source(dataset or dataset_named(asking, "datasetId"), None)


@call("images.list")
def image_list(asking: Asking) -> Answer:
    """The images of a dataset, of a job on it, or of all datasets of a project."""
    body = asking.body
    if "datasetId" in body or asking.job_id is not None:
        source = source_of(asking)
        found, datasets = source.items(asking), [source.dataset]
    else:
        project = project_named(asking, "projectId")
        datasets = list(seen_datasets(asking).filter(project=project))
        found = seen_items(asking).filter(dataset__in=datasets)
    found = _filtered(narrowed(found, body, FIELDS), body)
    shown = _Shown(asking, {dataset.pk: dataset for dataset in datasets})
    if body.text("pagination_mode", body.text("paginationMode")) == "token":
        return _after(asking, found, shown)
    return paged(asking, found, shown.shape, ORDERS, prepare=shown.prepare)


@call("images.info")
def image_info(asking: Asking) -> Answer:
    """One image."""
    item = item_named(asking)
    if asking.body.flag("forceMetadataForLinks") and not item.is_fetched:
        # Without it the size stays unknown, which is no reason to tell nothing about it.
        with suppress(PictureMissing):
            item = ensure_picture(item)
    shown = _Shown(asking, {item.dataset_id: item.dataset})
    shown.prepare([item])
    return shown.shape(item)


def item_named(asking: Asking, name: str = "id") -> Item:
    """The item that the body names; Http404 when the person may not see it."""
    found = seen_items(asking).select_related("dataset__project")
    return get_visible_or_404(found, asking.body.key(name))


def _after(asking: Asking, found: QuerySet[Item], shown: "_Shown") -> dict[str, Any]:
    """A page of a list that goes on from an id instead of counting pages."""
    size = min(asking.body.number_or_none("per_page") or AFTER_SIZE, AFTER_SIZE)
    total = found.count()
    after = asking.body.key_or_none("after") or 0
    rows = list(found.filter(pk__gt=after).order_by("pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    shown.prepare(rows)
    return {
        "total": total,
        "perPage": size,
        "after": rows[-1].pk if more else None,
        "entities": [shown.shape(item) for item in rows],
    }


def _filtered(found: QuerySet[Item], body: Body) -> QuerySet[Item]:
    """The conditions of `filters`, which have a type each.

    Raises:
        Invalid: a type that our lists do not know, never a guess.
    """
    for each in body.parts("filters"):
        kind, data = each.text("type"), each.object("data")
        if kind == "images_filename":
            found = found.filter(name__icontains=data.text("value"))
        elif kind == "images_tag":
            has = {"item_tags__tag": data.key("tagId")}
            found = found.filter(**has) if data.flag("include", True) else found.exclude(**has)
        elif kind == "objects_class" and data.key_or_none("classId") is None:
            found = found.filter(object_count__gte=data.number_or_none("from") or 1)
        else:
            told = _("Images are filtered by: images_filename, images_tag.")
            raise each.wrong("type", told)
    return found


class _Shown:
    """Shapes of a page's images, with the tags that they have now, read in few queries."""

    def __init__(self, asking: Asking, datasets: Mapping[int, Dataset]) -> None:
        self._asking = asking
        self._datasets = datasets
        self._tags: dict[int, Collection[Tag]] = {}

    def prepare(self, items: list[Item]) -> list[Item]:
        """Read what belongs to the images of one page."""
        for key, dataset in self._datasets.items():
            own = [item for item in items if item.dataset_id == key]
            source = source_of(self._asking, dataset)
            if own and (source.job or self._may_read(dataset)):
                labels = labels_now(self._asking, source, own)
                self._tags |= {pk: each.tags for pk, each in labels.items()}
        return items

    def _may_read(self, dataset: Dataset) -> bool:
        return self._asking.actor.can(Capability.EXPORT, dataset.team_id)

    def shape(self, item: Item) -> dict[str, Any]:
        """One image."""
        dataset, tags = self._datasets[item.dataset_id], self._tags.get(item.pk, ())
        return image_shape(self._asking, item, dataset, tags)


def image_shape(
    asking: Asking, item: Item, dataset: Dataset, tags: Collection[Tag] = ()
) -> dict[str, Any]:
    """An image as the SDK reads it; of a picture that is still at its address little is known."""
    address = reverse("api:item-image", args=[item.pk])
    created = moment(item.created_at)
    return {
        "id": item.pk,
        "name": item.name,
        "title": item.name,
        "description": "",
        "link": item.source_url or None,
        "hash": shown_hash(item.content_hash) if item.content_hash else None,
        "mime": item.media_type or None,
        "size": item.byte_size if item.is_fetched else None,
        "width": item.width or None,
        "height": item.height or None,
        "labelsCount": item.object_count,
        "datasetId": item.dataset_id,
        "projectId": dataset.project_id,
        "createdAt": created,
        "updatedAt": moment(item.labeled_at) or created,
        "createdBy": dataset.created_by_id,
        "meta": item.metadata,
        "pathOriginal": address,
        "fullStorageUrl": asking.request.build_absolute_uri(address),
        "tags": [
            {"id": each["tag"], "tagId": each["tag"], "entityId": item.pk, "value": each["value"]}
            for each in tags
        ],
    }


def shown_hash(content_hash: str) -> str:
    """SHA-256 in base64, as the SDK writes it; ours is hexadecimal."""
    return base64.b64encode(bytes.fromhex(content_hash)).decode()


def read_hash(given: Any) -> str | None:
    """The same the other way; None for what is no such hash."""
    try:
        raw = base64.b64decode(given, validate=True) if isinstance(given, str) else b""
    except (NotBase64, ValueError):
        return None
    return raw.hex() if len(raw) == 32 else None
