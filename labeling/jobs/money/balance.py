"""The sums of the ledger, prices, and whether there is money for the next item."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from django.db.models import Exists, OuterRef

from labeling.core.key_lists import among
from labeling.jobs.models import Batch, Job, LedgerEntry, Price, Terms
from labeling.jobs.money.arithmetic import ZERO, Totals, price_of_next
from labeling.jobs.money.sums import amount_of, sum_of_amounts
from labeling.jobs.settling import idle_jobs
from labeling.jobs.states import EntryKind


def terms_of(project_ids: Iterable[int]) -> dict[int, Terms]:
    """The terms by project, without projects that have none. One query."""
    return {terms.project_id: terms for terms in Terms.objects.filter(project__in=set(project_ids))}


def totals_of(terms: Mapping[int, Terms]) -> dict[int, Totals]:
    """The sums of the ledgers of projects, by project. One query.

    Arguments:
        terms: as `terms_of` gives them.
    """
    lines = LedgerEntry.objects.filter(project__in=terms).order_by()
    sums: dict[int, dict[str, Decimal]] = {project_id: {} for project_id in terms}
    summed = lines.values_list("project", "kind").annotate(total=sum_of_amounts())
    for project_id, kind, total in summed:
        sums[project_id][kind] = amount_of(total)
    return {
        project_id: Totals(
            terms[project_id].budget,
            by_kind.get(EntryKind.RESERVED, ZERO),
            by_kind.get(EntryKind.OWED, ZERO),
            by_kind.get(EntryKind.PAID, ZERO),
        )
        for project_id, by_kind in sums.items()
    }


class PriceList:
    """The prices of some projects, read at once."""

    def __init__(self, project_ids: Iterable[int]) -> None:
        self._found: dict[tuple[int, int | None], dict[str, Decimal]] = {}
        rows = Price.objects.filter(project__in=set(project_ids)).order_by()
        for project_id, batch_id, work, amount in rows.values_list(
            "project", "batch", "work", "amount"
        ):
            self._found.setdefault((project_id, batch_id), {})[work] = amount

    def of(self, project_id: int, batch_id: int | None = None) -> dict[str, Decimal]:
        """Prices by class of work: the batch's own before its project's."""
        own = {} if batch_id is None else self._found.get((project_id, batch_id), {})
        return {**self._found.get((project_id, None), {}), **own}


def without_money(batch_ids: Collection[int]) -> frozenset[int]:
    """Those of the batches whose next item cannot be paid. One query where no terms are set.

    What is reserved for jobs that are begun will be paid; a batch of which nothing else is left
    needs no more money.
    """
    waiting = Job.objects.live().filter(batch=OuterRef("pk")).filter(idle_jobs())
    bounded = Batch.objects.filter(
        Exists(waiting), pk__in=among(list(batch_ids)), project__terms__budget__isnull=False
    )
    found = list(bounded.order_by().values_list("pk", "project", "needs_review"))
    if not found:
        return frozenset()
    terms = terms_of(project_id for _pk, project_id, _review in found)
    totals, prices = totals_of(terms), PriceList(terms)
    return frozenset(
        pk
        for pk, project_id, needs_review in found
        if not totals[project_id].covers(
            price_of_next(prices.of(project_id, pk), needs_review=needs_review)
        )
    )


def can_pay(project_id: int) -> bool:
    """Whether the project can pay one more reviewed item at its own prices; without terms always.

    A batch may have prices of its own: see `without_money`.
    """
    terms = terms_of([project_id])
    if not terms or terms[project_id].budget is None:
        return True
    price = price_of_next(PriceList(terms).of(project_id), needs_review=True)
    return totals_of(terms)[project_id].covers(price)
