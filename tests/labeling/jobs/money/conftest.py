"""Terms that tests start from, and the sums of a ledger."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from labeling.jobs.models import Batch, LedgerEntry
from labeling.jobs.money.arithmetic import Totals
from labeling.jobs.money.balance import terms_of, totals_of
from labeling.projects.models import Project

Sums = Callable[[], Totals]


@pytest.fixture
def project(batch: Batch) -> Project:
    """Max's project."""
    return batch.project


@pytest.fixture
def paying(project: Project, manager, act) -> Project:
    """It pays for accepted items: 0.05 a label, 0.0125 a review, of a budget of ten euro."""
    act(
        manager,
        project,
        "set-terms",
        budget="10",
        price_annotation="0.05",
        price_rework="0.03",
        price_review="0.0125",
    )
    return project


@pytest.fixture
def sums(project: Project) -> Sums:
    """The sums of the project's ledger as they are now."""
    return lambda: totals_of(terms_of([project.pk]))[project.pk]


@pytest.fixture
def owed(project: Project) -> Callable[..., Decimal]:
    """What the ledger owes a person: `owed(annotator)`."""

    def find(person) -> Decimal:
        lines = LedgerEntry.objects.filter(project=project, person=person, kind="owed")
        return sum((line.amount for line in lines), Decimal(0))

    return find
