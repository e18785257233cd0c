"""The status of a batch follows from facts: one pure rule, and what stores its answer.

Whoever changes a fact (a job's status, what a project can pay, a stop) calls `settle_batches` in
the same transaction. Who waits behind whom changes with every job that anybody takes or finishes,
so `settle_queues` looks at that every few seconds instead.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import Capability
from labeling.jobs.models import Batch, Job
from labeling.jobs.states import ANNOTATING, BatchStatus, Status, any_of

# These follow from facts. The others are where somebody put the batch: new, loading, error,
# canceled, archived.
LAUNCHED = (
    BatchStatus.QUEUED,
    BatchStatus.PROCESSING,
    BatchStatus.NO_MONEY,
    BatchStatus.STOPPING,
    BatchStatus.STOPPED,
    BatchStatus.COMPLETED,
)
WAITING_OR_WORKING = (BatchStatus.QUEUED, BatchStatus.PROCESSING)

# Which of some batches, by their keys, cannot pay their next item; without any rule money is no
# question. Whoever knows about money adds a rule, and settles the batches when its answer changes.
pay_rules: list[Callable[[Collection[int]], Collection[int]]] = []


@dataclass(frozen=True)
class Facts:
    """What the status of a launched batch follows from.

    Attributes:
        pending, in_progress, on_review, completed, stopped: its jobs by status; archived jobs
            count only where no other is left.
        stop_asked: somebody stopped it and nobody resumed it; nobody may begin another job.
        can_pay: its project can pay the next item.
        outranked: every person who could do it is busy with work of higher priority.
    """

    pending: int = 0
    in_progress: int = 0
    on_review: int = 0
    completed: int = 0
    stopped: int = 0
    stop_asked: bool = False
    can_pay: bool = True
    outranked: bool = False

    @property
    def begun(self) -> int:
        """Jobs that somebody has begun and nobody has finished."""
        return self.in_progress + self.on_review


def batch_status(facts: Facts) -> BatchStatus:
    """The status of a launched batch. The first that fits wins:

    1. completed: no job is anything but completed;
    2. stopped: nothing but stopped jobs are left to do;
    3. stopping: it was stopped, and jobs that were begun before are being finished;
    4. no money: the project cannot pay the next item;
    5. queued: nobody is at work on it, because everybody who could be has work of higher priority;
    6. processing.
    """
    if not facts.begun and not facts.pending:
        return BatchStatus.STOPPED if facts.stopped else BatchStatus.COMPLETED
    if facts.stop_asked:
        return BatchStatus.STOPPING
    if not facts.can_pay:
        return BatchStatus.NO_MONEY
    if facts.outranked and not facts.begun:
        return BatchStatus.QUEUED
    return BatchStatus.PROCESSING


def settle_batch(batch_id: int) -> None:
    """Let the stored status of a launched batch follow its facts."""
    settle_batches([batch_id])


def settle_batches(batch_ids: Iterable[int]) -> dict[int, datetime]:
    """Let the stored statuses of launched batches follow their facts.

    The batches are held before their jobs are counted, in the order of their keys: of two people
    who stop the last two jobs at once, the second counts what the first has done. A queued batch
    stays queued until somebody begins it or `settle_queues` finds that somebody could.

    Returns:
        When each job was stopped that is stopped with its batch.
    """
    wanted = set(batch_ids)
    if not wanted:
        return {}
    batches = Batch.objects.filter(pk__in=wanted, status__in=LAUNCHED).order_by("pk")
    stored = dict(batches.select_for_update(no_key=True).values_list("pk", "status"))
    stopped = stop_idle_jobs(pk for pk, status in stored.items() if status == BatchStatus.STOPPING)
    poor = {pk for rule in pay_rules for pk in rule(stored)}
    moved: dict[BatchStatus, list[int]] = {}
    for batch_id, jobs in _jobs_by_status(stored).items():
        status = stored[batch_id]
        follows = batch_status(
            Facts(
                **{each.value: jobs[each] for each in Status},
                stop_asked=status == BatchStatus.STOPPING,
                can_pay=batch_id not in poor,
                outranked=status == BatchStatus.QUEUED,
            )
        )
        if status != follows:
            moved.setdefault(follows, []).append(batch_id)
    for status, ids in moved.items():
        Batch.objects.filter(pk__in=ids).update(status=status, updated_at=timezone.now())
    return stopped


def settle_jobs(jobs: Collection[Job]) -> None:
    """Settle the batches of these jobs, which have changed.

    One that became idle in a batch that is stopping is stopped with it: the job in memory follows.
    """
    stopped = settle_batches(job.batch_id for job in jobs)
    for job in jobs:
        if job.pk in stopped:
            job.stopped_at, job.status = stopped[job.pk], Status.STOPPED


def idle_jobs() -> Q:
    """Jobs that wait for somebody to begin: not begun, or begun and given back to the pool."""
    return Q(status=Status.PENDING) | (any_of(ANNOTATING) & Q(annotator=None))


def stop_idle_jobs(batch_ids: Iterable[int]) -> dict[int, datetime]:
    """Stop the jobs of these batches that nobody is at work on; answers which, and when.

    So nobody begins another job of a batch that is stopping: a job that was given back, cloned or
    restarted meanwhile waits with the others until the batch resumes.
    """
    wanted = set(batch_ids)
    if not wanted:
        return {}
    jobs = Job.objects.live().filter(idle_jobs(), batch__in=wanted).order_by("pk")
    ids = list(jobs.values_list("pk", flat=True))
    now = timezone.now()
    Job.objects.filter(pk__in=ids).update(stopped_at=now, updated_at=now)
    return dict.fromkeys(ids, now)


def _jobs_by_status(batch_ids: Collection[int]) -> dict[int, Counter[str]]:
    """The jobs of each batch by status; without batches that have none."""
    jobs = Job.objects.filter(batch__in=batch_ids).order_by()
    live = ExpressionWrapper(Q(archived_at=None), output_field=BooleanField())
    counted = jobs.values_list("batch", "status", live).annotate(Count("pk"))
    counts: dict[int, dict[bool, Counter[str]]] = {}
    for batch_id, status, is_live, count in counted:
        of_batch = counts.setdefault(batch_id, {True: Counter(), False: Counter()})
        of_batch[is_live][status] += count
    return {batch_id: each[True] or each[False] for batch_id, each in counts.items()}


def settle_queues() -> None:
    """Move batches between queued and processing, in every team that has work of two priorities."""
    running = Batch.objects.filter(status__in=WAITING_OR_WORKING).order_by()
    levels = running.values_list("team").annotate(Count("priority", distinct=True))
    queued = set(running.filter(status=BatchStatus.QUEUED).values_list("team", flat=True))
    for team_id, number in levels:
        if number > 1 or team_id in queued:
            settle_queue(team_id)


def settle_queue(team_id: int) -> None:
    """Move the batches of a team between queued and processing.

    A batch is queued while nobody is at work on it and every person who could do it is busy with
    work of higher priority. Who could: those who have its jobs, and with a job in the pool
    everybody who may label. Busy: has an open job of a higher level. A higher job in the pool
    that asks no skill keeps everybody busy who would take from the pool: it comes first.
    """
    running = Batch.objects.filter(team=team_id, status__in=WAITING_OR_WORKING)
    levels = dict(running.values_list("pk", "priority"))
    with transaction.atomic():
        for batch_id, is_outranked in _outranked(team_id, levels).items():
            before, after = BatchStatus.QUEUED, BatchStatus.PROCESSING
            if is_outranked:
                before, after = after, before
            Batch.objects.filter(pk=batch_id, status=before).update(
                status=after, updated_at=timezone.now()
            )


def _outranked(team_id: int, levels: Mapping[int, int]) -> dict[int, bool]:
    """Whether each batch waits behind work of higher priority, in the order of their keys."""
    open_jobs = Job.objects.live().filter(team=team_id).exclude(status=Status.COMPLETED).order_by()
    begun = set(
        open_jobs.filter(batch__in=levels).exclude(idle_jobs()).values_list("batch", flat=True)
    )
    labeling = open_jobs.filter(any_of(ANNOTATING))
    busy = dict(labeling.exclude(annotator=None).values_list("annotator").annotate(Max("priority")))
    pool = Job.objects.in_pool().filter(team=team_id, batch__skill=None)
    free = pool.aggregate(most=Max("priority"))["most"] or 0
    waiting: dict[int, set[int | None]] = {}
    for batch_id, person in labeling.values_list("batch", "annotator").distinct():
        waiting.setdefault(batch_id, set()).add(person)
    everybody = set(User.objects.who_can(Capability.LABEL, team_id).values_list("pk", flat=True))
    found = {}
    for batch_id in sorted(levels):
        level, people = levels[batch_id], waiting.get(batch_id, set())
        takers = everybody if None in people and free <= level else set()
        able = {person for person in people if person is not None} | takers
        behind_pool = None in people and free > level
        found[batch_id] = (
            batch_id not in begun
            and (behind_pool or bool(able))
            and all(busy.get(person, 0) > level for person in able)
        )
    return found
