"""Moving so many jobs of a batch that it takes more than a moment; each row tells how it went."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.jobs.actions.rebalancing import REBALANCE
from labeling.jobs.models import Batch
from labeling.jobs.operations.changing import AGAIN, ChangeJobs, failed, planned
from labeling.jobs.operations.job_tasks import Task, part_of
from labeling.operations.kinds import Chunk, Plan, register_kind
from labeling.operations.models import Operation

COLUMNS = ("jobs", "each", "expected")


@register_kind
class RebalanceBatch(ChangeJobs):
    """Assigns jobs anew, except those that somebody has begun or moved since they were planned."""

    name = REBALANCE
    label = gettext_lazy("Rebalance batch")
    form = None  # type: ignore[assignment]

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze the moves.

        Arguments:
            data: `batch` (id) and `movings` (`labeling.jobs.moving.Moving`), from the action.
        """
        if AGAIN in data:
            return planned(data[AGAIN])
        batch = Batch.objects.get(pk=data["batch"], team=team)
        frozen = {
            "verb": "assign",
            "data": {},
            "jobs": [moving.job_id for moving in data["movings"]],
            "each": [{"annotator": moving.after} for moving in data["movings"]],
            "expected": [moving.before for moving in data["movings"]],
        }
        return planned(frozen, _("Rebalance “%s”") % batch.name)

    def sweep(self) -> None:
        """Nothing is left behind."""

    def tasks(self, chunk: Chunk) -> list[Task]:
        """The next rows of the plan."""
        at, plan = chunk.cursor.get("at", 0), chunk.plan
        part = part_of(at)
        rows = zip(*(plan[name][part] for name in COLUMNS), strict=True)
        return [
            Task(number, job_id, "assign", data, (before,), is_unbegun=True)
            for number, (job_id, data, before) in enumerate(rows, at + 1)
        ]

    def retry_rows(self, operation: Operation) -> Mapping[str, Any] | None:
        """The moves that were refused."""
        frozen, places = dict(operation.plan), [number - 1 for number in failed(operation)]
        for name in COLUMNS:
            frozen[name] = [frozen[name][place] for place in places]
        return {AGAIN: frozen}
