"""A batch without money waits, and goes on by itself once there is some."""

from collections.abc import Iterable

from labeling.jobs.models import Batch
from labeling.jobs.money.balance import without_money
from labeling.jobs.settling import pay_rules, settle_batches
from labeling.jobs.states import BatchStatus

pay_rules.append(without_money)

RUNNING = (BatchStatus.QUEUED, BatchStatus.PROCESSING, BatchStatus.NO_MONEY)


def settle_projects(project_ids: Iterable[int]) -> None:
    """Move the batches of projects in or out of "no money" where what is left says so."""
    ids = set(project_ids)
    if not ids:
        return
    bounded = Batch.objects.filter(project__in=ids, project__terms__isnull=False)
    statuses = dict(bounded.filter(status__in=RUNNING).order_by().values_list("pk", "status"))
    poor = without_money(statuses)
    settle_batches(
        pk for pk, status in statuses.items() if (status == BatchStatus.NO_MONEY) != (pk in poor)
    )
