"""From rows to records: which annotations say something about an item, and what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from django.db.models import QuerySet

from labeling.exports.naming import Names
from labeling.exports.records import Record
from labeling.exports.scopes import Scope, Which
from labeling.jobs.models import Batch, Job, JobItem
from labeling.jobs.states import ItemState
from labeling.projects.documents import empty_document
from labeling.projects.models import Item
from labeling.projects.pictures.types import SUFFIXES

Ids = tuple[int, ...]


class Gatherer:
    """Makes records of items, some hundred at a time, in a number of queries that stays.

    Arguments:
        names: gives each item its path among the written images.
    """

    def __init__(self, scope: Scope, names: Names) -> None:
        self._scope = scope
        self._names = names

    def records(self, items: Sequence[Item], dataset: str) -> Iterator[list[Record]]:
        """The records of each item, in the order of the items; every item has at least one.

        Arguments:
            items: of one dataset, as `with_labels` reads them.
            dataset: its name.
        """
        job_items = self._job_items(items)
        jobs = _Jobs({each.job_id for several in job_items.values() for each in several})
        for item in items:
            facts = self._facts(item, dataset)
            found = [
                Record(**facts, **_work_facts(each, jobs))
                for each in self._contributing(job_items[item.pk])
            ]
            if self._takes_own_labels or not found:
                found.insert(0, Record(**facts, **_own_facts(item, self._takes_own_labels)))
            yield found

    def with_labels(self, items: QuerySet[Item]) -> QuerySet[Item]:
        """The items with what their records need: their own labels only if those count."""
        return items.select_related("labels") if self._takes_own_labels else items

    @property
    def _takes_own_labels(self) -> bool:
        return self._scope.which == Which.ALL and not self._scope.is_about_work

    def _job_items(self, items: Sequence[Item]) -> dict[int, list[JobItem]]:
        found: dict[int, list[JobItem]] = defaultdict(list)
        rows = self._scope.job_items().filter(item__in=items).select_related("annotation")
        for each in rows.order_by("item_id", "job_id"):
            found[each.item_id].append(each)
        return found

    def _contributing(self, job_items: list[JobItem]) -> list[JobItem]:
        """The job items whose annotations count.

        One that nobody has touched repeats what its item started from, and one that was rejected
        is a mistake as long as somebody has made it good; they count where there is nothing else.
        """
        worked = [each for each in job_items if _is_worked(each)]
        good = [each for each in worked if each.state != ItemState.REJECTED]
        if good or worked or self._takes_own_labels:
            return good or worked
        return job_items

    def _facts(self, item: Item, dataset: str) -> dict[str, Any]:
        return {
            "item": item.pk,
            "name": item.name,
            "path": self._names.give(item.pk, dataset, picture_name(item)),
            "width": item.width,
            "height": item.height,
            "content_hash": item.content_hash,
            "dataset": dataset,
        }


class _Jobs:
    """The jobs of some records, and what their batches were asked to label.

    A few jobs have many items, so each is read once instead of with every one of them.
    """

    def __init__(self, keys: Iterable[int]) -> None:
        rows = Job.objects.filter(pk__in=keys).select_related("annotator", "reviewer")
        self.by_key = rows.in_bulk()
        batches = {job.batch_id for job in self.by_key.values()}
        self.classes = _ids_by_batch(Batch.classes.through, "labelclass_id", batches)
        self.tags = _ids_by_batch(Batch.tags.through, "tagdefinition_id", batches)


def _ids_by_batch(through: Any, column: str, batches: Iterable[int]) -> Mapping[int, Ids]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = through.objects.filter(batch_id__in=batches).order_by(column)
    for batch, key in rows.values_list("batch_id", column):
        found[batch].append(key)
    return {batch: tuple(keys) for batch, keys in found.items()}


def _is_worked(each: JobItem) -> bool:
    return each.state != ItemState.NONE or each.annotation.version > 0


def _work_facts(each: JobItem, jobs: _Jobs) -> dict[str, Any]:
    job, annotation = jobs.by_key[each.job_id], each.annotation
    return {
        "document": annotation.document,
        "job": job.pk,
        "job_name": job.name,
        "annotator": job.annotator.name if job.annotator else "",
        "reviewer": job.reviewer.name if job.reviewer else "",
        "state": each.state,
        "reason": each.reason,
        "skip_reason": each.skip_reason,
        "version": annotation.version,
        "updated_at": _moment(annotation.updated_at),
        "began_at": _moment(job.created_at),
        "ended_at": _moment(job.completed_at),
        "classes": jobs.classes.get(job.batch_id, ()),
        "tags": jobs.tags.get(job.batch_id, ()),
    }


def _own_facts(item: Item, is_labeled: bool) -> dict[str, Any]:
    """An item's own labels; what stands for an item that has none is an empty document."""
    labels = getattr(item, "labels", None) if is_labeled else None
    if labels is None:
        return {"document": empty_document()}
    return {"document": labels.document, "ended_at": _moment(labels.updated_at)}


def _moment(when: datetime | None) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds") if when else ""


def picture_name(item: Item) -> str:
    """The item's name with an ending that fits its bytes: some kinds are kept as others."""
    wanted = SUFFIXES.get(item.media_type, "")
    ending = PurePosixPath(item.name).suffix.lower()
    fits = ending == wanted or {ending, wanted} == {".jpeg", ".jpg"}
    return item.name if fits else f"{item.name}{wanted}"
