"""Which jobs of the pool a person may and can take.

What a batch asks for is asked of batches, which are few; what a job asks for is asked of jobs. So a
claim looks at as many rows with a hundred jobs in the pool as with a hundred thousand.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from labeling.jobs.models import Batch, Job, PersonSkill
from labeling.jobs.queue.ranks import QUEUE_ORDER
from labeling.jobs.states import BatchStatus, JobType

# Only these give out new jobs; in a stopping one people finish what they have.
GIVING = (BatchStatus.QUEUED, BatchStatus.PROCESSING)


@dataclass(frozen=True)
class Allowed:
    """A batch whose jobs a person may take.

    Attributes:
        room: so many of its items may still go to this person; None sets no bound.
        own_review: whether people may take what they will review.
    """

    batch_id: int
    rank: int
    room: int | None
    own_review: bool


def allowed_batches(user_id: int, team_id: int) -> list[Allowed]:
    """The running batches whose skill the person has, that they do not review, with room left."""
    able = PersonSkill.objects.filter(
        user=user_id, skill=OuterRef("skill"), level__gte=OuterRef("skill_level")
    )
    running = Batch.objects.filter(team=team_id, status__in=GIVING)
    fitting = running.filter(Q(skill=None) | Q(Exists(able))).exclude(
        reviewer=user_id, allow_own_review=False
    )
    rows = list(
        fitting.order_by("rank", "pk").values_list(
            "pk", "rank", "items_a_person", "allow_own_review"
        )
    )
    limited = [pk for pk, _rank, most, _own in rows if most is not None]
    held = items_held(user_id, limited) if limited else {}
    found = [
        Allowed(pk, rank, None if most is None else most - held.get(pk, 0), own_review)
        for pk, rank, most, own_review in rows
    ]
    return [each for each in found if each.room is None or each.room > 0]


def items_held(user_id: int, batch_ids: Iterable[int]) -> dict[int, int]:
    """How many items of each batch the person has or had, by batch."""
    theirs = Job.objects.filter(annotator=user_id, batch__in=batch_ids, archived_at=None)
    return dict(
        theirs.order_by().values("batch").annotate(held=Sum("items")).values_list("batch", "held")
    )


def jobs_of(batches: Iterable[Allowed], user_id: int) -> Q:
    """The jobs of these batches that the person may take, as a query on jobs of the pool."""
    alike: dict[tuple[int | None, bool], list[Allowed]] = {}
    for each in batches:
        alike.setdefault((each.room, each.own_review), []).append(each)
    where = Q(pk__in=())
    for group in alike.values():
        keys = [each.batch_id for each in group]
        where |= Q(batch__in=keys) & fitting_of(group[0], user_id)
    return where


def fitting_of(batch: Allowed, user_id: int) -> Q:
    """Which of a batch's jobs the person may take: small enough, not theirs to review or done."""
    sibling = Job.objects.filter(
        batch=OuterRef("batch"), segment=OuterRef("segment"), annotator=user_id
    )
    where = Q(segment=None) | ~Q(Exists(sibling))
    # Whoever did what is to be done again may do it.
    where |= Q(type=JobType.REWORK) & ~Q(Exists(sibling.exclude(pk=OuterRef("parent"))))
    if not batch.own_review:
        where &= Q(reviewer=None) | ~Q(reviewer=user_id)
    return where if batch.room is None else where & Q(items__lte=batch.room)


def claimable_by(user_id: int, team_id: int) -> QuerySet[Job]:
    """Every job of the pool that a person may take, in the order of the queue.

    For counting: `next_claimable` finds the first one without looking at the others.
    """
    batches = allowed_batches(user_id, team_id)
    pool = Job.objects.in_pool().filter(team=team_id)
    return pool.filter(jobs_of(batches, user_id)).order_by(*QUEUE_ORDER)
