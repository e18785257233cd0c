"""Annotations: the labels of whole images, read and written in Supervisely's JSON."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.clients.supervisely.annotation_json import (
    Picture,
    number_of,
    read_annotation,
    shown_annotation,
)
from labeling.clients.supervisely.areas.datasets import dataset_named, seen_datasets
from labeling.clients.supervisely.areas.images import item_named, source_of
from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.labels_now import (
    Labels,
    Source,
    job_asked_about,
    labels_now,
    refuse_reading,
)
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.unfit import Unfit
from labeling.clients.supervisely.wire import moment
from labeling.core.errors import Conflict, Invalid
from labeling.core.http import get_visible_or_404
from labeling.core.key_lists import among
from labeling.core.workflow import actions, perform
from labeling.exports.records import Schema
from labeling.exports.schema import schema_of
from labeling.projects.documents import LabelObject
from labeling.projects.models import Dataset, Item

MOST_IMAGES = 1_000
FIELDS = {
    "id": Field("pk"),
    "imageId": Field("pk"),
    "entityId": Field("pk"),
    "name": Field("name", "text"),
    "imageName": Field("name", "text"),
}
ORDERS = {"id": "pk", "imageId": "pk", "name": "name", "imageName": "name"}

refuse(
    gettext_lazy("Download the annotations and upload them to the other images."),
    "annotations.bulk.copy",
)


@call("annotations.info")
def annotation_info(asking: Asking) -> Answer:
    """The annotation of one image."""
    item = item_named(asking, "imageId")
    job = job_asked_about(asking)
    dataset = job.dataset if job else get_visible_or_404(seen_datasets(asking), item.dataset_id)
    source = Source(dataset, job)
    if not source.items(asking).filter(pk=item.pk).exists():
        raise Http404
    return _Telling(asking, source).all([item])[0]


@call("annotations.bulk.info")
def annotations_of(asking: Asking) -> Answer:
    """The annotations of some images of one dataset, in the order of their ids in the request."""
    source, keys = source_of(asking), asking.body.keys("imageIds")
    if len(keys) > MOST_IMAGES:
        raise asking.body.wrong("imageIds", _("At most %d images at once.") % MOST_IMAGES)
    found = source.items(asking).filter(pk__in=among(keys)).in_bulk()
    if len(found) < len(keys):
        raise Http404
    return _Telling(asking, source).all([found[key] for key in keys])


@call("annotations.list")
def annotation_list(asking: Asking) -> Answer:
    """The annotations of a dataset's images."""
    source = source_of(asking)
    telling = _Telling(asking, source)
    found = narrowed(source.items(asking), asking.body, FIELDS)
    return paged(asking, found, telling.one, ORDERS, prepare=telling.prepare)


@call("annotations.bulk.add")
def annotations_add(asking: Asking) -> Answer:
    """Write the labels of some images, in place of those that were there: all or none."""
    parts = asking.body.parts("annotations")
    sent = [(each.key("imageId"), each.raw("annotation")) for each in parts]
    if not sent:
        return {"success": True}
    dataset = dataset_named(asking, "datasetId")
    given = dict(sent)
    if len(given) < len(sent):
        raise asking.body.wrong("annotations", _("An image stands there twice."))
    write(asking, dataset, given, read_annotation)
    return {"success": True}


Read = Callable[[Any, Picture, Schema], dict[str, Any]]


def write(
    asking: Asking, dataset: Dataset, given: Mapping[int, Any], read: Read, *, existing: str = ""
) -> dict[int, dict[str, Any]]:
    """Write labels by the verb `set-labels`; answers the raw documents by item.

    Arguments:
        given: what was sent, by item.
        read: makes a raw document of it.
        existing: `add` keeps what is there.

    Raises:
        Invalid: something cannot be kept here, or breaks a rule of the project; nothing is
            written then.
    """
    found = Item.objects.visible_to(asking.actor).filter(dataset=dataset, pk__in=among([*given]))
    items = found.select_related("labels").in_bulk()
    if len(items) < len(given):
        raise Http404
    schema, documents, unfit = schema_of(dataset.project_id), {}, []
    for key, each in given.items():
        item = items[key]
        if not item.is_fetched:
            told = _("“%s” has not been fetched yet, so its size is not known. Fetch it first.")
            raise Conflict(told % item.name, state="at its address")
        try:
            documents[key] = read(each, picture_of(item), schema)
        except Unfit as error:
            unfit.append(f"{item.pk} “{item.name}”, {error}")
    if unfit:
        raise Invalid({"annotations": unfit})
    wanted = {"labels": {str(key): each for key, each in documents.items()}, "existing": existing}
    perform(actions[Dataset, "set-labels"], dataset, asking.actor, wanted)
    return documents


def picture_of(item: Item) -> Picture:
    """What an annotation of the item is of, with the objects that it has now."""
    labels = getattr(item, "labels", None)
    objects: Sequence[LabelObject] = labels.document["objects"] if labels else ()
    known = {number_of(item.pk, each["id"]): each for each in objects}
    return Picture(item.pk, (item.width, item.height), known)


class _Telling:
    """Annotations of items of one source."""

    def __init__(self, asking: Asking, source: Source) -> None:
        refuse_reading(asking, source)
        self._asking, self._source = asking, source
        self._schema = schema_of(source.dataset.project_id)
        self._whole_pixels = asking.body.flag("integerCoords", True)
        self._labels: Mapping[int, Labels] = {}

    def prepare(self, items: list[Item]) -> Collection[Item]:
        """Read the labels of these."""
        self._labels = labels_now(self._asking, self._source, items)
        return items

    def all(self, items: list[Item]) -> list[dict[str, Any]]:
        """Several annotations."""
        return [self.one(item) for item in self.prepare(items)]

    def one(self, item: Item) -> dict[str, Any]:
        """One annotation.

        Raises:
            Conflict: it has an object that Supervisely's images cannot have.
        """
        labels, size = self._labels[item.pk], (item.width, item.height)
        try:
            annotation = shown_annotation(
                item.pk,
                size,
                labels.drawn,
                labels.tags,
                self._schema,
                whole_pixels=self._whole_pixels,
            )
        except Unfit as unfit:
            raise Conflict(f"{item.pk} “{item.name}”: {unfit}") from None
        created = moment(item.created_at)
        return {
            "imageId": item.pk,
            "imageName": item.name,
            "datasetId": item.dataset_id,
            "annotation": annotation,
            "createdAt": created,
            "updatedAt": moment(item.labeled_at) or created,
        }
