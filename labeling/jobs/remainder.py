"""The open remainder of a batch: who has what of it, and who would have what after a rebalance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.core import signing
from django.db.models import Count, F, QuerySet, Sum

from labeling.core.key_lists import among
from labeling.jobs.loads import Load, Wanted, able_people
from labeling.jobs.models import Batch, Job
from labeling.jobs.rebalancing import Dealt, OpenJob, Seat, deal
from labeling.jobs.spreading import Able, shares_of_people
from labeling.jobs.states import ANNOTATING, JobType, Spread, Stage, State, any_of

SALT = "labeling.jobs.rebalance"
SEEN_SECONDS = 24 * 60 * 60
"""So long a preview can be acted on."""


@dataclass(frozen=True)
class Wish:
    """How a manager wants the remainder divided.

    Attributes:
        with_pool: whether jobs of the pool are given out too; else they stay there.
        may_cut: whether jobs may be cut so that the shares come out even.
    """

    person_ids: tuple[int, ...]
    spread: Spread = Spread.EQUAL
    weights: Mapping[int, float] | None = None
    with_pool: bool = False
    may_cut: bool = True

    def as_json(self) -> dict[str, Any]:
        """As a preview remembers it."""
        weights = {str(person): number for person, number in (self.weights or {}).items()}
        return {**asdict(self), "person_ids": list(self.person_ids), "weights": weights}


@dataclass(frozen=True)
class Part:
    """What one person, or the pool (None), has of the remainder now and would have after it.

    Attributes:
        begun_items: items left in jobs that are begun; these stay.
        able: pace and work ahead without the jobs that move; None for the pool and for people who
            get nothing more.
    """

    person_id: int | None
    begun_items: int
    jobs_now: int
    items_now: int
    jobs_after: int
    items_after: int
    able: Able | None = None

    @property
    def seconds_now(self) -> float | None:
        """Working time on everything the person has now, other batches included."""
        return self._seconds(self.items_now)

    @property
    def seconds_after(self) -> float | None:
        """The same after the rebalance."""
        return self._seconds(self.items_after)

    def _seconds(self, items: int) -> float | None:
        # What is begun stands in `seconds_ahead` already.
        return self.able.seconds_with(items - self.begun_items) if self.able else None


@dataclass(frozen=True)
class Proposal:
    """What a rebalance would do.

    Attributes:
        moves: the jobs that change.
        kept: (job, holder) of jobs that nobody has begun and that stay.
    """

    batch_id: int
    wish: Wish
    moves: Sequence[Dealt]
    kept: Sequence[tuple[int, int]]
    parts: Sequence[Part]

    @property
    def moved_items(self) -> int:
        """Items that change hands."""
        return sum(
            items
            for dealt in self.moves
            for owner, items in dealt.pieces
            if owner != dealt.job.holder
        )

    @property
    def cuts(self) -> int:
        """Jobs that are cut."""
        return sum(len(dealt.pieces) > 1 for dealt in self.moves)

    def seal(self) -> str:
        """A text that says what was seen, and that nobody but the desk can write."""
        moves = [
            [dealt.job.job_id, dealt.job.holder, dealt.job.items, dealt.pieces]
            for dealt in self.moves
        ]
        seen = {
            "batch": self.batch_id,
            "wish": self.wish.as_json(),
            "moves": moves,
            "kept": list(self.kept),
        }
        return signing.dumps(seen, salt=SALT, compress=True)


@dataclass(frozen=True)
class Seen:
    """What a preview showed: see `Proposal.seal`."""

    batch: int
    wish: Mapping[str, Any]
    moves: Sequence[tuple[int, int | None, int, Sequence[tuple[int | None, int]]]]
    kept: Sequence[tuple[int, int]]

    def dealt(self) -> list[Dealt]:
        """The moves that it showed."""
        return [
            Dealt(OpenJob(job, holder, items), tuple((owner, count) for owner, count in pieces))
            for job, holder, items, pieces in self.moves
        ]

    def holds(self, batch: Batch, wish: Wish) -> bool:
        """Whether it still is about this batch, this wish, and what people have.

        The caller holds the batch's jobs.
        """
        if (self.batch, self.wish) != (batch.pk, wish.as_json()):
            return False
        moving = {job: (holder, items) for job, holder, items, _pieces in self.moves}
        rows = unbegun(batch).filter(pk__in=among(list(moving)))
        if {
            pk: (who, items) for pk, who, items in rows.values_list("pk", "annotator", "items")
        } != (moving):
            return False
        staying = dict(self.kept)
        jobs = Job.objects.filter(batch=batch, pk__in=among(list(staying)))
        return dict(jobs.values_list("pk", "annotator")) == staying


def unseal(text: str) -> Seen | None:
    """What the sealed text says; None when it is not ours or too old."""
    try:
        return Seen(**signing.loads(text, salt=SALT, max_age=SEEN_SECONDS))
    except signing.BadSignature:
        return None


def unbegun(batch: Batch) -> QuerySet[Job]:
    """The live jobs of the batch that nobody has begun, nor taken from the pool to begin them.

    What is to be done again stays with whoever did it.
    """
    jobs = Job.objects.live().filter(
        batch=batch,
        stage=Stage.ANNOTATION,
        state=State.NEW,
        claimed_at=None,
        done=0,
        rejected=0,
        type=JobType.ANNOTATION,
    )
    return jobs.order_by("pk")


def is_unbegun(job: Job) -> bool:
    """The same of one job in memory."""
    is_live = job.stopped_at is None and job.archived_at is None
    is_new = (job.stage, job.state, job.type) == (
        Stage.ANNOTATION,
        State.NEW,
        JobType.ANNOTATION,
    )
    return is_live and is_new and job.claimed_at is None and not job.done and not job.rejected


def proposed(batch: Batch, wish: Wish) -> Proposal:
    """Who would have what; changes nothing."""
    jobs = _open_jobs(batch, with_pool=wish.with_pool)
    begun = _begun(batch, [job.job_id for job in jobs])
    able = _able(batch, wish, jobs, begun)
    spread = Spread.WEIGHTS if wish.spread == Spread.PERCENT else wish.spread
    targets = shares_of_people(sum(job.items for job in jobs), able, spread)
    seats = {
        each.person_id: Seat(targets[each.person_id], each.most_items, each.most_jobs)
        for each in able
    }
    dealt = deal(jobs, seats, beside=_beside(batch, jobs), may_cut=wish.may_cut)
    return Proposal(
        batch.pk,
        wish,
        [each for each in dealt if each.is_moved],
        [
            (each.job.job_id, each.job.holder)
            for each in dealt
            if not each.is_moved and each.job.holder is not None
        ],
        _parts(dealt, begun, able),
    )


def _open_jobs(batch: Batch, *, with_pool: bool) -> list[OpenJob]:
    jobs = unbegun(batch) if with_pool else unbegun(batch).filter(annotator__isnull=False)
    own_review = batch.allow_own_review
    return [
        OpenJob(pk, holder, items, None if own_review else reviewer, segment)
        for pk, holder, items, reviewer, segment in jobs.values_list(
            "pk", "annotator", "items", "reviewer", "segment"
        )
    ]


def _begun(batch: Batch, moving: Sequence[int]) -> dict[int | None, Load]:
    """By person, and by None for the pool, what of the batch is open besides those jobs."""
    rows = Job.objects.live().filter(any_of(ANNOTATING), batch=batch)
    rows = rows.exclude(pk__in=among(moving)).order_by()
    counted = rows.values_list("annotator").annotate(
        Count("pk"), items_left=Sum(F("items") - F("done"))
    )
    return {person: Load(jobs, items) for person, jobs, items in counted}


def _able(
    batch: Batch, wish: Wish, jobs: Sequence[OpenJob], begun: Mapping[int | None, Load]
) -> list[Able]:
    is_weighted = wish.spread in (Spread.WEIGHTS, Spread.PERCENT)
    wanted = Wanted(
        batch.team_id,
        batch.project_id,
        wish.person_ids,
        wish.weights if is_weighted else None,
        batch.items_a_person,
        batch.pk,
        [job.job_id for job in jobs],
    )
    return [
        replace(each, items_ahead=begun.get(each.person_id, Load()).items)
        for each in able_people(wanted)
    ]


def _beside(batch: Batch, jobs: Sequence[OpenJob]) -> dict[int, set[int]]:
    """By segment, who has or had jobs of it that are not dealt out."""
    segments = {job.segment for job in jobs if job.segment is not None}
    if not segments:
        return {}
    others = Job.objects.filter(batch=batch, segment__isnull=False, annotator__isnull=False)
    others = others.exclude(pk__in=among([job.job_id for job in jobs]))
    found: dict[int, set[int]] = {}
    for segment, person in others.values_list("segment", "annotator"):
        if segment in segments:
            found.setdefault(segment, set()).add(person)
    return found


def _parts(
    dealt: Iterable[Dealt], begun: Mapping[int | None, Load], able: Sequence[Able]
) -> list[Part]:
    """One row for each of the people, for whoever else has something, and for the pool."""
    now: dict[int | None, list[int]] = {}
    after: dict[int | None, list[int]] = {}
    for each in dealt:
        now.setdefault(each.job.holder, []).append(each.job.items)
        for owner, items in each.pieces:
            after.setdefault(owner, []).append(items)
    chosen = {each.person_id: each for each in able}
    others = {person for person in (*begun, *now, *after) if person is not None} - set(chosen)
    keys: list[int | None] = [*chosen, *sorted(others)]
    if None in begun or None in now or None in after:
        keys.append(None)
    return [
        _part(person, begun.get(person, Load()), now.get(person, []), after.get(person, []), chosen)
        for person in keys
    ]


def _part(
    person: int | None,
    begun: Load,
    now: Sequence[int],
    after: Sequence[int],
    chosen: Mapping[int, Able],
) -> Part:
    return Part(
        person,
        begun.items,
        begun.jobs + len(now),
        begun.items + sum(now),
        begun.jobs + len(after),
        begun.items + sum(after),
        chosen.get(person) if person is not None else None,
    )


def for_scripts(proposal: Proposal) -> dict[str, Any]:
    """The preview as REST tells it: who has and would have what, what moves, and the seal."""
    return {
        "people": [
            {
                "person": part.person_id,
                "jobs_now": part.jobs_now,
                "items_now": part.items_now,
                "jobs_after": part.jobs_after,
                "items_after": part.items_after,
                "begun_items": part.begun_items,
                "seconds_after": part.seconds_after,
            }
            for part in proposal.parts
        ],
        "moves": [
            {
                "job": dealt.job.job_id,
                "from": dealt.job.holder,
                "items": dealt.job.items,
                "to": [{"person": owner, "items": items} for owner, items in dealt.pieces],
            }
            for dealt in proposal.moves
        ],
        "items": proposal.moved_items,
        "cuts": proposal.cuts,
        "seen": proposal.seal(),
    }
