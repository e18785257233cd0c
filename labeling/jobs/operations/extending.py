"""More items for a batch that was launched: they become jobs beside those that there are."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from labeling.core.errors import Conflict
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.operations.launching import ITEMS_A_CHUNK, LaunchBatch, plan_of, segment_of
from labeling.jobs.selection import items_to_add
from labeling.jobs.settling import LAUNCHED, settle_batch
from labeling.jobs.splitting import Share
from labeling.jobs.states import BatchStatus
from labeling.operations.kinds import Chunk, Plan, Step, register_kind
from labeling.operations.models import Operation


@register_kind
class AddItems(LaunchBatch):
    """Make jobs of more items of a batch, by the split of the others.

    A job is made in the transaction that keeps the cursor, which names it from then on: whenever
    the worker dies, each job is there once. Until all are filled they are archived, and nobody
    sees them; a batch that is stopped gets them stopped.
    """

    name = "add-items"
    label = _("Add items to batch")

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze the shares.

        Arguments:
            data: `batch` (id), `selection` of the items, and `sharing` that says how they become
                jobs.
        """
        batch = Batch.objects.get(pk=data["batch"], team=team)
        items = items_to_add(batch, data["selection"])
        return plan_of(batch, items, _("Add items to “%s”"), data["sharing"])

    def run_chunk(self, chunk: Chunk, prepared: Any) -> Step:
        """Some items of one job."""
        at, offset = chunk.cursor.get("share", 0), chunk.cursor.get("offset", 0)
        person_id, item_ids = chunk.plan["shares"][at]
        batch = _open(chunk.plan["batch"])
        share = Share(person_id, tuple(item_ids), segment_of(chunk.plan, at))
        job = self._begun(chunk) or self._next_job(batch, share, chunk.operation)
        part = share.item_ids[offset : offset + ITEMS_A_CHUNK]
        self._fill(job, part, offset)
        done, cursor = len(part), {"share": at + 1, "offset": 0}
        if offset + done < len(item_ids):
            cursor = {"share": at, "offset": offset + done, "job": job.pk}
        elif at + 1 == len(chunk.plan["shares"]):
            return self._give_out(batch, chunk.operation, done)
        return Step(cursor=cursor, done=done)

    def clean_up(self, operation: Operation) -> None:
        """The jobs of a canceled one stay put away, and the batch as it is."""

    def sweep(self) -> None:
        """Nothing is left behind."""

    def _begun(self, chunk: Chunk) -> Job | None:
        key = chunk.cursor.get("job")
        return Job.objects.get(pk=key) if key else None

    def _next_job(self, batch: Batch, share: Share, operation: Operation) -> Job:
        number = (batch.jobs.aggregate(last=Max("number"))["last"] or 0) + 1
        return Job.objects.create(
            batch=batch,
            number=number,
            team_id=batch.team_id,
            project_id=batch.project_id,
            dataset_id=batch.dataset_id,
            name=f"{batch.name[:185]} {number}",
            annotator_id=share.person_id,
            reviewer_id=batch.reviewer_id,
            priority=batch.priority,
            rank=batch.rank,
            segment=share.segment,
            due_at=batch.due_at,
            items=len(share.item_ids),
            created_by_id=batch.created_by_id,
            archived_at=operation.created_at,
        )

    def _give_out(self, batch: Batch, operation: Operation, done: int) -> Step:
        now = timezone.now()
        made = batch.jobs.filter(archived_at=operation.created_at)
        keys = dict(made.values_list("pk", "annotator"))
        resting = now if batch.status == BatchStatus.STOPPED else None
        made.update(
            archived_at=None,
            stopped_at=resting,
            created_at=now,
            updated_at=now,
            priority=batch.priority,
            rank=batch.rank,
        )
        Event.objects.bulk_create(
            [
                Event(
                    team_id=batch.team_id,
                    verb="launch",
                    actor_id=operation.created_by_id,
                    subject_type="job",
                    subject_id=pk,
                    batch=batch,
                    job_id=pk,
                    data={"annotator": [None, annotator]},
                    at=now,
                )
                for pk, annotator in keys.items()
            ]
        )
        settle_batch(batch.pk)
        message = ngettext("%(jobs)d job was added.", "%(jobs)d jobs were added.", len(keys))
        return Step(
            done=done,
            finished=True,
            result={"batch": batch.pk, "jobs": len(keys)},
            message=message % {"jobs": len(keys)},
        )


def _open(batch_id: int) -> Batch:
    """The batch, held: one that was called off or put away takes nothing in.

    Raises:
        Conflict
    """
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.status not in LAUNCHED:
        raise Conflict(_("The batch was called off or archived meanwhile."), state=batch.status)
    return batch
