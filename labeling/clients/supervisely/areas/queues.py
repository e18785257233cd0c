"""Labeling queues: batches whose jobs lie in the pool, where people take the next one.

The vendor gives out single images; ours come in jobs of IMAGES_A_JOB, so that a reviewer has
something to review. Who may take them are those who have the queue's skill.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.models import Team, User
from accounts.roles import Capability
from labeling.clients.supervisely.areas.job_making import (
    batch_settings,
    created_batch,
    dataset_named,
    with_jobs,
)
from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.job_json import meta_shape
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.wire import Body, moment
from labeling.core.http import get_visible_or_404
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Job, JobItem, Skill
from labeling.jobs.states import BatchStatus, ItemState, Split, Stage, Status

Row = dict[str, Any]

IMAGES_A_JOB = 10
HIGHEST_LEVEL = 100

FIELDS = {
    "id": Field("pk"),
    "name": Field("name", "text"),
    "projectId": Field("project"),
    "datasetId": Field("dataset"),
    "createdBy": Field("created_by"),
}
ORDERS = {"id": "pk", "name": "name", "createdAt": "created_at"}
UNKNOWN = {
    "collectionId": gettext_lazy("A queue has images of one dataset. Name it."),
    "qualityCheckUserIds": gettext_lazy("There is one review. Leave enable_quality_check out."),
}
NOT_BEGUN = (BatchStatus.NEW, BatchStatus.LOADING, BatchStatus.QUEUED)
CLOSED = (BatchStatus.STOPPING, BatchStatus.STOPPED, BatchStatus.CANCELED, BatchStatus.ERROR)


def seen_queues(asking: Asking) -> QuerySet[Batch]:
    """The batches for the pool that the person sees."""
    found = Batch.objects.visible_to(asking.actor).filter(split=Split.SEGMENTS)
    jobs = Job.objects.visible_to(asking.actor).filter(archived_at=None).order_by("number")
    return found.select_related("project", "skill").prefetch_related(
        "classes", "tags", Prefetch("jobs", jobs, to_attr="shown_jobs")
    )


@call("labeling-queues.list")
def queue_list(asking: Asking) -> Answer:
    """The queues of a team; archived ones only when they are asked for."""
    found = seen_queues(asking).filter(team=asking.team())
    if not asking.body.flag("showDisabled"):
        found = found.live()  # type: ignore[attr-defined]
    found = narrowed(found, asking.body, FIELDS)
    return paged(
        asking,
        found,
        lambda pair: queue_shape(*pair),
        ORDERS,
        prepare=partial(_with_counts, asking.actor),
    )


@call("labeling-queues.info")
def queue_info(asking: Asking) -> Answer:
    """One queue."""
    [pair] = _with_counts(
        asking.actor, [get_visible_or_404(seen_queues(asking), asking.body.key("id"))]
    )
    return queue_shape(*pair)


@call("labeling-queues.add")
def queue_add(asking: Asking) -> Answer:
    """A batch for the pool, which these people may take from and one of these reviews."""
    body = asking.body
    for name, reason in UNKNOWN.items():
        if body.raw(name):
            raise body.wrong(name, reason)
    meta, more = body.object("meta"), body.object("queueMeta")
    if meta.flag("hideFigureAuthor"):
        raise meta.wrong("hideFigureAuthor", _("Reviewers see who labeled. Leave it out."))
    if more.flag("skipCompleteAnnotationJobOnEmpty"):
        told = _("A job is handed in when all of it is done. Leave it out.")
        raise more.wrong("skipCompleteAnnotationJobOnEmpty", told)
    dataset = dataset_named(asking)
    labelers = _people(asking, "userIds", Capability.LABEL, dataset.team_id)
    reviewers = _people(asking, "reviewerIds", Capability.REVIEW, dataset.team_id)
    settings = {
        **batch_settings(asking),
        "split": Split.SEGMENTS.value,
        "segment_size": IMAGES_A_JOB,
        "reviewer": reviewers[0].pk if len(reviewers) == 1 else None,
        "allow_own_review": more.flag("reviewOwnAnnotationsAvailable"),
    }
    with transaction.atomic():
        if labelers:
            skill = _skill_of(asking, dataset.team, labelers)
            settings |= {"skill": skill.pk, "skill_level": HIGHEST_LEVEL}
        queue = created_batch(asking, settings)
    return {"id": with_jobs(queue).pk}


def _people(asking: Asking, name: str, capability: Capability, team_id: int) -> list[User]:
    body = asking.body
    keys = body.keys(name)
    people = User.objects.visible_to(asking.actor).who_can(capability, team_id)
    able = {each.pk: each for each in people.filter(pk__in=keys)}
    missing = [str(key) for key in keys if key not in able]
    if missing:
        told = _("These people may not do this in the team: %s.") % ", ".join(missing)
        raise body.wrong(name, told)
    return [able[key] for key in keys]


def _skill_of(asking: Asking, team: Team, people: Iterable[User]) -> Skill:
    """A skill that the queue's people have, and nobody else."""
    name = str(_("Queue “%s”") % asking.body.text("name")[:80])
    alike = Skill.objects.visible_to(asking.actor).filter(team=team, name__startswith=name).count()
    data = {"name": f"{name} {alike + 1}" if alike else name}
    made: Skill = perform(actions[Team, "create-skill"], team, asking.actor, data).outcome
    for person in people:
        level = {"person": person.pk, "level": HIGHEST_LEVEL}
        perform(actions[Skill, "set-level"], made, asking.actor, level)
    return made


@call("labeling-queues.set-status")
def queue_set_status(asking: Asking) -> Answer:
    """Stop a queue, let it go on, or give all its open jobs a status."""
    body = asking.body
    queue = get_visible_or_404(seen_queues(asking), body.key("id"))
    status = body.text("status")
    if status not in Status.values:
        raise body.wrong("status", _("Queues are %s.") % ", ".join(Status.values))
    if status == Status.STOPPED:
        if queue.status not in CLOSED:
            perform(actions[Batch, "stop"], queue, asking.actor)
        return {"success": True}
    if queue.status in (BatchStatus.STOPPED, BatchStatus.STOPPING):
        perform(actions[Batch, "resume"], queue, asking.actor)
    if status in (Status.ON_REVIEW, Status.COMPLETED):
        open_jobs = Job.objects.visible_to(asking.actor).live().filter(batch=queue)
        for job in open_jobs.exclude(status__in=(status, Status.COMPLETED)):
            perform(actions[Job, "set-status"], job, asking.actor, {"status": status})
    return {"success": True}


def _with_counts(actor: Actor, queues: list[Batch]) -> list[tuple[Batch, Row]]:
    """Queues of a page, each with its counts and people."""
    seen = JobItem.objects.visible_to(actor)
    places = seen.filter(job__batch__in=queues, job__archived_at=None)
    rows = places.order_by().values("job__batch").annotate(
        total=Count("pk"), **{name: Count("pk", filter=where) for name, where in WHERE.items()}
    )  # fmt: skip
    counts = {row["job__batch"]: row for row in rows}
    empty = dict.fromkeys(("total", *WHERE), 0)
    return [(each, {**empty, **counts.get(each.pk, {}), **_crew(actor, each)}) for each in queues]


def _crew(actor: Actor, queue: Batch) -> Row:
    """Who may take from it, and who may review it."""
    people = User.objects.visible_to(actor)
    labelers = people.who_can(Capability.LABEL, queue.team_id)
    if queue.skill_id:
        able = Q(skills__skill=queue.skill_id, skills__level__gte=queue.skill_level)
        labelers = labelers.filter(able)
    reviewers = people.who_can(Capability.REVIEW, queue.team_id)
    if queue.reviewer_id:
        reviewers = reviewers.filter(pk=queue.reviewer_id)
    return {
        "labelers": [{"id": pk} for pk in labelers.order_by("pk").values_list("pk", flat=True)],
        "reviewers": [{"id": pk} for pk in reviewers.order_by("pk").values_list("pk", flat=True)],
    }


TO_DO = Q(state__in=(ItemState.NONE, ItemState.REJECTED))
# The vendor's words for an image of a queue; "null" waits in the pool.
WHERE: Mapping[str, Q] = {
    "pending": TO_DO & Q(job__annotator=None),
    "none": TO_DO & Q(job__annotator__isnull=False),
    "done": Q(state=ItemState.DONE),
    "accepted": Q(state=ItemState.ACCEPTED),
}


@call("labeling-queues.stats.entities")
def queue_entities(asking: Asking) -> Answer:
    """The images of a queue; `entityStatus` is a list in which null means that they wait."""
    body = asking.body
    queue = get_visible_or_404(seen_queues(asking), body.key("id"))
    if body.raw("filters"):
        raise body.wrong("filters", _("Labeldesk has no collections."))
    seen = JobItem.objects.visible_to(asking.actor)
    found: QuerySet[JobItem] = seen.filter(job__batch=queue, job__archived_at=None)
    statuses = body.raw("entityStatus")
    if statuses is not None:
        found = found.filter(_any_of(body, statuses))
    found = found.annotate(name=F("item__name")).select_related("job")
    found = narrowed(found, body, {"id": Field("item"), "name": Field("name", "text")})
    page = paged(asking, found, _entity_shape, {"id": "item", "name": "name"})
    return {"images": page["entities"], "total": page["total"]}


def _any_of(body: Body, statuses: Any) -> Q:
    where = Q(pk__in=())
    for status in statuses if isinstance(statuses, list) else [statuses]:
        word = "pending" if status is None else status
        if not isinstance(word, str) or word not in WHERE:
            raise body.wrong("entityStatus", _("null, “none”, “done” or “accepted”."))
        where |= WHERE[word]
    return where


def _entity_shape(place: JobItem) -> Row:
    waits = place.state in (ItemState.NONE, ItemState.REJECTED) and place.job.annotator_id is None
    return {
        "id": place.item_id,
        "name": place.name,  # type: ignore[attr-defined]
        "status": None if waits else str(place.state),
        "reviewStatus": None if waits else str(place.state),
        "jobId": place.job_id,
        "userId": place.job.annotator_id,
        "reviewerId": place.job.reviewer_id,
    }


def queue_shape(queue: Batch, counts: Row) -> Row:
    """A queue as the SDK reads it; all of these keys must be there."""
    jobs: list[Job] = queue.shown_jobs  # type: ignore[attr-defined]
    is_over = queue.status == BatchStatus.COMPLETED
    return {
        "id": queue.pk,
        "name": queue.name,
        "description": queue.description,
        "readme": queue.instructions,
        "teamId": queue.team_id,
        "projectId": queue.project_id,
        "datasetId": queue.dataset_id,
        "createdBy": queue.created_by_id,
        "labelers": counts["labelers"],
        "reviewers": counts["reviewers"],
        "createdAt": moment(queue.created_at),
        "finishedAt": moment(queue.updated_at) if is_over else None,
        "status": queue_status(queue, jobs),
        "disabled": queue.archived_at is not None,
        "jobs": [{"id": job.pk} for job in jobs],
        "entitiesCount": counts["total"],
        "acceptedCount": counts["accepted"],
        "annotatedCount": counts["done"],
        "inProgressCount": counts["none"],
        "pendingCount": counts["pending"],
        "meta": meta_shape(queue),
        "collectionId": None,
    }


def queue_status(queue: Batch, jobs: Iterable[Job]) -> str:
    """A batch's status in the five words of jobs, which is what the SDK makes of a queue's."""
    status = queue.archived_status or queue.status
    if status in CLOSED:
        return Status.STOPPED.value
    if status == BatchStatus.COMPLETED:
        return Status.COMPLETED.value
    seen = {str(job.status) for job in jobs}
    if status in NOT_BEGUN or seen <= {Status.PENDING.value}:
        return Status.PENDING.value
    labeled = all(job.stage != Stage.ANNOTATION or job.status == Status.ON_REVIEW for job in jobs)
    return Status.ON_REVIEW.value if labeled else Status.IN_PROGRESS.value


refuse(
    gettext_lazy("Queues are archived on their batch's page, not removed."),
    "labeling-queues.remove",
    "labeling-queues.bulk.remove",
)
refuse(
    gettext_lazy("The person who has the image skips it, and says why."),
    "labeling-queues.entities.skip",
)
