"""The sweeper: finds operations that nobody looks after, and gets them going again."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.operations import doorbell, finishing, logbook
from labeling.operations.engine import liveness
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation
from labeling.operations.queues import Queue
from labeling.operations.states import CLAIMED, LogEvent, Status

# A worker that gave no sign of life for so long is lost; its claim is void.
SILENCE = timedelta(seconds=30)
# A ring that nobody answered for so long is repeated.
PATIENCE = timedelta(seconds=30)
# Files that were being uploaded for so long will not come any more.
ABANDONED = timedelta(hours=24)
# Rings repeated in one sweep and queue: more than workers could begin with would only pile up.
RINGS_AT_ONCE = 20

logger = logging.getLogger(__name__)


def sweep(patience: timedelta = PATIENCE) -> None:
    """Look once over everything unfinished; cheap when all is well, safe to run anywhere.

    Arguments:
        patience: how long a ring may go unanswered.
    """
    now = timezone.now()
    _take_from_the_lost(now)
    _ring_again(now, patience)
    _drop_abandoned(now)
    _ask_to_put_away(now, patience)
    _let_kinds_sweep()


def sweep_at_start() -> None:
    """What a server does first: work of the process before it goes on at once."""
    sweep(patience=timedelta(0))
    liveness.forget_the_dead()


def _take_from_the_lost(now: datetime) -> None:
    claimed = Operation.objects.filter(status__in=CLAIMED, cleaned_at=None)
    silent = Q(heartbeat_at__lt=now - SILENCE) | Q(heartbeat_at=None)
    for operation in claimed.filter(silent):
        _void(operation, now)
    for operation in claimed.exclude(claimed_by=""):
        if liveness.is_dead(operation.claimed_by):
            _void(operation, now)


def _void(operation: Operation, now: datetime) -> None:
    """End a lost worker's claim, if it is still the one that was seen."""
    claim = Operation.objects.filter(
        pk=operation.pk, claimed_by=operation.claimed_by, heartbeat_at=operation.heartbeat_at
    )
    with transaction.atomic():
        requeued = claim.filter(status=Status.RUNNING).update(
            status=Status.QUEUED,
            claimed_by="",
            chunk_done=0,
            queued_at=F("created_at"),
            rung_at=now,
        )
        ended = claim.filter(status=Status.CANCELING).update(
            status=Status.CANCELED, claimed_by="", completed_at=now, rung_at=now
        )
        if requeued or ended:
            logbook.note(operation.pk, LogEvent.LOST)
        if ended:
            logbook.note(operation.pk, LogEvent.CANCELED)
            finishing.tell(operation.pk)
        if requeued or ended:
            logger.warning("operation %s was lost by %s", operation.pk, operation.claimed_by)
            doorbell.ring(operation.pk, operation.queue)


def _ring_again(now: datetime, patience: timedelta) -> None:
    for queue in Queue:
        waiting = Operation.objects.filter(status=Status.QUEUED, queue=queue, cleaned_at=None)
        oldest = waiting.order_by("pk").values_list("pk", "rung_at")[:RINGS_AT_ONCE]
        for pk, rung_at in oldest:
            if rung_at < now - patience:
                _ring(pk, queue, now)


def _drop_abandoned(now: datetime) -> None:
    pending = Operation.objects.filter(status=Status.PENDING, created_at__lt=now - ABANDONED)
    for pk, queue in pending.values_list("pk", "queue"):
        with transaction.atomic():
            message = _("Its files never arrived. Upload them again.")
            dropped = Operation.objects.filter(pk=pk, status=Status.PENDING).update(
                status=Status.CANCELED,
                completed_at=now,
                message=message,
            )
            if dropped:
                logbook.note(pk, LogEvent.CANCELED, text=message)
                finishing.tell(pk)
        _ring(pk, queue, now)


def _ask_to_put_away(now: datetime, patience: timedelta) -> None:
    left = Operation.objects.filter(
        status__in=(Status.COMPLETE, Status.CANCELED),
        cleaned_at=None,
        rung_at__lte=now - patience,
        completed_at__lte=now - patience,
    )
    for pk, queue in left.order_by("pk").values_list("pk", "queue")[:RINGS_AT_ONCE]:
        _ring(pk, queue, now)


def _let_kinds_sweep() -> None:
    for name, kind in kinds.items():
        try:
            kind.sweep()
        except Exception:
            # A store that is away must not keep operations from going on; the next sweep asks.
            logger.exception("what the kind %s has lying about could not be put away", name)


def _ring(pk: int, queue: str, now: datetime) -> None:
    Operation.objects.filter(pk=pk).update(rung_at=now)
    doorbell.ring(pk, queue)
