"""What a manager does with a whole batch."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.fields import Flag
from labeling.core.workflow import Action, Change, register
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.states import BatchStatus, Priority, Status
from labeling.projects.actions.base import KeepingForm

RUNNING = ((BatchStatus.QUEUED,), (BatchStatus.PROCESSING,), (BatchStatus.STOPPING,))


def batch_status(jobs: int, completed: int, stopped: int) -> BatchStatus:
    """The status of a launched batch from the jobs that are not archived.

    All completed makes it completed; otherwise it is stopped when nothing but stopped (and
    completed) jobs are left.
    """
    if completed == jobs:
        return BatchStatus.COMPLETED
    if completed + stopped == jobs:
        return BatchStatus.STOPPED
    return BatchStatus.PROCESSING


LAUNCHED = (
    BatchStatus.QUEUED,
    BatchStatus.PROCESSING,
    BatchStatus.STOPPING,
    BatchStatus.STOPPED,
    BatchStatus.COMPLETED,
)


def settle_batch(batch_id: int) -> None:
    """Let the stored status of a launched batch follow its jobs."""
    counts = Job.objects.filter(batch=batch_id, archived_at=None).aggregate(
        jobs=Count("pk"),
        completed=Count("pk", filter=Q(status=Status.COMPLETED)),
        stopped=Count("pk", filter=Q(status=Status.STOPPED)),
    )
    if counts["jobs"]:
        status = batch_status(**counts)
        Batch.objects.filter(pk=batch_id, status__in=LAUNCHED).exclude(status=status).update(
            status=status, updated_at=timezone.now()
        )


class BatchAction(Action):
    """A verb on a batch."""

    model = Batch
    capability: ClassVar[Any] = Capability.MANAGE_JOBS
    state_fields = ("status",)

    def changes(self, change: Change) -> dict[str, Any]:
        """Every verb marks the batch as updated."""
        return {"updated_at": change.at}


def record_for_jobs(change: Change, verb: str, job_ids: list[int]) -> None:
    """One line of history for each job that a batch's verb moved."""
    Event.objects.bulk_create(
        [
            Event(
                team_id=change.obj.team_id,
                verb=verb,
                actor_id=change.actor.user.pk,
                subject_type="job",
                subject_id=job_id,
                batch_id=change.obj.pk,
                job_id=job_id,
                data={"with_batch": True},
                at=change.at,
            )
            for job_id in job_ids
        ]
    )


@register
class StopBatch(BatchAction):
    """Stop every open job of the batch."""

    verb = "stop"
    label = _("Stop")
    description = _("Its open jobs are hidden from their annotators; nothing is lost.")
    sources = RUNNING
    target = (BatchStatus.STOPPED,)
    order = 80
    undo = "resume"

    def effect(self, change: Change) -> None:
        """The open jobs stop with it."""
        jobs = Job.objects.live().filter(batch=change.obj).exclude(status=Status.COMPLETED)
        ids = list(jobs.values_list("pk", flat=True))
        Job.objects.filter(pk__in=ids).update(stopped_at=change.at, updated_at=change.at)
        record_for_jobs(change, "stop", ids)
        change.note["jobs"] = len(ids)


@register
class ResumeBatch(BatchAction):
    """Resume every stopped job of the batch."""

    verb = "resume"
    label = _("Resume")
    sources = ((BatchStatus.STOPPED,), (BatchStatus.STOPPING,))
    target = (BatchStatus.PROCESSING,)
    primary = True
    order = 10
    undo = "stop"

    def effect(self, change: Change) -> None:
        """The stopped jobs resume with it."""
        jobs = Job.objects.filter(batch=change.obj, archived_at=None, stopped_at__isnull=False)
        ids = list(jobs.values_list("pk", flat=True))
        Job.objects.filter(pk__in=ids).update(stopped_at=None, updated_at=change.at)
        record_for_jobs(change, "resume", ids)
        settle_batch(change.obj.pk)
        change.note["jobs"] = len(ids)


@register
class ArchiveBatch(BatchAction):
    """Put a batch away that is not running, with its jobs."""

    verb = "archive"
    label = _("Archive")
    sources = tuple(
        (status,)
        for status in BatchStatus
        if status not in (BatchStatus.ARCHIVED, BatchStatus.LOADING, BatchStatus.PROCESSING)
    )
    target = (BatchStatus.ARCHIVED,)
    destructive = True
    order = 90
    undo = "unarchive"

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {**super().changes(change), "archived_at": change.at}

    def effect(self, change: Change) -> None:
        """Its jobs leave the lists with it, under the same moment."""
        Job.objects.filter(batch=change.obj, archived_at=None).update(archived_at=change.at)


@register
class UnarchiveBatch(BatchAction):
    """Take an archived batch back to what it was."""

    verb = "unarchive"
    label = _("Unarchive")
    sources = ((BatchStatus.ARCHIVED,),)
    order = 10
    undo = "archive"

    def changes(self, change: Change) -> dict[str, Any]:
        """Back to the status that its jobs give; see the effect."""
        change.note["archived_at"] = change.obj.archived_at.isoformat()
        return {
            **super().changes(change),
            "archived_at": None,
            "status": BatchStatus.PROCESSING,
        }

    def effect(self, change: Change) -> None:
        """The jobs that were archived with it come back; older archived ones stay away."""
        Job.objects.filter(batch=change.obj, archived_at=change.note["archived_at"]).update(
            archived_at=None, updated_at=change.at
        )
        settle_batch(change.obj.pk)


class EditBatchForm(KeepingForm, forms.ModelForm):  # type: ignore[type-arg]
    """What may still be changed once a batch is launched; what is not sent stays."""

    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=int, label=_("Priority"))
    due_at = forms.DateTimeField(
        required=False,
        label=_("Due"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    needs_review = Flag(default=True, label=_("A reviewer decides on the work"))
    allow_own_review = Flag(default=False, label=_("People may review own work"))

    class Meta:
        model = Batch
        fields = (
            "name",
            "description",
            "instructions",
            "objects_limit",
            "tags_limit",
            "priority",
            "due_at",
            "needs_review",
            "allow_own_review",
        )


@register
class EditBatch(BatchAction):
    """Change a batch's settings; priority and due date go on to its open jobs."""

    verb = "edit"
    label = _("Edit")
    form = EditBatchForm
    order = 40

    def form_kwargs(self, obj: Batch, actor: Any) -> dict[str, Any]:
        """What it is now."""
        return {"initial": {name: getattr(obj, name) for name in EditBatchForm.Meta.fields}}

    def changes(self, change: Change) -> dict[str, Any]:
        """The new values; the history names what changed."""
        new = {name: change.data[name] for name in EditBatchForm.Meta.fields}
        change.note["changed"] = [
            name for name, value in new.items() if getattr(change.obj, name) != value
        ]
        return {**super().changes(change), **new}

    def effect(self, change: Change) -> None:
        """Open jobs follow in what the batch decides for them."""
        follow = {
            name: change.data[name]
            for name in ("priority", "due_at")
            if name in change.note["changed"]
        }
        if follow:
            open_jobs = Job.objects.filter(batch=change.obj).exclude(status=Status.COMPLETED)
            open_jobs.update(**follow, updated_at=change.at)
