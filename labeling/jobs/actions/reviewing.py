"""What a reviewer does with a job: begin, send back, complete, restart the rejected items."""

from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import JobAction, canceled_with_its_batch, count_change
from labeling.jobs.models import Job, JobItem
from labeling.jobs.money.booking import accepted_together
from labeling.jobs.publishing import publish_labels
from labeling.jobs.queue.earned import measure_after
from labeling.jobs.settling import settle_batch
from labeling.jobs.states import (
    FINAL_CHECK,
    FINISHED,
    SUBMITTED,
    VALIDATING,
    ItemState,
    JobType,
    Stage,
    State,
)
from labeling.jobs.succession import make_successor

REVIEWING = (VALIDATING, *FINAL_CHECK)


class ReviewAction(JobAction):
    """A verb of a reviewer; nobody reviews own work, unless the batch lets them."""

    capability = Capability.REVIEW

    def refusal(self, obj: Job, actor: Any) -> Any | None:
        """Own work is somebody else's to review."""
        if obj.annotator_id == actor.user.pk and not obj.batch.allow_own_review:
            return _("You labeled this job; somebody else has to review it.")
        return None


@register
class StartReview(ReviewAction):
    """A reviewer begins; a job without a reviewer gets this one."""

    verb = "start-review"
    label = _("Review")
    sources = (SUBMITTED,)
    target = VALIDATING
    primary = True
    order = 10

    def changes(self, change: Change) -> dict[str, Any]:
        """Who begins is the reviewer, where none was named."""
        return {
            **super().changes(change),
            "reviewer_id": change.obj.reviewer_id or change.actor.user.pk,
        }


@register
class SendBack(ReviewAction):
    """The rejected items return to the same annotator; the accepted ones are locked."""

    verb = "send-back"
    label = _("Send back")
    sources = REVIEWING
    target = (Stage.ANNOTATION, State.REJECTED)
    order = 30

    def obstacle(self, obj: Job) -> Any | None:
        """There must be something to fix."""
        if obj.rejected:
            return None
        return _("Nothing is rejected: reject the items that have to be fixed, or complete.")

    def effect(self, change: Change) -> None:
        """The history says how many."""
        change.note["rejected"] = change.obj.rejected


class CompleteForm(forms.Form):
    """Whether undecided items count as accepted."""

    accept_rest = forms.BooleanField(required=False, label=_("Accept the undecided items"))


@register
class Complete(ReviewAction):
    """The review is finished; the accepted labels become the labels of their items."""

    verb = "complete"
    label = _("Complete")
    form = CompleteForm
    sources = REVIEWING
    target = FINISHED
    order = 20

    def check(self, change: Change) -> None:
        """Every item is decided, or the rest is accepted on purpose."""
        job = change.obj
        undecided = job.items - job.accepted - job.rejected
        if undecided and not change.data["accept_rest"]:
            message = ngettext(
                "%(undecided)d item is undecided. Accept or reject it, or accept the rest.",
                "%(undecided)d items are undecided. Accept or reject them, or accept the rest.",
                undecided,
            )
            raise Conflict(
                message % {"undecided": undecided},
                undecided=undecided,
                state=self.state_of(job),
            )

    def changes(self, change: Change) -> dict[str, Any]:
        """When it was completed."""
        return {**super().changes(change), "completed_at": change.at}

    def effect(self, change: Change) -> None:
        """Accept the rest if asked, publish the labels, settle the batch."""
        if change.data["accept_rest"]:
            change.note["accepted_rest"] = accept_undecided(change)
            change.obj.refresh_from_db()
        publish_labels(change.obj)
        settle_batch(change.obj.batch_id)
        if change.data["accept_rest"] and change.obj.batch.skill_id:
            did = change.obj.job_items.order_by().values_list("done_by", flat=True).distinct()
            measure_after(change.obj.batch.skill_id, did)


def accept_undecided(change: Change) -> int:
    """Accept the items that are neither accepted nor rejected; answers how many."""
    total = 0
    for state in (ItemState.NONE, ItemState.DONE):
        count = JobItem.objects.filter(job=change.obj, state=state).update(
            state=ItemState.ACCEPTED,
            version=F("version") + 1,
            decided_by_id=change.actor.user.pk,
            decided_at=change.at,
        )
        count_change(change.obj.pk, state, ItemState.ACCEPTED, count)
        total += count
    if total:
        accepted_together(change.obj, change.at)
    return total


@register
class Restart(ReviewAction):
    """The rejected items become a new job of the same annotator; this one keeps its result."""

    verb = "restart"
    label = _("Restart rejected")
    description = _("A new job of the rejected items, for the same annotator.")
    sources = (FINISHED, *REVIEWING)
    outcome_model = Job
    order = 40

    def obstacle(self, obj: Job) -> Any | None:
        """There must be something to do again."""
        if not obj.rejected:
            return _("Nothing is rejected in this job.")
        return canceled_with_its_batch(obj)

    def check(self, change: Change) -> None:
        """It was not restarted before."""
        job = change.obj
        again = job.successors.filter(type=JobType.REWORK, archived_at=None).first()
        if again is not None:
            raise Conflict(
                _("Its rejected items were restarted already, as “%s”.") % again.name,
                state=self.state_of(job),
                job=again.pk,
            )

    def effect(self, change: Change) -> None:
        """The outcome is the new job; its items start from what was rejected."""
        rejected = change.obj.job_items.filter(state=ItemState.REJECTED)
        change.outcome = make_successor(
            change.obj, rejected, JobType.REWORK, change.actor.user.pk, keep_annotations=True
        )
        change.note["new_job"] = change.outcome.pk
        settle_batch(change.obj.batch_id)
