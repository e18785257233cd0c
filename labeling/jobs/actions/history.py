"""Writes one line of history for each performed action."""

from typing import Any

from labeling.core.workflow import Change, recorders
from labeling.jobs.models import Batch, Comment, Event, Job, JobItem


def record(change: Change) -> None:
    """Append the event of a performed action; registered as the workflow's recorder."""
    obj = change.obj
    Event.objects.create(
        team_id=change.action.team_id(obj),
        verb=change.action.verb,
        actor_id=change.actor.user.pk,
        subject_type=obj._meta.model_name or "",
        subject_id=obj.pk,
        from_state=change.before[:40],
        to_state=change.after[:40],
        data=change.note,
        at=change.at,
        **_places(obj),
    )


def _places(obj: Any) -> dict[str, int | None]:
    """Which batch, job and job item an event belongs to."""
    if isinstance(obj, Job):
        return {"job_id": obj.pk, "batch_id": obj.batch_id}
    if isinstance(obj, JobItem):
        return {"job_item_id": obj.pk, "job_id": obj.job_id, "batch_id": obj.job.batch_id}
    if isinstance(obj, Comment):
        return {"job_item_id": obj.job_item_id, "job_id": obj.job_id}
    if isinstance(obj, Batch):
        return {"batch_id": obj.pk}
    return {}


recorders.append(record)
