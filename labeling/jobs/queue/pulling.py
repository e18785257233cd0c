"""The next job of a person: their own unfinished one, else the first of the pool that fits."""

from bisect import bisect_left
from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Membership
from labeling.jobs.models import Job
from labeling.jobs.queue.eligibility import Allowed, allowed_batches, fitting_of, jobs_of
from labeling.jobs.queue.limits import has_had_items_of
from labeling.jobs.queue.ranks import QUEUE_ORDER
from labeling.jobs.states import ANNOTATING, Status, any_of


def hold_person(user_id: int, team_id: int) -> None:
    """One claim of a person after the other: a button that is pressed twice claims once."""
    member = Membership.objects.filter(user=user_id, team=team_id)
    list(member.select_for_update(no_key=True).values_list("pk", flat=True))


def unfinished_of(user_id: int, team_id: int) -> Job | None:
    """The first job that the person has and has not handed in."""
    # Said by status too, by which jobs are indexed with their annotator.
    open_jobs = Job.objects.live().filter(
        any_of(ANNOTATING), status__in=(Status.PENDING, Status.IN_PROGRESS)
    )
    own = open_jobs.filter(team=team_id, annotator=user_id)
    return own.order_by(*QUEUE_ORDER).first()


def next_claimable(user_id: int, team_id: int) -> int | None:
    """The key of the first job of the pool that the person may and can take; None when none is.

    On PostgreSQL the row is locked, and rows that others are just taking are passed over. Walks
    from one place of the queue to the next that holds an allowed batch, so what a person may not
    take costs nothing, however much there is of it.
    """
    by_rank: dict[int, list[Allowed]] = {}
    for each in allowed_batches(user_id, team_id):
        by_rank.setdefault(each.rank, []).append(each)
    ranks = sorted(by_rank)
    place = _next_place(team_id, None, ranks)
    while place is not None:
        priority, rank = place
        if rank in by_rank:
            found = _first_at(team_id, priority, rank, by_rank[rank], user_id)
            if found is not None:
                return found
        place = _next_place(team_id, place, ranks)
    return None


def _next_place(
    team_id: int, after: tuple[int, int] | None, ranks: Sequence[int]
) -> tuple[int, int] | None:
    """The next priority and rank of which the pool has a job; ranks of no use are leapt over."""
    pool = Job.objects.in_pool().filter(team=team_id).order_by(*QUEUE_ORDER)
    places = pool.values_list("priority", "rank")
    if not ranks:
        return None
    if after is None:
        return places.first()
    priority, rank = after
    at = bisect_left(ranks, rank + 1)
    if at < len(ranks):
        same_level = places.filter(priority=priority, rank__gte=ranks[at]).first()
        if same_level is not None:
            return same_level
    return places.filter(priority__lt=priority).first()


def _first_at(
    team_id: int, priority: int, rank: int, batches: Sequence[Allowed], user_id: int
) -> int | None:
    """The first job at one place of the queue.

    A rank is one batch's, so the place alone finds its jobs, by one index. Where another batch
    has the same rank, the jobs are asked for their batches.
    """
    here = Job.objects.in_pool().filter(team=team_id, priority=priority, rank=rank).order_by("pk")
    keys = {each.batch_id for each in batches}
    of_batches = jobs_of(batches, user_id)
    fitting = here.filter(fitting_of(batches[0], user_id) if len(keys) == 1 else of_batches)
    while True:
        found = _unlocked(fitting).first()
        if found is None:
            return None
        if found.batch_id not in keys:
            fitting = here.filter(of_batches)
        elif has_had_items_of(found, user_id):
            fitting = fitting.exclude(batch=found.batch_id, segment=found.segment)
        else:
            return int(found.pk)


def _unlocked(jobs: QuerySet[Job]) -> QuerySet[Job]:
    if connection.features.has_select_for_update_skip_locked:
        jobs = jobs.select_for_update(skip_locked=True, of=("self",), no_key=True)
    return jobs.only("pk", "batch_id", "segment", "type", "parent_id")
