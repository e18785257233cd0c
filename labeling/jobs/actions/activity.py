"""Counts what people do, as they do it: a recorder of the workflow."""

from collections import Counter
from collections.abc import Iterator, Sequence

from labeling.core.workflow import Change, recorders
from labeling.jobs.models import Job, JobItem
from labeling.jobs.models.activity import add_activity

COUNTED_AS = {
    "confirm-item": "done",
    "skip-item": "done",
    "accept-item": "accepted",
    "reject-item": "rejected",
}
"""What each verb on an item adds one to."""

ACCEPTED_REST = "accepted_rest"
"""Where `complete` notes how many items it accepted at once."""


def count_activity(changes: Sequence[Change]) -> None:
    """Add performed actions to the activity of whoever performed them; most add nothing."""
    counts: Counter[str] = Counter()
    for change in changes:
        counts.update(dict(_acts(change)))
    if counts:
        first = changes[0]
        team_id = first.action.team_id(first.obj)
        add_activity(team_id, first.actor.user.pk, first.at, **counts)


def _acts(change: Change) -> Iterator[tuple[str, int]]:
    if isinstance(change.obj, JobItem) and change.action.verb in COUNTED_AS:
        yield COUNTED_AS[change.action.verb], 1
    if isinstance(change.obj, Job) and change.note.get(ACCEPTED_REST):
        yield "accepted", change.note[ACCEPTED_REST]


recorders.append(count_activity)
