"""What the verbs of jobs and of job items share."""

from collections.abc import Hashable, Iterable
from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Action, Change
from labeling.jobs.models import Job, JobItem
from labeling.jobs.states import BatchStatus, ItemState, any_of


def people_who(capability: Capability, team_id: int) -> QuerySet[User]:
    """The active members of a team whose role holds a capability, by name."""
    return User.objects.who_can(capability, team_id).order_by("display_name", "username")


class JobAction(Action):
    """A verb on a job. Stopped and archived jobs take part only where a verb says so."""

    model = Job
    capability: ClassVar[Any] = Capability.MANAGE_JOBS
    state_fields = ("stage", "state")
    stopped: ClassVar[bool | None] = False
    archived: ClassVar[bool | None] = False

    def state_of(self, obj: Any) -> str:
        """Stage and state, and whether the job is stopped or archived."""
        words = f"{obj.stage} {obj.state}"
        if obj.archived_at:
            return f"archived ({words})"
        return f"stopped ({words})" if obj.stopped_at else words

    def condition(self) -> Q:
        """The allowed pairs, and the stopped and archived marks."""
        where = super().condition()
        if self.stopped is not None:
            where &= Q(stopped_at__isnull=not self.stopped)
        if self.archived is not None:
            where &= Q(archived_at__isnull=not self.archived)
        return where

    def is_source(self, obj: Any) -> bool:
        """The same as `condition` for a job in memory."""
        fits_stop = self.stopped is None or bool(obj.stopped_at) == self.stopped
        fits_archive = self.archived is None or bool(obj.archived_at) == self.archived
        return fits_stop and fits_archive and super().is_source(obj)

    def input_scope(self, obj: Any) -> Hashable:
        """The people to choose from are those of the job's team."""
        return obj.team_id  # type: ignore[no-any-return]

    def guard(self, change: Change) -> Q:
        """The job has not changed hands since the rules looked at its annotator."""
        return Q(annotator_id=change.obj.annotator_id)

    def changes(self, change: Change) -> dict[str, Any]:
        """Every verb on a job marks the job as updated."""
        return {"updated_at": change.at}


def canceled_with_its_batch(job: Job) -> Any | None:
    """The reason why nothing begins again in a batch that was called off."""
    if job.batch.status == BatchStatus.CANCELED:
        return _("Its batch is canceled. Reopen the batch first.")
    return None


class JobItemAction(Action):
    """A verb on one item of a job.

    Attributes:
        job_sources: pairs of (stage, state) that the item's job must be in.
    """

    model = JobItem
    state_fields = ("state",)
    job_sources: ClassVar[Iterable[tuple[str, str]]] = ()

    def is_source(self, obj: Any) -> bool:
        """The item's state and the job's pair; a stopped or archived job's items rest."""
        job = obj.job
        live = job.stopped_at is None and job.archived_at is None
        return live and (job.stage, job.state) in self.job_sources and super().is_source(obj)

    def state_of(self, obj: Any) -> str:
        """The item's state, or the job's where that is what stands in the way."""
        job = obj.job
        if job.archived_at is not None:
            return "in an archived job"
        if job.stopped_at is not None:
            return "in a stopped job"
        if (job.stage, job.state) not in self.job_sources:
            return f"{obj.state}, in a job in {job.stage} {job.state}"
        return str(obj.state)

    def guard(self, change: Change) -> Q:
        """Nobody changed the item, and the job is still where it was, since it was read.

        The job is locked by this first UPDATE of its counters' row, so that an item and its job
        cannot part: see `hold_job`.
        """
        return Q(version=change.obj.version)

    def check(self, change: Change) -> None:
        """Hold the job in its state until the transaction ends."""
        hold_job(change, self.job_sources)

    def changes(self, change: Change) -> dict[str, Any]:
        """Every change of an item raises its version."""
        return {"version": F("version") + 1}


def hold_job(change: Change, sources: Iterable[tuple[str, str]]) -> None:
    """Take the write lock of the item's job while it is in one of the sources, with its annotator.

    An UPDATE rather than SELECT FOR UPDATE, so that SQLite and PostgreSQL behave alike.

    Raises:
        Conflict: the job moved on meanwhile.
    """
    job = change.obj.job
    as_read = Job.objects.live().filter(any_of(sources), pk=job.pk, annotator_id=job.annotator_id)
    held = as_read.update(updated_at=change.at)
    if held != 1:
        raise Conflict(_("The job has moved on meanwhile. Reload to see where it is."))


COUNTERS: dict[str, dict[str, int]] = {
    ItemState.NONE: {},
    ItemState.DONE: {"done": 1},
    ItemState.ACCEPTED: {"done": 1, "accepted": 1},
    ItemState.REJECTED: {"rejected": 1},
}
"""What one item in each state adds to the counters of its job."""


def count_change(job_id: int, before: str, after: str, items: int = 1) -> None:
    """Move the job's counters for items that went from one state to another."""
    fields = {*COUNTERS[before], *COUNTERS[after]}
    steps = {
        name: (COUNTERS[after].get(name, 0) - COUNTERS[before].get(name, 0)) * items
        for name in fields
    }
    moved = {name: F(name) + step for name, step in steps.items() if step}
    if moved:
        Job.objects.filter(pk=job_id).update(**moved)
