"""Remarks on jobs and on their items."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Invalid
from labeling.core.workflow import Action, Change, register
from labeling.jobs.models import Comment, Job, JobItem


class CommentForm(forms.Form):
    """A remark; on an item when `job_item` is given, on a point of it with x and y too."""

    text = forms.CharField(max_length=5000, label=_("Comment"), widget=forms.Textarea)
    job_item = forms.IntegerField(required=False, min_value=1)
    x = forms.FloatField(required=False, min_value=0)
    y = forms.FloatField(required=False, min_value=0)


@register
class AddComment(Action):
    """Say something about a job or one of its items. The outcome is the comment."""

    verb = "comment"
    label = _("Comment")
    model = Job
    capability = Capability.COMMENT
    form = CommentForm
    outcome_model = Comment
    order = 45

    def effect(self, change: Change) -> None:
        """Store it.

        Raises:
            Invalid: the item is not of this job, or the point is not whole.
        """
        data = change.data
        job_item = self._job_item(change)
        if (data["x"] is None) != (data["y"] is None):
            raise Invalid({"x": [_("A point needs both x and y.")]})
        if data["x"] is not None and job_item is None:
            raise Invalid({"job_item": [_("A point needs the item that it is on.")]})
        change.outcome = Comment.objects.create(
            job=change.obj,
            job_item=job_item,
            author_id=change.actor.user.pk,
            text=data["text"],
            x=data["x"],
            y=data["y"],
            created_at=change.at,
        )
        change.note["comment"] = change.outcome.pk

    def _job_item(self, change: Change) -> JobItem | None:
        pk = change.data["job_item"]
        if pk is None:
            return None
        job_item = JobItem.objects.filter(pk=pk, job=change.obj).first()
        if job_item is None:
            raise Invalid({"job_item": [_("This job has no such item.")]})
        return job_item


class CommentAction(Action):
    """A verb on a comment."""

    model = Comment
    capability = Capability.COMMENT

    def state_of(self, obj: Any) -> str:
        """Open or resolved."""
        return "resolved" if obj.resolved_at else "open"


@register
class ResolveComment(CommentAction):
    """What the remark asked for is settled."""

    verb = "resolve"
    label = _("Resolve")
    undo = "unresolve"

    def is_source(self, obj: Any) -> bool:
        """Open ones."""
        return obj.resolved_at is None

    def changes(self, change: Change) -> dict[str, Any]:
        """By whom and when."""
        return {"resolved_at": change.at, "resolved_by_id": change.actor.user.pk}


@register
class UnresolveComment(CommentAction):
    """It is not settled after all."""

    verb = "unresolve"
    label = _("Reopen")
    undo = "resolve"

    def is_source(self, obj: Any) -> bool:
        """Resolved ones."""
        return obj.resolved_at is not None

    def changes(self, change: Change) -> dict[str, Any]:
        """Open again."""
        return {"resolved_at": None, "resolved_by_id": None}
