"""Issues: remarks on jobs and their images. Ours always stand on a job, so `add` names it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.wire import Body, moment
from labeling.core.http import get_visible_or_404
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Comment, Job, JobItem
from labeling.projects.models import Dataset, Project

Row = dict[str, Any]

FIELDS = {
    "id": Field("pk"),
    "name": Field("text", "text"),
    "createdBy": Field("author"),
    "imageId": Field("job_item__item"),
    "jobId": Field("job"),
    "datasetId": Field("job__dataset"),
    "projectId": Field("job__project"),
    "createdAt": Field("created_at", "time"),
}
ORDERS = {"id": "pk", "createdAt": "created_at"}


def seen_issues(asking: Asking) -> QuerySet[Comment]:
    """The remarks that the person sees, with what their shape needs."""
    found = Comment.objects.visible_to(asking.actor)
    return found.select_related("author", "job", "job_item__item")


def issue_named(asking: Asking, name: str = "id") -> Comment:
    """The remark that the body names; Http404 when the person may not see it."""
    return get_visible_or_404(seen_issues(asking), asking.body.key(name))


@call("issues.list")
def issue_list(asking: Asking) -> Answer:
    """The remarks in a team. `status` is open or closed."""
    found, body = seen_issues(asking).filter(job__team=asking.team()), asking.body
    others = []
    for condition in body.parts("filter"):
        if condition.raw("field") == "status":
            found = found.filter(resolved_at__isnull=_is_open(condition))
        else:
            others.append(condition.given)
    return paged(asking, narrowed(found, Body({"filter": others}), FIELDS), issue_shape, ORDERS)


def _is_open(condition: Body) -> bool:
    status, operator = condition.text("value"), condition.text("operator", "=")
    if status not in ("open", "closed") or operator not in ("=", "eq", "!=", "not"):
        raise condition.wrong("value", _("An issue is open or closed."))
    return (status == "open") == (operator in ("=", "eq"))


@call("issues.info")
def issue_info(asking: Asking) -> Answer:
    """One remark."""
    return issue_shape(issue_named(asking))


@call("issues.add")
def issue_add(asking: Asking) -> Answer:
    """A remark on a job, and on one of its images when `imageId` is sent.

    The SDK's own call names neither; a script says the job by `api.add_header("x-job-id", ...)`.
    """
    body, asked_for = asking.body, asking.team()
    job_id = body.key_or_none("jobId") or asking.job_id
    if job_id is None:
        told = _("Remarks stand on a job. Say which: api.add_header('x-job-id', str(job.id)).")
        raise body.wrong("jobId", told)
    if body.keys("assignees"):
        raise body.wrong("assignees", _("Remarks are for everybody on the job; leave it out."))
    jobs = Job.objects.visible_to(asking.actor).filter(team=asked_for)
    job = get_visible_or_404(jobs, job_id)
    text = "\n\n".join(part for part in (body.text("name"), body.text("comment")) if part)
    data: Row = {"text": text}
    if "imageId" in body:
        data["job_item"] = _place(asking, job)
    made = perform(actions[Job, "comment"], job, asking.actor, data).outcome
    return {"id": made.pk}


def _place(asking: Asking, job: Job) -> int:
    places = JobItem.objects.visible_to(asking.actor).filter(job=job)
    place = places.filter(item=asking.body.key("imageId")).first()
    if place is None:
        raise asking.body.wrong("imageId", _("This image is not in the job."))
    return place.pk


@call("issues.editInfo")
def issue_edit(asking: Asking) -> Answer:
    """Close a remark, or open it again. What was said stays as it was said."""
    body, issue = asking.body, issue_named(asking)
    for name in ("name", "isPinned"):
        if name in body:
            raise body.wrong(name, _("A remark is closed and opened, not rewritten or pinned."))
    status = body.text("status")
    if status not in ("open", "closed"):
        raise body.wrong("status", _("An issue is open or closed."))
    if (issue.resolved_at is None) == (status == "closed"):
        verb = "resolve" if status == "closed" else "unresolve"
        perform(actions[Comment, verb], issue, asking.actor)
    return issue_shape(issue_named(asking))


@call("issues.comments.add")
def comment_add(asking: Asking) -> Answer:
    """An answer: another remark at the same place."""
    issue = issue_named(asking, "issueId")
    data: Row = {"text": asking.body.text("comment"), "job_item": issue.job_item_id}
    if issue.x is not None:
        data |= {"x": issue.x, "y": issue.y}
    made = perform(actions[Job, "comment"], issue.job, asking.actor, data).outcome
    return {
        "id": made.pk,
        "issueId": issue.pk,
        "createdBy": made.author_id,
        "createdAt": moment(made.created_at),
        "comment": made.text,
        "meta": {},
        "createdByUser": asking.user.username,
        "links": {},
    }


@call("issues.dataset-issues.list")
def dataset_issues(asking: Asking) -> Answer:
    """The remarks on images of a dataset or of a project, without pages."""
    body, found = asking.body, seen_issues(asking).exclude(job_item=None)
    if "datasetId" in body:
        datasets = Dataset.objects.visible_to(asking.actor)
        found = found.filter(job__dataset=get_visible_or_404(datasets, body.key("datasetId")))
    else:
        projects = Project.objects.visible_to(asking.actor)
        found = found.filter(job__project=get_visible_or_404(projects, body.key("projectId")))
    return [_with_bindings(each) for each in found.order_by("pk")]


def _with_bindings(comment: Comment) -> Row:
    image = comment.job_item.item_id if comment.job_item else None
    position = {"left": comment.x, "top": comment.y}
    return {
        **issue_shape(comment),
        "bindings": [{"field": "imageId", "value": image, "extra": {}}],
        "meta": {"position": position} if comment.x is not None else {},
    }


def issue_shape(comment: Comment) -> Row:
    """A remark as the SDK reads an issue."""
    item = comment.job_item.item if comment.job_item else None
    return {
        "id": comment.pk,
        "status": "open" if comment.resolved_at is None else "closed",
        "userLogin": comment.author.username,
        "imageId": item.pk if item else None,
        "imageName": item.name if item else None,
        "createdBy": comment.author_id,
        "createdAt": moment(comment.created_at),
        "updatedAt": moment(comment.resolved_at or comment.created_at),
        "datasetId": comment.job.dataset_id,
        "projectId": comment.job.project_id,
        "jobId": comment.job_id,
        "name": comment.text,
        "subIssues": [],
    }


refuse(
    gettext_lazy("What was said in a team stays; close the issue instead."),
    "issues.remove",
    "issues.comments.editInfo",
)
refuse(
    gettext_lazy("Remarks have no remarks below them; answer with add_comment."),
    "issues.sub-issue.add",
    "issues.sub-issue.editInfo",
)
