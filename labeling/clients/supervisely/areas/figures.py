"""Figures: single objects of images, listed, and added to what is there."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.clients.supervisely.annotation_json import (
    ObjectReading,
    Picture,
    number_of,
    shown_objects,
)
from labeling.clients.supervisely.areas.annotations import FIELDS, write
from labeling.clients.supervisely.areas.datasets import seen_datasets
from labeling.clients.supervisely.areas.images import item_named, source_of
from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.labels_now import labels_now, refuse_reading
from labeling.clients.supervisely.pages import narrowed
from labeling.clients.supervisely.unfit import Unfit
from labeling.clients.supervisely.wire import moment
from labeling.core.errors import Conflict
from labeling.core.http import get_visible_or_404
from labeling.exports.records import Schema
from labeling.exports.schema import schema_of
from labeling.projects.models import Dataset, Item

# Images of one page; their figures come together, however many they are.
PAGE = 500
GEOMETRIES = ("points", "bitmap")

refuse(
    gettext_lazy("Download the image's annotation, change it, and upload it."),
    "figures.*",
)


@call("figures.list")
def figure_list(asking: Asking) -> Answer:
    """The objects of a dataset's images, or of a job's; pages are of images."""
    body, source = asking.body, source_of(asking)
    refuse_reading(asking, source)
    if any(True for _each in body.parts("filters")):
        raise body.wrong("filters", _("Figures are filtered by entityId, with “filter”."))
    found = narrowed(source.items(asking), body, FIELDS)
    total, number = found.count(), max(body.number_or_none("page") or 1, 1)
    items = list(found.order_by("pk")[(number - 1) * PAGE : number * PAGE])
    labels, schema = labels_now(asking, source, items), schema_of(source.dataset.project_id)
    whole, entities = body.flag("integerCoords", True), []
    for item in items:
        size = item.width, item.height
        try:
            shown = shown_objects(item.pk, size, labels[item.pk].drawn, schema, whole_pixels=whole)
        except Unfit as unfit:
            raise Conflict(f"{item.pk} “{item.name}”: {unfit}") from None
        entities += [_figure(item, source.dataset, each) for each in shown]
    pages = max(-(-total // PAGE), 1)
    return {
        "total": len(entities),
        "perPage": PAGE,
        "pagesCount": pages,
        "entities": entities,
    }


@call("figures.bulk.add")
def figures_add(asking: Asking) -> Answer:
    """Add objects to images, beside those that are there; answers their ids.

    The SDK sends the labels of one image in whole pixels.
    """
    body = asking.body
    given: dict[int, list[Any]] = {}
    if "entityId" in body:
        item = item_named(asking, "entityId")
        given[item.pk] = [each.given for each in body.parts("figures")]
        dataset_key = item.dataset_id
    else:
        dataset_key = body.key("datasetId")
        for each in body.parts("figures"):
            given.setdefault(each.key("entityId"), []).append(each.given)
    if not any(given.values()):
        return []
    dataset = get_visible_or_404(seen_datasets(asking), dataset_key)
    read = partial(_read, whole_pixels="entityId" in body)
    documents = write(asking, dataset, given, read, existing="add")
    return [{"id": number} for number in _numbers(documents)]


@call("image-tags.bulk.add-to-image")
def tag_add(asking: Asking) -> Answer:
    """Put one tag on some images, or give it another value there."""
    body = asking.body
    keys = body.keys("ids")
    if not keys:
        return {"success": True}
    first = get_visible_or_404(Item.objects.visible_to(asking.actor), keys[0])
    dataset: Dataset = get_visible_or_404(seen_datasets(asking), first.dataset_id)
    tag = {"tagId": body.key("tagId"), "value": body.raw("value")}
    write(asking, dataset, dict.fromkeys(keys, tag), _read_tag, existing="add")
    return {"success": True}


def _read(given: list[Any], picture: Picture, schema: Schema, *, whole_pixels: bool) -> Any:
    """A raw document of objects to add.

    Raises:
        Unfit
    """
    reading, objects = ObjectReading(picture, schema), []
    for number, each in enumerate(given):
        inside = each.get("geometry")
        flat = {**each, **inside} if isinstance(inside, dict) else each
        try:
            objects.append(reading.object(flat, whole_pixels=whole_pixels))
        except Unfit as unfit:
            raise unfit.within(f"figures[{number}]") from None
    return {"objects": objects, "tags": []}


def _read_tag(given: Mapping[str, Any], _picture: Picture, schema: Schema) -> Any:
    known = schema.tag_by_id.get(given["tagId"])
    if known is None or known.is_removed:
        raise Unfit(_("This tag is not one of the project."), "tagId")
    return {"objects": [], "tags": [{"tag": known.id, "value": given["value"]}]}


def _numbers(documents: Mapping[int, Any]) -> Iterator[int]:
    for item, document in documents.items():
        for each in document["objects"]:
            yield number_of(item, each["id"])


def _figure(item: Item, dataset: Dataset, shown: Mapping[str, Any]) -> dict[str, Any]:
    created = moment(item.created_at)
    return {
        "id": shown["id"],
        "classId": shown["classId"],
        "imageId": item.pk,
        "entityId": item.pk,
        "objectId": None,
        "datasetId": item.dataset_id,
        "projectId": dataset.project_id,
        "geometryType": shown["geometryType"],
        "geometry": {name: shown[name] for name in GEOMETRIES if name in shown},
        "geometryMeta": {},
        "tags": shown["tags"],
        "meta": {},
        "createdAt": created,
        "updatedAt": moment(item.labeled_at) or created,
        "nnCreated": False,
        "nnUpdated": False,
    }
