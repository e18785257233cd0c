"""Launching a batch: its items become jobs."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.selection import selected_items
from labeling.jobs.settling import settle_batch, settle_queues
from labeling.jobs.shares import Sharing, shares_of
from labeling.jobs.splitting import Share
from labeling.jobs.states import BatchStatus
from labeling.jobs.succession import fill_job, labels_of
from labeling.operations.finishing import on_finished
from labeling.operations.kinds import Chunk, Kind, Plan, Step, register_kind
from labeling.operations.models import Operation
from labeling.operations.queues import Queue
from labeling.operations.states import Status as OperationStatus
from labeling.projects.models import Item

ITEMS_A_CHUNK = 500


# Its jobs are being made, or will be when the operation is retried.
MAKING = (BatchStatus.LOADING, BatchStatus.ERROR)


def going_on(batch_id: int) -> Batch:
    """The batch whose jobs are being made, once more after an error.

    Raises:
        Conflict: somebody called it off.
    """
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if batch.status not in MAKING:
        raise Conflict(_("The batch was called off meanwhile."), state=batch.status)
    if batch.status == BatchStatus.ERROR:
        batch.status = BatchStatus.LOADING
        batch.save(update_fields=["status", "updated_at"])
    return batch


@on_finished
def mark_failed(operation: Operation) -> None:
    """A batch whose jobs could not be made says so."""
    if (operation.kind, operation.status) == (LaunchBatch.name, OperationStatus.FAILED):
        Batch.objects.filter(pk=operation.plan["batch"], status=BatchStatus.LOADING).update(
            status=BatchStatus.ERROR, updated_at=timezone.now()
        )


def plan_of(batch: Batch, items: QuerySet[Item], label: Any, sharing: Sharing) -> Plan:
    """Which items go to whom, frozen.

    Arguments:
        items: in the order of their dataset.
        label: the operation's name, with a place for the batch's.
        sharing: the batch's, or what was said for these items.
    """
    shares = shares_of(sharing, list(items.values_list("pk", flat=True)), sharing.able())
    first = (batch.jobs.aggregate(last=Max("segment"))["last"] or 0) + 1
    return Plan(
        data={
            "batch": batch.pk,
            "shares": [[share.person_id, list(share.item_ids)] for share in shares],
            "segments": [
                None if share.segment is None else first + share.segment for share in shares
            ],
        },
        total=sum(len(share.item_ids) for share in shares),
        label=str(label % batch.name),
    )


def segment_of(plan: Mapping[str, Any], at: int) -> int | None:
    """The segment of one of the plan's shares; plans from before there were any have none."""
    segments = plan.get("segments")
    return segments[at] if segments else None


@register_kind
class LaunchBatch(Kind):
    """Make the jobs of a batch.

    The plan holds which items go to whom. A job stays archived until the whole batch is loaded, so
    that nobody starts half of it.
    """

    name = "launch-batch"
    label = _("Launch batch")
    capability = Capability.MANAGE_JOBS
    queue = Queue.QUICK
    form = None

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze the shares.

        Arguments:
            data: `batch` (id), from the action that made the batch.
        """
        batch = Batch.objects.get(pk=data["batch"], team=team)
        items = selected_items(batch.dataset, batch.selection)
        return plan_of(batch, items, _("Launch “%s”"), Sharing.of_batch(batch))

    def run_chunk(self, chunk: Chunk, prepared: Any) -> Step:
        """Some items of one job."""
        at, offset = chunk.cursor.get("share", 0), chunk.cursor.get("offset", 0)
        person_id, item_ids = chunk.plan["shares"][at]
        share = Share(person_id, tuple(item_ids), segment_of(chunk.plan, at))
        batch = self._batch(chunk.plan["batch"])
        job = self._job(batch, at, len(chunk.plan["shares"]), share, chunk.operation)
        part = share.item_ids[offset : offset + ITEMS_A_CHUNK]
        self._fill(job, part, offset)
        if offset + len(part) < len(share.item_ids):
            return Step(cursor={"share": at, "offset": offset + len(part)}, done=len(part))
        if at + 1 < len(chunk.plan["shares"]):
            return Step(cursor={"share": at + 1, "offset": 0}, done=len(part))
        return self._finish(batch, chunk.operation, done=len(part), jobs=at + 1)

    def clean_up(self, operation: Operation) -> None:
        """A canceled launch leaves a canceled batch; its jobs stay put away."""
        if operation.status == OperationStatus.CANCELED:
            Batch.objects.filter(pk=operation.plan["batch"], status__in=MAKING).update(
                status=BatchStatus.CANCELED
            )

    def sweep(self) -> None:
        """Who waits behind whom changes with every job: see which batches are queued."""
        settle_queues()

    def _batch(self, batch_id: int) -> Batch:
        return going_on(batch_id)

    def _job(self, batch: Batch, at: int, jobs: int, share: Share, operation: Operation) -> Job:
        name = batch.name if jobs == 1 else f"{batch.name[:185]} {at + 1}/{jobs}"
        job, _made = Job.objects.get_or_create(
            batch=batch,
            number=at + 1,
            defaults={
                "team_id": batch.team_id,
                "project_id": batch.project_id,
                "dataset_id": batch.dataset_id,
                "name": name,
                "annotator_id": share.person_id,
                "reviewer_id": batch.reviewer_id,
                "priority": batch.priority,
                "rank": batch.rank,
                "segment": share.segment,
                "due_at": batch.due_at,
                "items": len(share.item_ids),
                "created_by_id": batch.created_by_id,
                "archived_at": operation.created_at,
            },
        )
        return job

    def _fill(self, job: Job, item_ids: tuple[int, ...], offset: int) -> None:
        items = Item.objects.filter(pk__in=item_ids).select_related("labels").in_bulk()
        contents = [(pk, labels_of(items[pk]), "") for pk in item_ids]
        fill_job(job, contents, first_position=offset + 1)

    def _finish(self, batch: Batch, operation: Operation, done: int, jobs: int) -> Step:
        now = timezone.now()
        batch.jobs.filter(archived_at=operation.created_at).update(
            archived_at=None,
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
                    actor_id=batch.created_by_id,
                    subject_type="job",
                    subject_id=job.pk,
                    batch=batch,
                    job=job,
                    to_state=f"{job.stage} {job.state}",
                    data={"annotator": [None, job.annotator_id]},
                    at=now,
                )
                for job in batch.jobs.all()
            ]
        )
        Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.PROCESSING, updated_at=now)
        settle_batch(batch.pk)
        message = ngettext("%(jobs)d job is ready.", "%(jobs)d jobs are ready.", jobs)
        return Step(
            done=done,
            finished=True,
            result={"batch": batch.pk, "jobs": jobs},
            message=message % {"jobs": jobs},
        )
