"""Writes one line of history for each performed action."""

from collections.abc import Sequence
from typing import Any

from labeling.core.bulk_insert import insert_rows
from labeling.core.workflow import Change, recorders
from labeling.jobs.models import Batch, Comment, Event, Job, JobItem

COLUMNS = (
    "team_id",
    "verb",
    "actor_id",
    "subject_type",
    "subject_id",
    "from_state",
    "to_state",
    "data",
    "at",
    "batch_id",
    "job_id",
    "job_item_id",
)


def record(changes: Sequence[Change]) -> None:
    """Append the events of performed actions; registered as the workflow's recorder."""
    lines = [line_of(change) for change in changes]
    if len(lines) == 1:
        Event.objects.create(**dict(zip(COLUMNS, lines[0], strict=True)))
    elif lines:
        insert_rows(Event, COLUMNS, lines)


def line_of(change: Change) -> tuple[Any, ...]:
    """The event of one change, in the order of COLUMNS."""
    action, obj = change.action, change.obj
    return (
        action.team_id(obj),
        action.verb,
        change.actor.user.pk,
        obj._meta.model_name or "",
        obj.id,
        change.before[:40],
        change.after[:40],
        change.note,
        change.at,
        *_places(obj),
    )


def _places(obj: Any) -> tuple[int | None, int | None, int | None]:
    """The batch, the job and the job item that an event belongs to."""
    if isinstance(obj, Job):
        return obj.batch_id, obj.id, None
    if isinstance(obj, JobItem):
        return obj.job.batch_id, obj.job_id, obj.pk
    if isinstance(obj, Comment):
        return None, obj.job_id, obj.job_item_id
    if isinstance(obj, Batch):
        return obj.pk, None, None
    return None, None, None


recorders.append(record)
