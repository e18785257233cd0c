"""Running one operation, chunk by chunk."""

import errno
import logging
import socket
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.core.bulk_insert import insert_rows
from labeling.core.collecting import collector_resting
from labeling.core.errors import WorkflowError
from labeling.operations import finishing, logbook
from labeling.operations.engine import claims, connections, lanes, slots, stopping, turns
from labeling.operations.engine.pace import Pace
from labeling.operations.kinds import (
    Chunk,
    Kind,
    OperationFailed,
    Restart,
    Row,
    Step,
    kinds,
    remove_scratch,
    scratch_folder,
)
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import LogEvent, Outcome, Status

ROW_COLUMNS = ("operation_id", "number", "name", "outcome", "message", "data")

# How long a worker waits for a database that went away; a restart takes a few seconds.
OUTAGE_SECONDS = 30

logger = logging.getLogger(__name__)


def answer(operation_id: int) -> None:
    """What a worker does when it hears a ring: whatever is next in that operation's queue.

    Safe to call at any time, any number of times, from any process: only a queued operation is
    claimed, and only by one of the callers. It raises nothing about the work itself.

    Arguments:
        operation_id: the one that was rung for. If it has ended, its input is put away first.
    """
    with stopping.busy():
        if stopping.is_set():
            return
        put_away(operation_id)
        rung_for = Operation.objects.filter(pk=operation_id)
        for queue in rung_for.values_list("queue", flat=True):
            _serve(queue)


def run(operation_id: int) -> None:
    """Run this operation until it is finished, or somebody else has to go on with it.

    As `answer`, but past the queue: for whoever needs this one, and brings an own thread.
    """
    with stopping.busy():
        if stopping.is_set():
            return
        operation = claims.take(operation_id)
        if operation is None:
            put_away(operation_id)
        else:
            _run(operation)
            _ring_next(operation.queue)


def _serve(queue: str) -> None:
    """Run what is next in the queue, and go on with what only this machine can.

    For that a ring would not do: a worker on another machine might hear it.
    """
    with slots.one(queue) as free:
        if not free:
            return  # whoever has the slot rings when it is free again
        operation = lanes.take_next(queue)
        if operation is None:
            return
        while operation is not None:
            _run(operation)
            operation = None if stopping.is_set() else lanes.take_next(queue, only_kept=True)
    _ring_next(queue)


def _ring_next(queue: str) -> None:
    try:
        lanes.ring_next(queue)
    except (OperationalError, InterfaceError):
        logger.exception("the queue %s waits for the sweeper, no database", queue)
        connections.tidy()


def _run(operation: Operation) -> None:
    logger.info("operation %s (%s) begins or goes on", operation.pk, operation.kind)
    try:
        _work_safely(operation)
        put_away(operation.pk)
    except claims.Lost:
        logger.warning("operation %s went on elsewhere; this worker stops", operation.pk)
    except (OperationalError, InterfaceError):
        logger.exception("operation %s waits, no database", operation.pk)
        _give_back_in_time(operation)


def _give_back_in_time(operation: Operation) -> None:
    """The database is away: give the operation back when it returns, or leave it to the sweeper.

    The sweeper would first wait for a silence that is long enough to be sure of.
    """
    for _second in range(OUTAGE_SECONDS):
        stopping.pause(1.0)
        connections.tidy()
        try:
            _give_back(operation)
        except claims.Lost:
            return
        except (OperationalError, InterfaceError):
            continue
        return


def put_away(operation_id: int) -> None:
    """Let the kind clean up after a complete or canceled operation, once that is on record."""
    operation = Operation.objects.filter(
        pk=operation_id, status__in=(Status.COMPLETE, Status.CANCELED), cleaned_at=None
    ).first()
    if operation is None:
        return
    kind = kinds.get(operation.kind)
    try:
        if kind is not None:
            kind.clean_up(operation)
        remove_scratch(operation.pk)
    except Exception:
        logger.exception("operation %s could not be put away; the sweeper asks again", operation.pk)
        return
    Operation.objects.filter(pk=operation.pk).update(cleaned_at=timezone.now())


def _work_safely(operation: Operation) -> None:
    """Work, and turn whatever goes wrong into a status that says what to do."""
    try:
        _work(operation)
    except claims.Lost:
        raise
    except claims.Canceled:
        claims.let_go(operation, Status.CANCELED)
    except claims.Stopping:
        _stop(operation)
    except turns.Over:
        _give_way(operation)
    except OperationFailed as failure:
        claims.let_go(operation, Status.FAILED, failure)
    except WorkflowError as refusal:
        claims.let_go(operation, Status.FAILED, refusal.message)
    except (OperationalError, InterfaceError):
        # The database was away or busy: what a later attempt can cure. The sweeper rings again.
        logger.exception("operation %s is tried again", operation.pk)
        connections.tidy()
        _give_back(operation)
    except Exception as error:
        logger.exception("operation %s failed", operation.pk)
        claims.let_go(operation, Status.FAILED, _advice(operation, error))


def _work(operation: Operation) -> None:
    kind = kinds.get(operation.kind)
    if kind is None:
        raise OperationFailed(
            _("This version does not know the kind “%s” any more. Start it again another way.")
            % operation.kind
        )
    if operation.stalled_attempts > claims.MOST_STALLED_ATTEMPTS:
        raise OperationFailed(_stalled(operation))
    begun_again = False
    turn, pace = turns.Turn(operation), Pace(operation.rate, operation.done)
    while True:
        if claims.is_canceling(operation):
            raise claims.Canceled
        if stopping.is_set():
            raise claims.Stopping
        try:
            if _one_chunk(kind, operation, pace):
                return
            turn.check()
        except Restart:
            if begun_again:
                raise OperationFailed(_stalled(operation)) from None
            begun_again = True
            _begin_again(operation)


def _one_chunk(kind: Kind, operation: Operation, pace: Pace) -> bool:
    """Do one chunk; whether it was the last."""
    chunk = Chunk(operation, operation.cursor, claims.Pulse(operation, pace))
    prepared = kind.prepare(chunk)
    with transaction.atomic():
        step = kind.run_chunk(chunk, prepared)
        _record_rows(operation, step)
        values = _values(operation, step)
        values["rate"] = pace.rate_at(values["done"])
        # Last of all, so that nothing is written by a worker that was declared lost meanwhile.
        claims.write(operation, **values)
        if step.finished:
            logbook.note(operation.pk, LogEvent.COMPLETE)
            finishing.tell(operation.pk)
    claims.remember(operation, values)
    return step.finished


def _record_rows(operation: Operation, step: Step) -> None:
    if not step.rows:
        return
    with collector_resting():
        insert_rows(OperationRow, ROW_COLUMNS, (_row(operation, row) for row in step.rows))


def _values(operation: Operation, step: Step) -> dict[str, Any]:
    """What the operation's own row gets with this step."""
    errors = sum(row.outcome == Outcome.ERROR for row in step.rows)
    values: dict[str, Any] = {
        "cursor": dict(step.cursor),
        "done": operation.done + step.done,
        "chunk_done": 0,
        "error_count": operation.error_count + errors,
        "stalled_attempts": 0,
    }
    if step.total is not None:
        values["total"] = step.total
    if step.result:
        values["result"] = {**operation.result, **step.result}
    if step.message:
        values["message"] = str(step.message)
    if step.file:
        values["file"] = step.file
    if step.finished:
        values |= {"status": Status.COMPLETE, "completed_at": timezone.now(), "claimed_by": ""}
    return values


def _row(operation: Operation, row: Row) -> tuple[Any, ...]:
    """In the order of ROW_COLUMNS."""
    return (
        operation.pk,
        row.number,
        row.name[:255],
        str(row.outcome),
        str(row.message),
        dict(row.data),
    )


def _begin_again(operation: Operation) -> None:
    """Forget everything done so far: the kind's files in the making are not here any more."""
    remove_scratch(operation.pk)
    values = {"cursor": {}, "done": 0, "chunk_done": 0, "error_count": 0, "result": {}}
    with transaction.atomic():
        operation.rows.all().delete()
        claims.write(operation, **values)
        logbook.note(operation.pk, LogEvent.RESTARTED)
    claims.remember(operation, values)


def _stop(operation: Operation) -> None:
    """This process ends, through no fault of the operation: another one goes on at once."""
    claims.write(operation, stalled_attempts=max(0, operation.stalled_attempts - 1))
    _give_back(operation)


def _give_way(operation: Operation) -> None:
    has_files = scratch_folder(operation.pk).exists()
    try:
        claims.give_way(operation, socket.gethostname() if has_files else "")
    except claims.Lost:
        claims.let_go(operation, Status.CANCELED)


def _give_back(operation: Operation) -> None:
    """Back to the queue; to its end when somebody has asked to cancel in the meantime."""
    try:
        claims.let_go(operation, Status.QUEUED)
    except claims.Lost:
        claims.let_go(operation, Status.CANCELED)


def _stalled(operation: Operation) -> str:
    return _(
        "It was tried %(times)d times without coming forward, so something in its input stops the "
        "server. Try it with less input, or give the number %(number)d to whoever runs this desk."
    ) % {"times": claims.MOST_STALLED_ATTEMPTS, "number": operation.pk}


def _advice(operation: Operation, error: Exception) -> str:
    """What a person can do about a failure; the traceback is for the log only."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("The server's disk is full. Have some space freed, then retry.")
    return _(
        "Something went wrong in the server; what was done before is kept. Retry, and if it "
        "fails again, give the number %(number)d to whoever runs this desk: the log has the reason."
    ) % {"number": operation.pk}
