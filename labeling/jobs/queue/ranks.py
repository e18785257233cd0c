"""The places of a team's batches in its queue.

A batch has a priority and, among those of the same priority, a rank; the smaller goes first. Ranks
are sparse: a batch that moves gets a number between its new neighbours, and nothing else changes
until two of them stand too close. Every rank of a team is written under the lock of `hold_queue`.
"""

from collections.abc import Sequence

from django.db.models import Max

from accounts.models import Team
from labeling.jobs.models import Batch
from labeling.jobs.states import BatchStatus

QUEUE_ORDER = ("-priority", "rank", "pk")
GAP = 2**20

# Nothing of these is left to do, so they have no place in the queue.
ENDED = (
    BatchStatus.COMPLETED,
    BatchStatus.CANCELED,
    BatchStatus.ERROR,
    BatchStatus.ARCHIVED,
)


def hold_queue(team_id: int) -> None:
    """Nobody else changes the team's queue until the transaction ends.

    Taken before any lock of a job or a batch, so that nobody waits for somebody who waits for them.
    """
    held = Team.objects.select_for_update(no_key=True).filter(pk=team_id)
    list(held.values_list("pk", flat=True))


def last_rank(team_id: int) -> int:
    """The rank of a batch that comes last, whatever its priority."""
    batches = Batch.objects.filter(team=team_id)
    return int(batches.aggregate(last=Max("rank"))["last"] or 0) + GAP


def ranks_after(
    batch: Batch, priority: int, anchor_id: int | None, *, is_before: bool
) -> dict[int, int]:
    """The ranks that a move writes, by batch: its own, and others where there was no room.

    Arguments:
        priority: the level that it moves to.
        anchor_id: a batch of that level to stand beside; None, or one that has left the level,
            makes it the last.
        is_before: whether it stands before the anchor or after it.
    """
    level = Batch.objects.filter(team=batch.team_id, priority=priority).exclude(pk=batch.pk)
    waiting = level.exclude(status__in=ENDED).order_by("rank", "pk")
    line = list(waiting.values_list("pk", "rank"))
    keys = [pk for pk, _rank in line]
    if anchor_id not in keys:
        return {batch.pk: last_rank(batch.team_id)}
    at = keys.index(anchor_id) + (0 if is_before else 1)
    if at == len(line):
        return {batch.pk: last_rank(batch.team_id)}
    above = line[at][1]
    below = line[at - 1][1] if at else above - 2 * GAP
    if above - below > 1:
        return {batch.pk: (above + below) // 2}
    return _spread(line, at, batch.pk)


def _spread(line: Sequence[tuple[int, int]], at: int, batch_id: int) -> dict[int, int]:
    """The whole line with fresh room between all: only the ranks that change."""
    before = dict(line)
    keys = [pk for pk, _rank in line]
    keys.insert(at, batch_id)
    fresh = {pk: place * GAP for place, pk in enumerate(keys, 1)}
    return {pk: rank for pk, rank in fresh.items() if before.get(pk) != rank}
