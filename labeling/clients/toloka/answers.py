"""Items as the client has them, with the labels that people made, by the names of the schema."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.actor import Actor
from labeling.clients.toloka.places import (
    COMPLETED,
    ERROR,
    PLACE_STATUS,
    has_places,
    places_of,
)
from labeling.clients.toloka.words import moment
from labeling.jobs.models import Batch, JobItem
from labeling.projects.documents import Document, LabelObject, Tag
from labeling.projects.models import Item, LabelClass, Project, TagDefinition

PARTS = ("points", "holes", "rle", "keyframes")


def shapes_of(
    actor: Actor, project: Project, batch: Batch, items: Sequence[Item]
) -> list[dict[str, Any]]:
    """Items of one batch.

    Arguments:
        items: with `app_status`, `finished_at` and `begun_at`.
    """
    if not items:
        return []
    names = Names(actor, project)
    places = _places(actor, batch, items)
    return [_shape(project, batch, item, places.get(item.pk, ()), names) for item in items]


class Names:
    """What the classes and tags of a project are called, those removed as well."""

    def __init__(self, actor: Actor, project: Project) -> None:
        self.classes = _named(LabelClass.objects.visible_to(actor).filter(project=project))
        self.tags = _named(TagDefinition.objects.visible_to(actor).filter(project=project))


def _named(rows: QuerySet[Any]) -> dict[int, str]:
    return dict(rows.order_by().values_list("pk", "name"))


def _places(actor: Actor, batch: Batch, items: Sequence[Item]) -> Mapping[int, list[Any]]:
    """The places of those of these items that have something to show, the newest last.

    First only the keys of the places: asked for the places of so many items in so many jobs at
    once, a database looks for each item in each job.
    """
    found: dict[int, list[Any]] = {}
    shown = {item.pk for item in items if item.app_status in (COMPLETED, ERROR)}  # type: ignore[attr-defined]
    if not shown or not has_places(batch):
        return found
    near = places_of(actor, [batch.pk]).filter(item__gte=min(shown), item__lte=max(shown))
    keys = [pk for pk, item in near.values_list("pk", "item").order_by() if item in shown]
    # As plain keys: a database that cannot tell how many there are reads the whole team's places.
    places = JobItem.objects.visible_to(actor).filter(pk__in=keys)
    places = places.select_related("annotation", "done_by").order_by("done_at", "pk")
    for place in places.annotate(place_status=PLACE_STATUS):
        found.setdefault(place.item_id, []).append(place)
    return found


def _shape(
    project: Project, batch: Batch, item: Any, places: Sequence[Any], names: Names
) -> dict[str, Any]:
    is_finished = item.app_status == COMPLETED
    rejected = [place for place in places if place.place_status == ERROR]
    return {
        "id": f"{batch.pk}-{item.pk}",
        "app_project_id": str(project.pk),
        "batch_id": str(batch.pk),
        "input_data": input_data(item),
        "status": item.app_status,
        "output_data": output_data(places, names) if is_finished else None,
        "errors": [_error(place) for place in rejected] if item.app_status == ERROR else [],
        "created_at": moment(item.created_at),
        "started_at": moment(item.begun_at),
        "finished_at": moment(item.finished_at),
    }


def input_data(item: Item) -> dict[str, Any]:
    """What the item is made of: fit for bringing it into another batch."""
    data: dict[str, Any] = {**item.metadata, "item_id": str(item.pk)}
    if item.source_url:
        data["image_url"] = item.source_url
    if item.external_id:
        data["id"] = item.external_id
    return data


def output_data(places: Sequence[Any], names: Names) -> dict[str, Any]:
    """The labels that were made last; of an item that several people labeled, also each one's."""
    done = [place for place in places if place.place_status == COMPLETED]
    if not done:
        return {"objects": [], "tags": []}
    found = _labels(done[-1], names)
    if len(done) > 1:
        found["answers"] = [
            {"annotator": place.done_by and place.done_by.username, **_labels(place, names)}
            for place in done
        ]
    return found


def _labels(place: JobItem, names: Names) -> dict[str, Any]:
    annotation = getattr(place, "annotation", None)
    document: Document = annotation.document if annotation else {"objects": [], "tags": []}
    labels: dict[str, Any] = {
        "objects": [_object(each, names) for each in document["objects"]],
        "tags": [_tag(each, names) for each in document["tags"]],
    }
    return {**labels, "skip_reason": place.skip_reason} if place.skip_reason else labels


def _object(drawn: LabelObject, names: Names) -> dict[str, Any]:
    shape: Mapping[str, Any] = drawn
    return {
        "id": drawn["id"],
        "class": names.classes.get(drawn["class"]),
        "shape": drawn["shape"],
        **{part: shape[part] for part in PARTS if part in shape},
        "tags": [_tag(each, names) for each in drawn["tags"]],
    }


def _tag(tag: Tag, names: Names) -> dict[str, Any]:
    return {"name": names.tags.get(tag["tag"]), "value": tag["value"]}


def _error(place: JobItem) -> dict[str, Any]:
    return {"code": "REJECTED", "message": place.reason, "payload": {"job": place.job_id}}
