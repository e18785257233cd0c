"""Importing data rows: from lists of addresses to items, kept as references or fetched.

A first chunk counts the rows. Then each chunk reads some thousand of them, judges them, and makes
their items in one transaction together with the cursor, so that every row is there exactly once
whatever happens in between. Only rows that did not go in leave a row of the operation; what was
made is found by `Item.imported_by`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Capability
from labeling.core.collecting import collector_resting
from labeling.operations.kinds import (
    AWAITED,
    Chunk,
    Kind,
    OperationFailed,
    Plan,
    Row,
    Step,
    register_kind,
)
from labeling.operations.models import Operation
from labeling.operations.states import Outcome
from labeling.projects.models import Dataset, Item
from labeling.projects.operations.item_arrivals import (
    Arrival,
    Batchful,
    count_rows,
    gather,
    retriable_rows,
)
from labeling.projects.operations.item_pictures import add_copied, add_fetched, add_uploaded
from labeling.projects.operations.item_storing import store
from labeling.projects.staging import put_staged_away, refuse_archived
from labeling.projects.uploads_ahead import sweep_unused

ITEMS_A_QUERY = 2000


@register_kind
class ImportItems(Kind):
    """Make items of the rows of JSON lists."""

    name = "import-items"
    label = gettext_lazy("Import a list")
    capability = Capability.MANAGE_PROJECTS
    form = None
    takes_files = True

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Which dataset they go to and whether pictures are fetched; the files come later."""
        dataset: Dataset = data["dataset"]
        refuse_archived(dataset)
        frozen = {"dataset": dataset.pk, "fetch": bool(data["fetch"]), "files": []}
        if data.get(AWAITED):
            frozen[AWAITED] = True
        if "failed_rows_of" in data:
            frozen["failed_rows_of"] = data["failed_rows_of"]
        return Plan(frozen, label=_("Import of a list into “%s”") % dataset.name)

    def prepare(self, chunk: Chunk) -> int | Batchful:
        """Count the rows, or read and judge some of them, with their pictures if wanted."""
        if not chunk.cursor:
            return count_rows(chunk)
        with collector_resting():
            batch = gather(chunk)
        if batch.pictures:
            dataset = _dataset(chunk)
            add_uploaded(chunk, dataset, batch.arrivals)
            add_copied(chunk, dataset, batch.arrivals)
            if chunk.plan["fetch"]:
                add_fetched(chunk, dataset, batch.arrivals)
        return batch

    def run_chunk(self, chunk: Chunk, prepared: int | Batchful) -> Step:
        """Make the items."""
        if isinstance(prepared, int):
            begin = {"file": 0, "at": 0, "row": 0, "added": 0, "skipped": 0, "refused": 0}
            return Step(begin, total=prepared, result={"dataset": chunk.plan["dataset"]})
        arrivals, cursor = prepared.arrivals, chunk.cursor
        with collector_resting():
            added = store(chunk.operation, chunk.plan["dataset"], arrivals) if arrivals else 0
        rows = list(_told(arrivals))
        skipped = sum(row.outcome == Outcome.SKIPPED for row in rows)
        counts = {
            "added": cursor["added"] + added,
            "skipped": cursor["skipped"] + skipped,
            "refused": cursor["refused"] + len(rows) - skipped,
        }
        row = cursor["row"] + len(arrivals)
        return Step(
            {"file": prepared.file, "at": prepared.at, "row": row, **counts},
            done=len(arrivals),
            rows=rows,
            # A file that was counted cannot grow, but the rows of an old operation may be purged.
            total=max(row, 0 if prepared.finished else chunk.operation.total or 0),
            finished=prepared.finished,
            result=counts,
            message=in_words(**counts) if prepared.finished else "",
        )

    def clean_up(self, operation: Operation) -> None:
        """Put the lists away, and the files uploaded ahead that became items."""
        put_staged_away(operation)

    def retry_rows(self, operation: Operation) -> Mapping[str, Any] | None:
        """The rows that failed and whose input was kept whole, into the same dataset."""
        dataset = Dataset.objects.filter(pk=operation.plan["dataset"]).first()
        if dataset is None or not retriable_rows(operation.pk).exists():
            return None
        return {
            "dataset": dataset,
            "fetch": operation.plan["fetch"],
            "failed_rows_of": operation.pk,
        }

    def results(self, operation: Operation) -> Iterator[Mapping[str, Any]]:
        """The items that it made and that are still there, in their order."""
        after = 0
        made = Item.objects.filter(imported_by=operation).order_by("position")
        while True:
            items = list(made.filter(position__gt=after)[:ITEMS_A_QUERY])
            for item in items:
                yield {
                    "item": item.pk,
                    "position": item.position,
                    "name": item.name,
                    "row_data": item.source_url,
                    "global_key": item.global_key,
                    "external_id": item.external_id,
                }
            if len(items) < ITEMS_A_QUERY:
                return
            after = items[-1].position

    def sweep(self) -> None:
        """Files uploaded ahead that nobody used are put away after a day."""
        sweep_unused()


def _dataset(chunk: Chunk) -> Dataset:
    found = Dataset.objects.filter(pk=chunk.plan["dataset"]).first()
    if found is None:
        raise OperationFailed(_("The dataset was deleted meanwhile. Import into another one."))
    return found


def _told(arrivals: Sequence[Arrival]) -> Iterator[Row]:
    for arrival in arrivals:
        if not arrival.is_good:
            yield Row(
                arrival.number, arrival.shown, arrival.outcome, arrival.problem, arrival.input
            )


def in_words(added: int, skipped: int, refused: int) -> str:
    """What became of a list: "150000 items added, 2 refused"."""
    parts = [ngettext("%(count)d item added", "%(count)d items added", added) % {"count": added}]
    if skipped:
        parts.append(
            ngettext("%(count)d was there already", "%(count)d were there already", skipped)
            % {"count": skipped}
        )
    if refused:
        parts.append(_("%(count)d refused") % {"count": refused})
    return ", ".join(parts)
