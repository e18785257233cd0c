"""What a manager does with a job besides giving it to somebody."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import JobAction
from labeling.jobs.actions.batches import settle_batch
from labeling.jobs.models import Job
from labeling.jobs.states import FINISHED, OPEN, JobType, Priority
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

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {**super().changes(change), "stopped_at": change.at}

    def effect(self, change: Change) -> None:
        """A batch whose jobs are all stopped is stopped."""
        settle_batch(change.obj.batch_id)


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

    def changes(self, change: Change) -> dict[str, Any]:
        """No longer stopped."""
        return {**super().changes(change), "stopped_at": None}

    def effect(self, change: Change) -> None:
        """The batch goes on with it."""
        settle_batch(change.obj.batch_id)


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

    def effect(self, change: Change) -> None:
        """The batch follows the jobs that are left."""
        settle_batch(change.obj.batch_id)


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

    def changes(self, change: Change) -> dict[str, Any]:
        """No longer archived."""
        return {**super().changes(change), "archived_at": None}

    def effect(self, change: Change) -> None:
        """The batch counts it again."""
        settle_batch(change.obj.batch_id)


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
