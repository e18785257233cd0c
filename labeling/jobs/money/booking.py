"""Writes the ledger's lines when work changes, in the transaction that changes it.

Nothing here trusts that it is called once: each function compares what the ledger says with what
the work says now, and adds the difference. Whoever changes a job or an item holds its row, so two
people cannot find the same difference.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from labeling.core.key_lists import among
from labeling.core.workflow import Change
from labeling.jobs.models import Batch, Job, JobItem, LedgerEntry, Terms
from labeling.jobs.money.arithmetic import (
    ZERO,
    JobFacts,
    earnings_to_add,
    earns,
    earns_review,
    labeling_work,
    reservation,
)
from labeling.jobs.money.balance import PriceList, terms_of
from labeling.jobs.money.funding import settle_projects
from labeling.jobs.money.sums import amount_of, sum_of_amounts
from labeling.jobs.states import EntryKind, ItemState, Work

COUNTED = ("items", "done", "accepted", "rejected")


@dataclass(frozen=True)
class Move:
    """A change of one item's state, as the database holds it now."""

    job_item: JobItem
    before: str


def book(changes: Sequence[Change]) -> None:
    """What performed actions earn and reserve: a recorder of the workflow.

    Costs one query where no project has terms. A batch whose next item cannot be paid any more,
    or again, changes its status with it.
    """
    jobs = [job for change in changes for job in _jobs_of(change)]
    batches = [change.obj for change in changes if isinstance(change.obj, Batch)]
    moves = [
        Move(change.obj, change.before) for change in changes if isinstance(change.obj, JobItem)
    ]
    projects = {job.project_id for job in jobs} | {batch.project_id for batch in batches}
    terms = _terms_if_any(projects)
    if terms:
        at = changes[0].at
        lines = book_items(moves, terms, at)
        ids = {job.pk for job in jobs if job.project_id in terms}
        of_batches = Job.objects.filter(batch__in=batches) if batches else Job.objects.none()
        lines += reserve(ids.union(of_batches.values_list("pk", flat=True)), at, terms)
        settle_if_moved(lines)


def follow(job_ids: Collection[int], at: datetime) -> None:
    """Let the ledger follow jobs that somebody changed without an action of their own.

    Costs one query where their projects have no terms.
    """
    settle_if_moved(reserve(job_ids, at))


def settle_if_moved(lines: Iterable[LedgerEntry]) -> None:
    """Settle the batches of projects that have more or less money left after these lines."""
    moved: dict[int, Decimal] = {}
    for line in lines:
        moved[line.project_id] = moved.get(line.project_id, ZERO) + line.amount
    settle_projects(project_id for project_id, amount in moved.items() if amount)


def _jobs_of(change: Change) -> Iterable[Job]:
    """The jobs that a change concerns."""
    if isinstance(change.obj, JobItem):
        yield change.obj.job
    yield from (each for each in (change.obj, change.outcome) if isinstance(each, Job))


def _terms_if_any(project_ids: Collection[int]) -> dict[int, Terms]:
    return terms_of(project_ids) if project_ids else {}


def accepted_together(job: Job, at: datetime) -> None:
    """What a reviewer earns and lets earn who accepts the rest of a job at once."""
    terms = terms_of([job.project_id])
    if terms:
        accepted = job.job_items.filter(state=ItemState.ACCEPTED, decided_at=at)
        moves = [Move(each, ItemState.DONE) for each in accepted.select_related("job__batch")]
        book_items(moves, terms, at)


def book_items(
    moves: Sequence[Move], terms: Mapping[int, Terms], at: datetime
) -> list[LedgerEntry]:
    """Add what items earn by a change of state, and take back what they earn no more.

    Arguments:
        moves: each with its item's job and the job's batch at hand.
        terms: by project; items of other projects are passed over.
    """
    paid = [move for move in moves if move.job_item.job.project_id in terms]
    if not paid:
        return []
    prices, earned = PriceList(terms), _earned(move.job_item.pk for move in paid)
    lines = []
    for move in paid:
        job_item, job = move.job_item, move.job_item.job
        of_work = prices.of(job.project_id, job.batch_id)
        owing = Owing(job_item, terms[job.project_id], at)
        work = labeling_work(job.type)
        added = earnings_to_add(
            earned.get(job_item.pk, {}),
            job_item.done_by_id,
            of_work.get(work, ZERO),
            is_earned=owing.is_earned,
        )
        lines += [owing.line(work, person, amount) for person, amount in added.items()]
        fee = of_work.get(Work.REVIEW, ZERO)
        if fee and job_item.decided_by_id and earns_review(move.before, job_item.state):
            lines.append(owing.line(Work.REVIEW, job_item.decided_by_id, fee))
    return LedgerEntry.objects.bulk_create(lines, ignore_conflicts=True)


@dataclass(frozen=True)
class Owing:
    """An item whose lines are written: by its version, each of its changes is booked once."""

    job_item: JobItem
    terms: Terms
    at: datetime

    @property
    def is_earned(self) -> bool:
        """Whether the item is what the terms pay for."""
        needs_review = self.job_item.job.batch.needs_review
        return earns(self.job_item.state, self.terms.paid_for, needs_review=needs_review)

    def line(self, work: str, person_id: int, amount: Decimal) -> LedgerEntry:
        """A line of what is owed, or taken back."""
        job = self.job_item.job
        return LedgerEntry(
            team_id=job.team_id,
            project_id=job.project_id,
            batch_id=job.batch_id,
            job_id=job.pk,
            job_item=self.job_item,
            person_id=person_id,
            kind=EntryKind.OWED,
            work=work,
            round=self.job_item.version,
            amount=amount,
            currency=self.terms.currency,
            at=self.at,
        )


def _earned(job_item_ids: Iterable[int]) -> dict[int, dict[int, Decimal]]:
    """What the ledger owes for the labeling of items, by item and person."""
    lines = LedgerEntry.objects.filter(job_item__in=list(job_item_ids), kind=EntryKind.OWED)
    sums = lines.exclude(work=Work.REVIEW).order_by().values_list("job_item", "person")
    earned: dict[int, dict[int, Decimal]] = {}
    for job_item_id, person_id, steps in sums.annotate(total=sum_of_amounts()):
        earned.setdefault(job_item_id, {})[person_id] = amount_of(steps)
    return earned


def reserve(
    job_ids: Collection[int], at: datetime, terms: Mapping[int, Terms] | None = None
) -> list[LedgerEntry]:
    """Let what is reserved for jobs follow what is left to do in them.

    Arguments:
        job_ids: jobs that the caller has changed in this transaction, or holds.
        terms: of their projects, where the caller has them.
    """
    jobs = Job.objects.filter(pk__in=among(list(job_ids))).select_related("batch")
    found = list(jobs.filter(project__terms__isnull=False).order_by("pk")) if job_ids else []
    if not found:
        return []
    known = terms or terms_of(job.project_id for job in found)
    lines = [
        _reserving(job, amount, known[job.project_id].currency, at)
        for job, amount in missing_reservations(found, known).items()
        if amount
    ]
    return LedgerEntry.objects.bulk_create(lines)


def missing_reservations(jobs: Sequence[Job], terms: Mapping[int, Terms]) -> dict[Job, Decimal]:
    """By job, what the ledger lacks of its reservation; below zero where it has too much."""
    prices = PriceList(terms)
    reserved = reserved_for(jobs)
    return {
        job: reservation(
            facts_of(job),
            prices.of(job.project_id, job.batch_id),
            terms[job.project_id].paid_for,
            needs_review=job.batch.needs_review,
        )
        - reserved.get(job.pk, ZERO)
        for job in jobs
    }


def reserved_for(jobs: Iterable[Job]) -> dict[int, Decimal]:
    """What the ledger reserves, by job."""
    keys: Any = among([job.pk for job in jobs])
    lines = LedgerEntry.objects.filter(job__in=keys, kind=EntryKind.RESERVED).order_by()
    sums = lines.values_list("job").annotate(total=sum_of_amounts())
    return {job_id: amount_of(steps) for job_id, steps in sums}


def facts_of(job: Job) -> JobFacts:
    """A job's row as the arithmetic takes it."""
    counted: dict[str, Any] = {name: getattr(job, name) for name in COUNTED}
    return JobFacts(
        type=job.type,
        stage=job.stage,
        state=job.state,
        status=str(job.status),
        has_annotator=job.annotator_id is not None,
        is_live=job.stopped_at is None and job.archived_at is None,
        **counted,
    )


def _reserving(job: Job, amount: Decimal, currency: str, at: datetime) -> LedgerEntry:
    return LedgerEntry(
        team_id=job.team_id,
        project_id=job.project_id,
        batch_id=job.batch_id,
        job=job,
        kind=EntryKind.RESERVED,
        amount=amount,
        currency=currency,
        at=at,
    )
