"""The rules of money as pure functions of facts. Decimal in, Decimal out.

- An item is paid once for its labeling, to who had confirmed it when it was earned. What was
  earned keeps the price of its day, and is taken back in full when the item is no longer what the
  terms pay for.
- A decision on an item that nobody had decided earns the price of a review. It is work that was
  done: nothing takes it back, and changing one's mind earns nothing more.
- A job that somebody has begun reserves what its items may still cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from labeling.jobs.states import ItemState, JobType, PaidFor, Stage, State, Status, Work

ZERO = Decimal(0)
DECIDED = frozenset({ItemState.ACCEPTED, ItemState.REJECTED})


@dataclass(frozen=True)
class Totals:
    """The sums of a project's ledger.

    Attributes:
        budget: None sets no bound.
        owed: everything that was earned, paid or not.
    """

    budget: Decimal | None = None
    reserved: Decimal = ZERO
    owed: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def left(self) -> Decimal | None:
        """What is neither reserved nor earned; below zero when work cost more than there was."""
        return None if self.budget is None else self.budget - self.reserved - self.owed

    @property
    def unpaid(self) -> Decimal:
        """What is earned and not paid yet."""
        return self.owed - self.paid

    def covers(self, price: Decimal) -> bool:
        """Whether one more thing of this price can be paid."""
        return self.left is None or price <= 0 or self.left >= price


@dataclass(frozen=True)
class JobFacts:
    """What a job's reservation follows from: its row, as stored.

    Attributes:
        is_live: neither stopped nor archived.
    """

    type: str
    stage: str
    state: str
    status: str
    has_annotator: bool
    is_live: bool
    items: int
    done: int
    accepted: int
    rejected: int

    @property
    def is_begun(self) -> bool:
        """Whether somebody is at it, or a reviewer is or will be."""
        is_new = (self.stage, self.state) == (Stage.ANNOTATION, State.NEW)
        return self.has_annotator and self.is_live and not is_new and self.status != FINAL


FINAL = Status.COMPLETED


def labeling_work(job_type: str) -> Work:
    """The class of work that labeling in a job of this type is."""
    return Work.REWORK if job_type == JobType.REWORK else Work.ANNOTATION


def earns(state: str, paid_for: str, *, needs_review: bool) -> bool:
    """Whether an item in this state has earned the price of its labeling.

    Where nobody reviews, what is done is as good as accepted.
    """
    if state == ItemState.ACCEPTED:
        return True
    return state == ItemState.DONE and (paid_for == PaidFor.DONE or not needs_review)


def earns_review(before: str, after: str) -> bool:
    """Whether going from one state to the other is a review's work."""
    return after in DECIDED and before not in DECIDED


def earnings_to_add(
    earned: Mapping[int, Decimal], earner: int | None, price: Decimal, *, is_earned: bool
) -> dict[int, Decimal]:
    """The amounts to add to an item's earnings for its labeling, by person.

    Arguments:
        earned: what the ledger says now, by person.
        earner: who confirmed the item; None where nobody did.
        price: of this class of work today.
        is_earned: whether the item is what the terms pay for.
    """
    standing = {person: amount for person, amount in earned.items() if amount}
    if not is_earned:
        return {person: -amount for person, amount in standing.items()}
    if standing or earner is None or not price:
        return {}
    return {earner: price}


def reservation(
    job: JobFacts, prices: Mapping[str, Decimal], paid_for: str, *, needs_review: bool
) -> Decimal:
    """What the items of a job may still cost: nothing before it is begun and once it is over.

    Arguments:
        prices: by class of work; a class without one costs nothing.
    """
    if not job.is_begun:
        return ZERO
    paid_when_done = paid_for == PaidFor.DONE or not needs_review
    earned = job.done if paid_when_done else job.accepted
    cost = (job.items - earned) * prices.get(labeling_work(job.type), ZERO)
    if needs_review:
        undecided = job.items - job.accepted - job.rejected
        cost += undecided * prices.get(Work.REVIEW, ZERO)
    return cost


def price_of_next(prices: Mapping[str, Decimal], *, needs_review: bool) -> Decimal:
    """What one more item of a batch costs until it is through."""
    review = prices.get(Work.REVIEW, ZERO) if needs_review else ZERO
    return prices.get(Work.ANNOTATION, ZERO) + review
