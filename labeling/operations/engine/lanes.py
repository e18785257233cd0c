"""Whose operation is next: teams take turns at each queue, so that nobody's work starves another's.

A ring says only that something waits. The worker that hears it takes what is fair: of the team
with the fewest operations at work; of equals, of the one whose turn it still is (its small pieces
of work are done one after the other), else of the one whose turn is longest ago; of a team, what
has waited longest. A team has at most `LABELDESK_TEAM_OPERATIONS` operations at work in a queue;
when one ends, its worker rings for the next.
"""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from labeling.operations import doorbell
from labeling.operations.engine import claims
from labeling.operations.models import Lane, Operation, OperationQuerySet
from labeling.operations.queues import Queue
from labeling.operations.states import CLAIMED, Status

# How long a team keeps its turn while another team's operation waits for a worker.
TURN = timedelta(seconds=10)
# How long only the machine that has its files in the making goes on with an operation.
KEPT = timedelta(seconds=60)
# Other workers may be quicker that often before this one leaves it to them.
TRIES = 5
NEVER = datetime.min.replace(tzinfo=UTC)


def take_next(queue: str, only_kept: bool = False) -> Operation | None:
    """Claim the operation whose turn it is in a queue; None when there is none for this worker.

    Arguments:
        only_kept: only if its files in the making lie on this machine.
    """
    for _try in range(TRIES):
        team_id = _next_team(queue, _waiting(queue))
        if team_id is None:
            return None
        operation = _take_of(team_id, queue, only_kept)
        if operation is not None:
            return operation
    return None


def ring_next(queue: str) -> None:
    """Ring for the operation whose turn it is; a worker has just become free for it."""
    team_id = _next_team(queue, _waiting(queue))
    if team_id is None:
        return
    operation_id = _first_of(team_id, queue).values_list("pk", flat=True).first()
    if operation_id is not None:
        doorbell.ring(operation_id, queue)


def would_go_elsewhere(operation: Operation) -> bool:
    """Whether another team's operation would be next if this one gave its worker back now."""
    waiting = _waiting(operation.queue).exclude(team=operation.team_id)
    if not waiting.exists():
        return False
    return _next_team(operation.queue, waiting, leaving=operation) != operation.team_id


def _waiting(queue: str) -> OperationQuerySet:
    """What a worker of this machine may take."""
    given_up = timezone.now() - KEPT
    mine = Q(machine__in=("", socket.gethostname())) | Q(queued_at__lt=given_up)
    return Operation.objects.filter(mine, queue=queue, status=Status.QUEUED)


def _first_of(team_id: int, queue: str) -> OperationQuerySet:
    """What waits of a team, that which has waited longest first."""
    return _waiting(queue).filter(team=team_id).order_by("queued_at", "pk")


def _next_team(
    queue: str, waiting: OperationQuerySet, leaving: Operation | None = None
) -> int | None:
    """The team whose turn it is.

    Arguments:
        leaving: is at work, and asks what would be if it were the last of those that wait.
    """
    since = dict(waiting.order_by().values_list("team").annotate(Min("queued_at")))
    running = _at_work(queue)
    if leaving is not None:
        since[leaving.team_id] = timezone.now()
        running[leaving.team_id] = running.get(leaving.team_id, 1) - 1
    lanes = Lane.objects.filter(queue=queue, team__in=since)
    turns: Mapping[int, datetime | None] = dict(lanes.values_list("team", "turn_began_at"))
    most = settings.LABELDESK_TEAM_OPERATIONS
    ranks = {
        team_id: (running.get(team_id, 0), _turn_of(turns.get(team_id)), oldest)
        for team_id, oldest in since.items()
        if running.get(team_id, 0) < most
    }
    return min(ranks, key=lambda team_id: ranks[team_id], default=None)


def _turn_of(began: datetime | None) -> tuple[bool, datetime]:
    """Sorts turns: that of now comes before those that are over, of which the oldest is first."""
    return began is None or timezone.now() - began >= TURN, began or NEVER


def _at_work(queue: str) -> dict[int, int]:
    claimed = Operation.objects.filter(queue=queue, status__in=CLAIMED).order_by()
    return dict(claimed.values_list("team").annotate(Count("pk")))


def _take_of(team_id: int, queue: str, only_kept: bool) -> Operation | None:
    """Claim what has waited longest of a team, within its limit.

    The lane is locked meanwhile: two workers never count the same operations at work.
    """
    lane, _made = Lane.objects.get_or_create(team_id=team_id, queue=queue)
    with transaction.atomic():
        lane = Lane.objects.select_for_update().get(pk=lane.pk)
        claimed = Operation.objects.filter(queue=queue, team=team_id, status__in=CLAIMED)
        if claimed.count() >= settings.LABELDESK_TEAM_OPERATIONS:
            return None
        first = _first_of(team_id, queue).only("machine").first()
        if first is None or (only_kept and first.machine != socket.gethostname()):
            return None
        operation = claims.take(first.pk)
        if operation is not None and _turn_of(lane.turn_began_at)[0]:
            lane.turn_began_at = timezone.now()
            lane.save(update_fields=["turn_began_at"])
        return operation


def quick_work_waits(queue: str, patience: timedelta) -> bool:
    """Whether somebody has waited too long for quick work, while a worker does work of this queue.

    A worker that takes both queues may be the one that is missing.
    """
    if queue == Queue.QUICK:
        return False
    late = timezone.now() - patience
    return Operation.objects.filter(
        queue=Queue.QUICK, status=Status.QUEUED, queued_at__lt=late
    ).exists()
