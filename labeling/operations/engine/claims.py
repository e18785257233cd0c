"""Holding an operation: every change of a running one is a compare-and-set on the claim's token.

A worker that was declared lost, and goes on after all, finds its token gone: what it was about to
commit is rolled back.
"""

from collections.abc import Collection, Mapping
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from labeling.operations import finishing, logbook
from labeling.operations.engine import stopping
from labeling.operations.engine.liveness import make_token
from labeling.operations.engine.pace import Pace
from labeling.operations.models import Operation, OperationQuerySet
from labeling.operations.states import CLAIMED, LogEvent, Status

# Seconds between two signs of life of a worker inside a chunk.
BEAT = 1.0
# Claims in a row without one chunk committed; then something kills the worker each time.
MOST_STALLED_ATTEMPTS = 5

LOGGED = {
    Status.QUEUED: LogEvent.RETURNED,
    Status.CANCELED: LogEvent.CANCELED,
    Status.FAILED: LogEvent.FAILED,
}


class Lost(Exception):
    """Another worker holds the operation now: stop, and write nothing."""


class Canceled(Exception):
    """Whoever may has asked to cancel."""


def take(operation_id: int) -> Operation | None:
    """Claim a queued operation; None when it is not queued (any more)."""
    now = timezone.now()
    token = make_token()
    with transaction.atomic():
        taken = Operation.objects.filter(pk=operation_id, status=Status.QUEUED).update(
            status=Status.RUNNING,
            claimed_by=token,
            heartbeat_at=now,
            started_at=Coalesce(F("started_at"), Value(now, output_field=DateTimeField())),
            attempts=F("attempts") + 1,
            stalled_attempts=F("stalled_attempts") + 1,
            chunk_done=0,
            machine="",
            message="",
        )
        if not taken:
            return None
        logbook.note_taken(operation_id)
        return Operation.objects.get(pk=operation_id)


def held(operation: Operation) -> OperationQuerySet:
    """The operation's row, if this claim still holds it."""
    return Operation.objects.filter(
        pk=operation.pk, claimed_by=operation.claimed_by, status__in=CLAIMED
    )


def write(operation: Operation, **values: Any) -> None:
    """Write under the claim.

    Raises:
        Lost: the claim is gone; inside a transaction this rolls everything back.
    """
    if held(operation).update(heartbeat_at=timezone.now(), **values) != 1:
        raise Lost


def let_go(operation: Operation, status: Status, message: Any = "") -> None:
    """End the claim: finished in that status, or back to the queue for somebody else.

    Raises:
        Lost: the claim is gone already.
    """
    now = timezone.now()
    values: dict[str, Any] = {"status": status, "rung_at": now}
    if message or status != Status.CANCELED:  # what its last chunk said of it still holds then
        values["message"] = str(message)
    if status == Status.QUEUED:
        # Asked of the row, not of memory: somebody may have pressed cancel a moment ago.
        source = frozenset({Status.RUNNING})
    else:
        source = CLAIMED
        values["completed_at"] = now
    with transaction.atomic():
        _end(operation, source, values)
        logbook.note(operation.pk, LOGGED[status], text=message)
        if status != Status.QUEUED:
            finishing.tell(operation.pk)


def give_way(operation: Operation, machine: str) -> None:
    """Go to the end of the queue, so that another team's operation gets this worker.

    It is no attempt that came to nothing, so it does not count as one.

    Arguments:
        machine: the one that has its files in the making; empty when there are none.

    Raises:
        Lost: the claim is gone already, or somebody has asked to cancel.
    """
    now = timezone.now()
    values = {
        "status": Status.QUEUED,
        "queued_at": now,
        "rung_at": now,
        "machine": machine,
        "attempts": F("attempts") - 1,
        "stalled_attempts": 0,
    }
    with transaction.atomic():
        _end(operation, frozenset({Status.RUNNING}), values)


def _end(operation: Operation, source: Collection[Status], values: Mapping[str, Any]) -> None:
    claim = held(operation).filter(status__in=source)
    if claim.update(claimed_by="", chunk_done=0, **values) != 1:
        raise Lost


def remember(operation: Operation, values: Mapping[str, Any]) -> None:
    """Let the object in memory follow its row, once what `write` wrote is committed."""
    for name, value in values.items():
        setattr(operation, name, value)


def is_canceling(operation: Operation) -> bool:
    """Whether somebody asked to cancel.

    Raises:
        Lost: the claim is gone.
    """
    status = held(operation).values_list("status", flat=True).first()
    if status is None:
        raise Lost
    return status == Status.CANCELING


class Stopping(Exception):
    """This process is about to end."""


class Pulse:
    """Signs of life from inside a chunk, written at most once a BEAT."""

    def __init__(self, operation: Operation, pace: Pace) -> None:
        self.operation = operation
        self.pace = pace
        self.last = monotonic()

    def __call__(self, done: int) -> None:
        """Write the progress, and hear whether the work is still wanted.

        Raises:
            Canceled, Lost, Stopping
        """
        if monotonic() - self.last < BEAT:
            return
        self.last = monotonic()
        if stopping.is_set():
            raise Stopping
        rate = self.pace.rate_at(self.operation.done + done)
        write(self.operation, chunk_done=done, rate=rate)
        if is_canceling(self.operation):
            raise Canceled
