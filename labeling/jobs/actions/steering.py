"""What a manager does with a job besides giving it to somebody."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import JobAction, canceled_with_its_batch
from labeling.jobs.models import Job
from labeling.jobs.settling import settle_batch, settle_jobs
from labeling.jobs.states import FINISHED, OPEN, BatchStatus, JobType, Priority, State
from labeling.jobs.succession import make_successor


@register
class Stop(JobAction):
    """Hide the job from its annotator; nothing is lost."""

    verb = "stop"
    leads_to = "stopped"
    label = _("Stop")
    description = _("Hidden from the annotator until it is resumed; nothing is lost.")
    sources = OPEN
    order = 80
    undo = "resume"
    in_bulk = True

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {**super().changes(change), "stopped_at": change.at}

    def effects(self, changes: Sequence[Change]) -> None:
        """A batch whose jobs are all stopped is stopped."""
        settle_jobs([change.obj for change in changes])


@register
class Resume(JobAction):
    """A stopped job goes on where it was."""

    verb = "resume"
    leads_to = "where it was stopped"
    label = _("Resume")
    stopped = True
    primary = True
    order = 15
    undo = "stop"
    in_bulk = True
    needs = ("batch",)

    def obstacle(self, obj: Job) -> Any | None:
        """Its batch lets people begin: neither canceled, nor stopping before this one was begun."""
        begun = obj.state != State.NEW and obj.annotator_id is not None
        if obj.batch.status == BatchStatus.STOPPING and not begun:
            return _("Its batch is stopping, and nobody has begun this job. Resume the batch.")
        return canceled_with_its_batch(obj)

    def changes(self, change: Change) -> dict[str, Any]:
        """No longer stopped."""
        return {**super().changes(change), "stopped_at": None}

    def effects(self, changes: Sequence[Change]) -> None:
        """Their batches go on with them."""
        settle_jobs([change.obj for change in changes])


@register
class Archive(JobAction):
    """Put a completed or stopped job away."""

    verb = "archive"
    leads_to = "archived"
    label = _("Archive")
    description = _("Out of the lists; it can be taken back.")
    stopped = None
    destructive = True
    order = 90
    undo = "unarchive"
    in_bulk = True

    def is_source(self, obj: Any) -> bool:
        """Completed, or stopped in any state."""
        finished = (obj.stage, obj.state) == FINISHED
        return super().is_source(obj) and (finished or obj.stopped_at is not None)

    def condition(self) -> Q:
        """The same in the database."""
        stage, state = FINISHED
        return super().condition() & (Q(stopped_at__isnull=False) | Q(stage=stage, state=state))

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {**super().changes(change), "archived_at": change.at}

    def effects(self, changes: Sequence[Change]) -> None:
        """Their batches follow the jobs that are left."""
        settle_jobs([change.obj for change in changes])


@register
class Unarchive(JobAction):
    """Take an archived job back to what it was."""

    verb = "unarchive"
    leads_to = "where it was archived"
    label = _("Unarchive")
    stopped = None
    archived = True
    order = 15
    undo = "archive"
    in_bulk = True

    def changes(self, change: Change) -> dict[str, Any]:
        """No longer archived."""
        return {**super().changes(change), "archived_at": None}

    def effects(self, changes: Sequence[Change]) -> None:
        """Their batches count them again."""
        settle_jobs([change.obj for change in changes])


class PriorityForm(forms.Form):
    """One of five levels."""

    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=int, label=_("Priority"))


@register
class SetPriority(JobAction):
    """The higher goes first, in "my work" and in the pool."""

    verb = "set-priority"
    label = _("Priority")
    form = PriorityForm
    sources = OPEN
    stopped = None
    order = 34
    in_bulk = True

    def form_kwargs(self, obj: Any, actor: Any) -> dict[str, Any]:
        """The priority now."""
        return {"initial": {"priority": obj.priority}}

    def changes(self, change: Change) -> dict[str, Any]:
        """The new priority; the history keeps both."""
        change.note["priority"] = [change.obj.priority, change.data["priority"]]
        return {**super().changes(change), "priority": change.data["priority"]}


class DueForm(forms.Form):
    """A moment, or nothing for no due date."""

    due_at = forms.DateTimeField(
        required=False,
        label=_("Due"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


@register
class SetDue(JobAction):
    """When the job should be completed."""

    verb = "set-due"
    label = _("Due date")
    form = DueForm
    sources = OPEN
    stopped = None
    order = 36
    in_bulk = True

    def form_kwargs(self, obj: Any, actor: Any) -> dict[str, Any]:
        """The due date now."""
        return {"initial": {"due_at": obj.due_at}}

    def changes(self, change: Change) -> dict[str, Any]:
        """The new due date; the history keeps both."""
        before, after = change.obj.due_at, change.data["due_at"]
        change.note["due"] = [moment and moment.isoformat() for moment in (before, after)]
        return {**super().changes(change), "due_at": after}


@register
class Clone(JobAction):
    """A new job of the same items and settings; its labels start from what the items have now."""

    verb = "clone"
    outcome_model = Job
    label = _("Clone")
    description = _("A new job over the same items, from the labels that they have now.")
    stopped = None
    archived = None
    order = 50

    def obstacle(self, obj: Job) -> Any | None:
        """Its batch takes another job."""
        return canceled_with_its_batch(obj)

    def effect(self, change: Change) -> None:
        """The outcome is the new job."""
        change.outcome = make_successor(
            change.obj,
            change.obj.job_items.all(),
            JobType.ANNOTATION,
            change.actor.user.pk,
            keep_annotations=False,
        )
        change.note["new_job"] = change.outcome.pk
        settle_batch(change.obj.batch_id)
