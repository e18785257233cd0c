"""What a manager does with a whole batch."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.fields import Flag
from labeling.core.workflow import Action, Change, register
from labeling.jobs.models import Batch, Event, Job, Skill
from labeling.jobs.models.skills import HIGHEST_LEVEL
from labeling.jobs.queue.leases import lend_anew
from labeling.jobs.queue.ranks import hold_queue, last_rank
from labeling.jobs.settling import settle_batch, stop_idle_jobs
from labeling.jobs.states import BatchStatus, Priority, Status
from labeling.projects.actions.base import KeepingForm

# People are given its jobs, or would be.
RUNNING = ((BatchStatus.QUEUED,), (BatchStatus.PROCESSING,), (BatchStatus.NO_MONEY,))


class BatchAction(Action):
    """A verb on a batch."""

    model = Batch
    capability: ClassVar[Any] = Capability.MANAGE_JOBS
    state_fields = ("status",)

    def check(self, change: Change) -> None:
        """Hold its jobs before itself, in the order of their keys, as verbs on jobs do.

        Everybody takes the locks in one order, so nobody waits for somebody who waits for them.
        """
        jobs = Job.objects.filter(batch=change.obj).order_by("pk")
        list(jobs.select_for_update(no_key=True).values_list("pk", flat=True))

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
    """Nobody begins another job of the batch; those in progress and on review are finished."""

    verb = "stop"
    label = _("Stop")
    description = _(
        "Nobody takes or begins another job of it. Jobs in progress are finished and reviewed; "
        "what is done counts."
    )
    sources = RUNNING
    target = (BatchStatus.STOPPING,)
    leads_to = "stopping; stopped when nobody has a job of it in progress"
    order = 80
    undo = "resume"

    def effect(self, change: Change) -> None:
        """Jobs that nobody is at work on stop with it."""
        ids = list(stop_idle_jobs([change.obj.pk]))
        record_for_jobs(change, "stop", ids)
        change.note["jobs"] = len(ids)
        follow(change)


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
        stopped = Job.objects.filter(batch=change.obj, archived_at=None, stopped_at__isnull=False)
        change.note["jobs"] = resume_jobs(change, stopped)
        follow(change)


@register
class CancelBatch(BatchAction):
    """Call the batch off: its open jobs close, whoever is at work on them."""

    verb = "cancel"
    label = _("Cancel")
    description = _(
        "Its open jobs are closed at once, also those in progress. What was done and accepted "
        "counts. To let people finish what they have begun, stop it instead."
    )
    sources = (
        (BatchStatus.NEW,),
        *RUNNING,
        (BatchStatus.STOPPING,),
        (BatchStatus.STOPPED,),
        (BatchStatus.ERROR,),
    )
    target = (BatchStatus.CANCELED,)
    destructive = True
    order = 85
    undo = "reopen"

    def effect(self, change: Change) -> None:
        """Every open job stops."""
        jobs = Job.objects.live().filter(batch=change.obj).exclude(status=Status.COMPLETED)
        ids = list(jobs.values_list("pk", flat=True))
        Job.objects.filter(pk__in=ids).update(stopped_at=change.at, updated_at=change.at)
        record_for_jobs(change, "stop", ids)
        change.note["jobs"] = len(ids)


@register
class ReopenBatch(BatchAction):
    """Take a cancellation back: the batch and the jobs that it closed are what they were."""

    verb = "reopen"
    label = _("Reopen")
    description = _("The batch and its jobs are again what they were before it was canceled.")
    sources = ((BatchStatus.CANCELED,),)
    leads_to = "what it was when it was canceled"
    primary = True
    order = 10
    undo = "cancel"

    def check(self, change: Change) -> None:
        """Somebody canceled it, rather than its launch, which leaves nothing to go on with.

        Raises:
            Conflict
        """
        super().check(change)
        told = Event.objects.filter(batch=change.obj, job=None, verb=CancelBatch.verb)
        last = told.order_by("-at", "-pk").values_list("from_state", "at").first()
        if last is None:
            raise Conflict(
                _("Its launch was canceled, so it has no jobs. Clone it to begin anew."),
                state=change.before,
            )
        change.note["was"], change.note["canceled_at"] = last[0], last[1].isoformat()

    def changes(self, change: Change) -> dict[str, Any]:
        """What it was."""
        return {**super().changes(change), "status": change.note["was"]}

    def effect(self, change: Change) -> None:
        """The jobs that were closed with it go on; those stopped before stay so."""
        closed = Job.objects.filter(
            batch=change.obj, archived_at=None, stopped_at=change.note["canceled_at"]
        )
        change.note["jobs"] = resume_jobs(change, closed)
        follow(change)


@register
class ArchiveBatch(BatchAction):
    """Put a batch away that is not running, with its jobs."""

    verb = "archive"
    label = _("Archive")
    sources = (
        (BatchStatus.NEW,),
        (BatchStatus.STOPPED,),
        (BatchStatus.COMPLETED,),
        (BatchStatus.ERROR,),
        (BatchStatus.CANCELED,),
    )
    target = (BatchStatus.ARCHIVED,)
    destructive = True
    order = 90
    undo = "unarchive"

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when, and what it was."""
        return {
            **super().changes(change),
            "archived_at": change.at,
            "archived_status": change.obj.status,
        }

    def effect(self, change: Change) -> None:
        """Its jobs leave the lists with it, under the same moment."""
        Job.objects.filter(batch=change.obj, archived_at=None).update(archived_at=change.at)


@register
class UnarchiveBatch(BatchAction):
    """Take an archived batch back to what it was."""

    verb = "unarchive"
    label = _("Unarchive")
    sources = ((BatchStatus.ARCHIVED,),)
    leads_to = "what it was when it was archived"
    order = 10
    undo = "archive"

    def changes(self, change: Change) -> dict[str, Any]:
        """What it was; of batches that were archived before this was kept, what its jobs say."""
        change.note["archived_at"] = change.obj.archived_at.isoformat()
        return {
            **super().changes(change),
            "archived_at": None,
            "archived_status": "",
            "status": change.obj.archived_status or BatchStatus.PROCESSING,
        }

    def effect(self, change: Change) -> None:
        """The jobs that were archived with it come back; older archived ones stay away."""
        Job.objects.filter(batch=change.obj, archived_at=change.note["archived_at"]).update(
            archived_at=None, updated_at=change.at
        )
        follow(change)


def resume_jobs(change: Change, stopped: QuerySet[Job]) -> int:
    """Let stopped jobs of the batch go on; answers how many."""
    ids = list(stopped.values_list("pk", flat=True))
    Job.objects.filter(pk__in=ids).update(stopped_at=None, updated_at=change.at)
    record_for_jobs(change, "resume", ids)
    return len(ids)


def follow(change: Change) -> None:
    """Settle the batch, and let the change know what came of it."""
    settle_batch(change.obj.pk)
    change.obj.refresh_from_db(fields=["status"])


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
    skill = forms.ModelChoiceField[Skill](
        queryset=Skill.objects.none(), required=False, empty_label=_("none"), label=_("Skill")
    )
    skill_level = forms.IntegerField(
        required=False, min_value=0, max_value=HIGHEST_LEVEL, label=_("Lowest level")
    )

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
            "items_a_person",
            "lease_minutes",
            "skill",
            "skill_level",
        )

    def __init__(self, *args: Any, skills: QuerySet[Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skill"].queryset = skills  # type: ignore[attr-defined]

    def clean_skill_level(self) -> int:
        """Any level when it was emptied."""
        return self.cleaned_data["skill_level"] or 0


@register
class EditBatch(BatchAction):
    """Change a batch's settings; priority and due date go on to its open jobs.

    Limits, skill and lease count from now on: nobody loses a job that they have.
    """

    verb = "edit"
    label = _("Edit")
    form = EditBatchForm
    order = 40

    def form_kwargs(self, obj: Batch, actor: Any) -> dict[str, Any]:
        """What it is now, and the team's skills."""
        now = {name: getattr(obj, name) for name in EditBatchForm.Meta.fields}
        return {
            "initial": {**now, "skill": obj.skill_id},
            "skills": Skill.objects.filter(team=obj.team_id),
        }

    def check(self, change: Change) -> None:
        """Another priority is another place in the queue."""
        if change.data["priority"] != change.obj.priority:
            hold_queue(change.obj.team_id)
        super().check(change)

    def changes(self, change: Change) -> dict[str, Any]:
        """The new values; the history names what changed. In another priority it goes last."""
        new = {name: change.data[name] for name in EditBatchForm.Meta.fields}
        change.note["changed"] = [
            name for name, value in new.items() if getattr(change.obj, name) != value
        ]
        if "priority" in change.note["changed"]:
            new["rank"] = last_rank(change.obj.team_id)
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
        if "priority" in follow:
            Job.objects.filter(batch=change.obj).update(rank=change.obj.rank)
        if "lease_minutes" in change.note["changed"]:
            lend_anew(change.obj, change.at)
