"""Every verb on a job, a job item, a batch or a comment: its form by GET, the deed by POST."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.views.verbs import verb_page
from labeling.core import workflow
from labeling.core.http import Request, get_visible_or_404, next_url, redirect_htmx, toast
from labeling.core.workflow import NoInput, out_of_turn
from labeling.jobs.models import Batch, Comment, Job, JobItem

VERB_URLS: Mapping[type[models.Model], str] = {
    Job: "jobs:job-verb",
    JobItem: "jobs:item-verb",
    Batch: "jobs:batch-verb",
    Comment: "jobs:comment-verb",
}

# What a toast says once it is done. Verbs that are not here say their label and the object's name.
SENTENCES: Mapping[str, Any] = {
    "start": gettext_lazy("“%(name)s” is yours to label."),
    "submit": gettext_lazy("“%(name)s” is handed in."),
    "reopen": gettext_lazy("“%(name)s” is open again."),
    "start-review": gettext_lazy("You review “%(name)s”."),
    "send-back": gettext_lazy("“%(name)s” went back to its annotator."),
    "complete": gettext_lazy("“%(name)s” is completed."),
    "restart": gettext_lazy("The rejected items are a job of their own now."),
    "clone": gettext_lazy("The clone is ready."),
    "stop": gettext_lazy("“%(name)s” is stopped."),
    "resume": gettext_lazy("“%(name)s” goes on."),
    "launch": gettext_lazy("“%(name)s” is being launched."),
    "add-items": gettext_lazy("The items are being added to “%(name)s”."),
    "cancel": gettext_lazy("“%(name)s” is canceled."),
    "archive": gettext_lazy("“%(name)s” is archived."),
    "unarchive": gettext_lazy("“%(name)s” is back in the lists."),
    "assign": gettext_lazy("“%(name)s” has another annotator."),
    "release": gettext_lazy("“%(name)s” is back in the pool."),
    "set-reviewer": gettext_lazy("“%(name)s” has another reviewer."),
    "set-priority": gettext_lazy("“%(name)s” has another priority."),
    "set-due": gettext_lazy("“%(name)s” has another due date."),
    "edit": gettext_lazy("“%(name)s” is saved."),
    "delete": gettext_lazy("“%(name)s” is deleted."),
    "set-status": gettext_lazy("“%(name)s” has another status."),
    "undo-rebalance": gettext_lazy("What the rebalance of “%(name)s” moved goes back."),
    "move-in-queue": gettext_lazy("“%(name)s” has another place in the queue."),
    "comment": gettext_lazy("The comment is added."),
    "resolve": gettext_lazy("The comment is resolved."),
    "unresolve": gettext_lazy("The comment is open again."),
    "confirm-item": gettext_lazy("Item %(name)s is done."),
    "skip-item": gettext_lazy("Item %(name)s is skipped."),
    "accept-item": gettext_lazy("Item %(name)s is accepted."),
    "reject-item": gettext_lazy("Item %(name)s is rejected."),
}

# Whoever starts wants to begin: these lead on to where the work is done.
LEADS_TO = {"start": "jobs:label", "start-review": "jobs:review"}


@require_http_methods(["GET", "POST"])
def job_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """A verb on a job."""
    jobs = Job.objects.visible_to(request.actor).select_related("batch", "team")
    job = get_visible_or_404(jobs, pk)
    return _page(request, job, verb, job.team, job.get_absolute_url())


@require_http_methods(["GET", "POST"])
def item_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """A verb on one item of a job."""
    items = JobItem.objects.visible_to(request.actor).select_related("job__batch", "job__team")
    item = get_visible_or_404(items, pk)
    return _page(request, item, verb, item.job.team, item.job.get_absolute_url())


@require_http_methods(["GET", "POST"])
def batch_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """A verb on a batch."""
    batch = get_visible_or_404(Batch.objects.visible_to(request.actor).select_related("team"), pk)
    return _page(request, batch, verb, batch.team, batch.get_absolute_url())


@require_http_methods(["GET", "POST"])
def comment_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """A verb on a comment."""
    comments = Comment.objects.visible_to(request.actor).select_related("job__team")
    comment = get_visible_or_404(comments, pk)
    return _page(
        request, comment, verb, comment.job.team, reverse("jobs:comments", args=[comment.job_id])
    )


def _page(request: Request, obj: models.Model, verb: str, team: Any, back: str) -> HttpResponseBase:
    action = workflow.find(type(obj), verb)
    if action is None:
        raise Http404
    if request.method == "GET" and not action.is_source(obj):
        raise out_of_turn(action, obj)

    def done(change: workflow.Change) -> HttpResponseBase:
        toast(request, sentence(change), undo_url=undo_url(change))
        return redirect_htmx(request, target_of(change, next_url(request, back)))

    return verb_page(
        request,
        action,
        obj,
        back,
        done,
        current_team=team,
        title=action.label,
        submit_label=None if action.form is NoInput else action.label,
        breadcrumbs=[{"url": back, "label": str(obj)}],
    )


def sentence(change: workflow.Change) -> str:
    """What the toast says."""
    known = SENTENCES.get(change.action.verb)
    if known is None:
        return _("%(label)s: %(name)s") % {"label": change.action.label, "name": change.obj}
    return str(known % {"name": change.obj})


def undo_url(change: workflow.Change) -> str | None:
    """Where a POST takes the change back, if the verb has one that does and it is allowed now."""
    if "back" in change.note:  # the same verb with the input that was so before
        where = reverse("jobs:queue-move", args=[change.obj.pk])
        return f"{where}?{urlencode(change.note['back'])}"
    undo = change.action.undo
    if undo is None:
        return None
    action = workflow.find(type(change.obj), undo)
    if action is None or not workflow.allows(action, change.obj, change.actor):
        return None
    return reverse(VERB_URLS[type(change.obj)], args=[change.obj.pk, undo])


def target_of(change: workflow.Change, back: str) -> str:
    """Where to go on: to the work that was begun, to the job that was made, else back."""
    if change.action.verb == "delete":
        return reverse("jobs:batch", args=[change.obj.batch_id])
    if isinstance(change.outcome, Job | Batch):
        return change.outcome.get_absolute_url()
    page = LEADS_TO.get(change.action.verb)
    return reverse(page, args=[change.obj.pk]) if page else back
