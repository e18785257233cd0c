"""Figures of a labeling job, and the team's history as the SDK's activity log."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.db.models import Q, QuerySet

from labeling.clients.supervisely.areas.jobs import job_named
from labeling.clients.supervisely.calls import Answer, Asking, call
from labeling.clients.supervisely.geometry import WORDS
from labeling.clients.supervisely.job_json import REVIEW_STATUS
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.wire import Body, moment
from labeling.jobs.models import Event, Job, JobItem
from labeling.jobs.statistics import job_statistics, time_spent
from labeling.projects.models import LabelClass

Row = dict[str, Any]

REVIEWED = "image_review_status_updated"
# What became of an image by each verb on it; the log calls all of them the same.
DECISIONS = {
    "confirm-item": "done",
    "skip-item": "done",
    "accept-item": "accepted",
    "reject-item": "rejected",
}
FIELDS = {
    "userId": Field("actor"),
    "projectId": Field("job__project"),
    "datasetId": Field("job__dataset"),
    "jobId": Field("job"),
    "labelerId": Field("job__annotator"),
    "date": Field("at", "time"),
    "reviewStatus": Field(
        "verb",
        "word",
        {
            status: [verb for verb, each in DECISIONS.items() if each == status]
            for status in ("done", "accepted", "rejected")
        },
    ),
}


@call("jobs.stats")
def job_stats(asking: Asking) -> Answer:
    """What was labeled in a job: by class, by tag and by image. Times in seconds."""
    job = job_named(asking)
    figures, spent = job_statistics(job), time_spent(job)
    seconds = None if spent is None else round(spent.total_seconds())
    images = []
    if asking.body.flag("withEntitiesStats", default=True):
        images = list(_images(asking, job))
    return {
        "job": {
            "id": job.pk,
            "name": job.name,
            "startedAt": moment(job.started_at),
            "finishedAt": moment(job.completed_at),
            "imagesCount": job.items,
            "finishedImagesCount": job.done,
            "editingDuration": seconds,
            "annotationDuration": seconds,
            "tagsStats": list(_tags(asdict(figures))),
        },
        "classes": list(_classes(asking, job, asdict(figures), seconds)),
        "images": {"total": job.items, "images": images},
    }


def _classes(asking: Asking, job: Job, figures: Row, seconds: int | None) -> Iterator[Row]:
    """Time is not measured by class: it is shared out by the objects of each."""
    classes = LabelClass.objects.visible_to(asking.actor).filter(project=job.project_id)
    shapes = dict(classes.values_list("pk", "shape"))
    drawn = figures["objects"]
    for each in figures["classes"]:
        takes = seconds / drawn if seconds and drawn else None
        yield {
            "id": each["id"],
            "name": each["name"],
            "color": each["color"],
            "shape": WORDS[shapes.get(each["id"], "any")],
            "totalDuration": takes and round(takes * each["objects"]),
            "avgDuration": takes and round(takes),
            "imagesCount": each["items"],
            "labelsCount": each["objects"],
        }


def _tags(figures: Row) -> Iterator[Row]:
    """One line a tag, and below it one for each of its frequent values."""
    for tag in figures["tags"]:
        on = {"images": tag["images"], "figures": tag["objects"]}
        yield {"id": tag["id"], "name": tag["name"], "color": None, **on}
        where = "figures" if tag["objects"] else "images"
        for value, number in tag["values"]:
            on = {"images": 0, "figures": 0, where: number}
            name = f"{tag['name']} ({value})"
            yield {"parentId": tag["id"], "name": name, "color": None, **on}


def _images(asking: Asking, job: Job) -> Iterator[Row]:
    places = JobItem.objects.visible_to(asking.actor).filter(job=job).order_by("position")
    columns = places.values_list("item", "item__name", "state", "annotation__object_count")
    for item_id, name, state, drawn in columns:
        yield {
            "id": item_id,
            "name": name,
            "reviewStatus": REVIEW_STATUS[state],
            "annotationDuration": None,
            "totalDuration": None,
            "labelsCount": drawn,
        }


@call("teams.activity")
def activity(asking: Asking) -> Answer:
    """The history of a team, the newest first."""
    team, body = asking.team(), asking.body
    found: QuerySet[Event] = (
        Event.objects.visible_to(asking.actor)
        .filter(team=team)
        .select_related("actor", "job__project", "job__dataset", "job_item__item")
    )
    others = [each for each in body.parts("filter") if each.raw("field") != "type"]
    for condition in body.parts("filter"):
        if condition.raw("field") == "type":
            found = found.filter(_of_types(condition))
    narrower = Body({"filter": [each.given for each in others]})
    found = narrowed(found, narrower, FIELDS)
    return paged(asking, found, event_shape, {"id": "pk", "date": "at"}, usual="date desc")


def _of_types(condition: Body) -> Q:
    """The events that the log calls so; a word that it never says matches nothing."""
    operator = condition.text("operator", "in")
    value = condition.raw("value", [])
    words = condition.texts("value") if isinstance(value, list) else [condition.text("value")]
    verbs = {word.replace("_", "-") for word in words if word != REVIEWED}
    if REVIEWED in words:
        verbs |= set(DECISIONS)
    inside = Q(verb__in=verbs)
    return ~inside if operator in ("!in", "!=", "not") else inside


def event_shape(event: Event) -> Row:
    """One line of history as the activity log has it; verbs that it does not know, in our words."""
    job, place = event.job, event.job_item
    decided = DECISIONS.get(event.verb)
    return {
        "userId": event.actor_id,
        "user": event.actor.username if event.actor else None,
        "action": REVIEWED if decided else event.verb.replace("-", "_"),
        "date": moment(event.at),
        "projectId": job.project_id if job else None,
        "project": job.project.name if job else None,
        "datasetId": job.dataset_id if job else None,
        "dataset": job.dataset.name if job else None,
        "imageId": place.item_id if place else None,
        "image": place.item.name if place else None,
        "classId": None,
        "class": None,
        "figureId": None,
        "jobId": event.job_id,
        "job": job.name if job else None,
        "tagId": None,
        "tag": None,
        "meta": {"reviewStatus": decided} if decided else event.data,
    }
