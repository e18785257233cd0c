"""What the labeling and review pages know when they open: one job, its schema and its items."""

from typing import Any

from django.urls import reverse

from labeling.core.markdown import render_markdown
from labeling.jobs.models import Batch, Job, JobItem
from labeling.projects.models import LabelClass, TagDefinition
from labeling.projects.referencing import host_of


def bootstrap(job: Job, mode: str, user: Any, *, start_item: int | None = None) -> dict[str, Any]:
    """Everything the page's scripts need at once, JSON-able.

    Arguments:
        mode: label, review or view.
        start_item: id of the job item to open first; None opens the first that is to do.
    """
    offered = set(job.batch.classes.filter(removed_at=None).values_list("pk", flat=True))
    tags_offered = set(job.batch.tags.filter(removed_at=None).values_list("pk", flat=True))
    classes = LabelClass.objects.filter(project=job.project_id)
    tags = TagDefinition.objects.filter(project=job.project_id).prefetch_related("classes")
    return {
        "job": job_facts(job),
        "mode": mode,
        "me": {"id": user.pk, "name": user.name},
        "classes": [class_facts(each, offered=each.pk in offered) for each in classes],
        "tags": [tag_facts(each, offered=each.pk in tags_offered) for each in tags],
        "items": [item_facts(each) for each in job_items(job)],
        "start_item": start_item,
        "urls": urls(job, user),
    }


def job_items(job: Job) -> Any:
    """The job's items in their order, with what a page shows of each."""
    return (
        JobItem.objects.filter(job=job)
        .select_related("item", "decided_by")
        .only(
            "position",
            "state",
            "version",
            "reason",
            "skip_reason",
            "item__name",
            "item__width",
            "item__height",
            "item__source_url",
            "decided_by__display_name",
            "decided_by__username",
        )
        .order_by("position")
    )


def job_facts(job: Job) -> dict[str, Any]:
    """The job with its counters and limits."""
    batch: Batch = job.batch
    return {
        **counters(job),
        "id": job.pk,
        "name": job.name,
        "status": job.status,
        "stage": job.stage,
        "state": job.state,
        "batch": batch.name,
        "objects_limit": batch.objects_limit,
        "tags_limit": batch.tags_limit,
        "instructions_html": str(render_markdown(batch.instructions)),
        "needs_review": batch.needs_review,
    }


def counters(job: Job) -> dict[str, int]:
    """How far a job is, in items."""
    return {
        "items": job.items,
        "done": job.done,
        "accepted": job.accepted,
        "rejected": job.rejected,
    }


def class_facts(label_class: LabelClass, *, offered: bool) -> dict[str, Any]:
    """A class; one that the job does not offer is only shown."""
    return {
        "id": label_class.pk,
        "name": label_class.name,
        "shape": label_class.shape,
        "color": label_class.color,
        "hotkey": label_class.hotkey,
        "offered": offered,
    }


def tag_facts(tag: TagDefinition, *, offered: bool) -> dict[str, Any]:
    """A tag definition; one that the job does not offer is only shown."""
    return {
        "id": tag.pk,
        "name": tag.name,
        "value_type": tag.value_type,
        "choices": tag.choices,
        "applies_to": tag.applies_to,
        "classes": [each.pk for each in tag.classes.all()],
        "hotkey": tag.hotkey,
        "offered": offered,
    }


def item_facts(job_item: JobItem) -> dict[str, Any]:
    """One item of the strip; one whose picture is still at its address says where it is had."""
    item = job_item.item
    here = item.is_fetched
    return {
        "id": job_item.pk,
        "name": item.name,
        "position": job_item.position,
        "image": reverse("projects:item-image", args=[item.pk]),
        "thumbnail": reverse("projects:item-thumbnail", args=[item.pk]) if here else None,
        "away": None if here else reverse("projects:item-picture", args=[item.pk]),
        "host": "" if here else host_of(item),
        "width": item.width,
        "height": item.height,
        "state": job_item.state,
        "version": job_item.version,
        "reason": job_item.reason,
        "skip_reason": job_item.skip_reason,
        "decided_by": job_item.decided_by.name if job_item.decided_by else None,
    }


def urls(job: Job, user: Any) -> dict[str, str]:
    """Where the page's scripts read and write; `{id}` and `{verb}` are filled in by them."""
    return {
        "annotation": "/api/job-items/{id}/annotation/",
        "item_verb": "/api/job-items/{id}/{verb}/",
        "job_verb": "/api/jobs/{id}/{verb}/",
        "job_item": "/api/job-items/{id}/",
        "comments": "/api/comments/",
        "job": reverse("jobs:job", args=[job.pk]),
        "done": reverse("jobs:my-work", args=[job.team_id]),
        "review_queue": reverse("jobs:review-queue", args=[job.team_id]),
        "sign_in": reverse("account_login"),
    }
