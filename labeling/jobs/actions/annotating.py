"""What an annotator does with a job: start, submit, take it back before a reviewer begins."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import JobAction, canceled_with_its_batch
from labeling.jobs.models import Job
from labeling.jobs.publishing import publish_labels
from labeling.jobs.settling import settle_batch
from labeling.jobs.states import ANNOTATING, FINISHED, SUBMITTED, Stage, State


def not_its_annotator(job: Job, actor: Any) -> Any | None:
    """The reason why somebody else may not label a job."""
    if job.annotator_id is None:
        return _("Nobody has this job. Take it from the pool or ask to be assigned.")
    if job.annotator_id != actor.user.pk:
        return _("Only the person who has this job may do that.")
    return None


@register
class Start(JobAction):
    """The annotator opens the job for the first time."""

    verb = "start"
    label = _("Start")
    capability = Capability.LABEL
    sources = ((Stage.ANNOTATION, State.NEW),)
    target = (Stage.ANNOTATION, State.IN_PROGRESS)
    primary = True
    order = 10

    def refusal(self, obj: Job, actor: Any) -> Any | None:
        """Only its annotator."""
        return not_its_annotator(obj, actor)

    def changes(self, change: Change) -> dict[str, Any]:
        """The first start counts."""
        return {**super().changes(change), "started_at": change.obj.started_at or change.at}


class SubmitForm(forms.Form):
    """Whether items that are not done may stay so."""

    anyway = forms.BooleanField(required=False, label=_("Submit although some items are not done"))


@register
class Submit(JobAction):
    """The annotator hands the job in: to a reviewer, or straight to done without review."""

    verb = "submit"
    label = _("Submit")
    capability = Capability.LABEL
    form = SubmitForm
    sources = ANNOTATING
    leads_to = "annotation completed; without review acceptance completed"
    primary = True
    order = 20
    undo = "reopen"

    def refusal(self, obj: Job, actor: Any) -> Any | None:
        """Only its annotator."""
        return not_its_annotator(obj, actor)

    def check(self, change: Change) -> None:
        """Items that are not done are handed in only on purpose."""
        left = change.obj.left
        if left and not change.data["anyway"]:
            message = ngettext(
                "%(left)d item is not done. Confirm or skip it, or submit anyway.",
                "%(left)d items are not done. Confirm or skip them, or submit anyway.",
                left,
            )
            raise Conflict(message % {"left": left}, left=left, state=self.state_of(change.obj))

    def changes(self, change: Change) -> dict[str, Any]:
        """A batch without review completes its jobs at once."""
        stage, state = SUBMITTED if change.obj.batch.needs_review else FINISHED
        written = {
            **super().changes(change),
            "stage": stage,
            "state": state,
            "submitted_at": change.at,
            "lease_until": None,
        }
        if (stage, state) == FINISHED:
            written["completed_at"] = change.at
        return written

    def effect(self, change: Change) -> None:
        """Without review the labels are final now."""
        if (change.obj.stage, change.obj.state) == FINISHED:
            publish_labels(change.obj)
            settle_batch(change.obj.batch_id)


@register
class Reopen(JobAction):
    """Take a job back: a submitted one to its annotator, a completed one to its last station."""

    verb = "reopen"
    label = _("Reopen")
    capability = Capability.LABEL
    sources = (SUBMITTED, FINISHED)
    leads_to = "annotation in progress; after a review validation in progress"
    order = 70

    def obstacle(self, obj: Job) -> Any | None:
        """Its batch goes on."""
        return canceled_with_its_batch(obj)

    def refusal(self, obj: Job, actor: Any) -> Any | None:
        """A submitted job: its annotator or a manager. A completed one: who may review."""
        if actor.can(Capability.MANAGE_JOBS, obj.team_id):
            return None
        if (obj.stage, obj.state) == FINISHED and obj.batch.needs_review:
            if actor.can(Capability.REVIEW, obj.team_id) and obj.annotator_id != actor.user.pk:
                return None
            return _("Only a reviewer or a manager reopens a completed job.")
        return not_its_annotator(obj, actor)

    def changes(self, change: Change) -> dict[str, Any]:
        """Completed after review goes back to the review, everything else to labeling."""
        job = change.obj
        reviewed = (job.stage, job.state) == FINISHED and job.batch.needs_review
        stage = Stage.VALIDATION if reviewed else Stage.ANNOTATION
        return {
            **super().changes(change),
            "stage": stage,
            "state": State.IN_PROGRESS,
            "completed_at": None,
        }

    def effect(self, change: Change) -> None:
        """A batch with an open job is not completed."""
        settle_batch(change.obj.batch_id)
