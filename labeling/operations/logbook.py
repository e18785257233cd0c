"""The log of an operation: one line for whatever happens to it, in the transaction of the change.

A worker that only takes turns with other teams' operations leaves no line: an hour's work would
otherwise be told in hundreds.
"""

from typing import Any

from labeling.operations.models import LogLine
from labeling.operations.states import LogEvent

NEW = frozenset({None, LogEvent.ASKED, LogEvent.RELEASED})
AT_WORK = frozenset({LogEvent.BEGUN, LogEvent.WENT_ON, LogEvent.RESTARTED})


def note(operation_id: int, event: LogEvent, by: int | None = None, text: Any = "") -> None:
    """Write one line.

    Arguments:
        by: key of the person who did it; None for the desk itself.
        text: more than the event says, for people.
    """
    LogLine.objects.create(operation_id=operation_id, event=event, by_id=by, text=str(text))


def note_taken(operation_id: int) -> None:
    """Write that a worker took it, unless the last line says that one is at it."""
    lines = LogLine.objects.filter(operation=operation_id).order_by("-pk")
    last = lines.values_list("event", flat=True).first()
    if last not in AT_WORK:
        note(operation_id, LogEvent.BEGUN if last in NEW else LogEvent.WENT_ON)
