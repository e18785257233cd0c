"""From rows to records: which annotations say something about an item, and what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import starmap
from operator import attrgetter
from posixpath import splitext
from typing import Any, NamedTuple

from django.db.models import QuerySet

from labeling.core.json_text import decode, text_of
from labeling.exports.naming import Names
from labeling.exports.records import Record
from labeling.exports.scopes import Scope, Which
from labeling.jobs.models import Batch, Job
from labeling.jobs.states import ItemState
from labeling.projects.documents import empty_document
from labeling.projects.models import Item
from labeling.projects.pictures.types import SUFFIXES

Ids = tuple[int, ...]


class ItemRow(NamedTuple):
    """What records need of an item; `file` is its name in the store.

    `labels` is the JSON of its own labels, None without any and where they do not count.
    """

    key: int
    position: int
    name: str
    media_type: str
    width: int
    height: int
    content_hash: str
    file: str
    labels: str | None = None
    labeled_at: datetime | None = None


class _WorkRow(NamedTuple):
    """What records need of a job item; `document` is the JSON of its annotation."""

    item: int
    job: int
    state: str
    reason: str
    skip_reason: str
    version: int
    updated_at: datetime | None
    document: str

    @property
    def is_worked(self) -> bool:
        return self.state != ItemState.NONE or self.version > 0


_ITEM_COLUMNS = (
    "pk",
    "position",
    "name",
    "media_type",
    "width",
    "height",
    "content_hash",
    "file",
)
_WORK_COLUMNS = (
    "item_id",
    "job_id",
    "state",
    "reason",
    "skip_reason",
    "annotation__version",
    "annotation__updated_at",
)


class Gatherer:
    """Makes records of items, some hundred at a time, in a number of queries that stays.

    Rows are plain tuples and documents stay texts until their turn comes, so that one query may
    ask for many items.

    Arguments:
        names: gives each item its path among the written images.
    """

    def __init__(self, scope: Scope, names: Names) -> None:
        self._scope = scope
        self._names = names
        self._takes_own_labels = scope.which == Which.ALL and not scope.is_about_work

    def rows(self, items: QuerySet[Item]) -> list[ItemRow]:
        """The items with what their records need: their own labels only if those count."""
        labels: tuple[Any, ...] = ()
        if self._takes_own_labels:
            labels = text_of("labels__document"), "labels__updated_at"
        return list(starmap(ItemRow, items.values_list(*_ITEM_COLUMNS, *labels)))

    def records(self, items: Sequence[ItemRow], dataset: str) -> Iterator[list[Record]]:
        """The records of each item, in the order of the items; every item has at least one.

        Arguments:
            items: of one dataset, as `rows` reads them.
            dataset: its name.
        """
        work = self._work([item.key for item in items])
        jobs = _facts_of_jobs({each.job for several in work.values() for each in several})
        paths = self._names.give_all(dataset, [(item.key, picture_name(item)) for item in items])
        for item, path in zip(items, paths, strict=True):
            facts: dict[str, Any] = {
                "item": item.key,
                "name": item.name,
                "path": path,
                "width": item.width,
                "height": item.height,
                "content_hash": item.content_hash,
                "dataset": dataset,
            }
            found = [
                Record(**facts, **_work_facts(each), **jobs[each.job])
                for each in self._contributing(work.get(item.key, []))
            ]
            if self._takes_own_labels or not found:
                found.insert(0, Record(**facts, **_own_facts(item)))
            yield found

    def _work(self, items: Sequence[int]) -> Mapping[int, list[_WorkRow]]:
        found: dict[int, list[_WorkRow]] = defaultdict(list)
        rows = self._scope.job_items().filter(item__in=items).order_by()
        columns = rows.values_list(*_WORK_COLUMNS, text_of("annotation__document"))
        # In order here: a database would carry the documents along when it sorts.
        for each in sorted(starmap(_WorkRow, columns), key=attrgetter("job")):
            found[each.item].append(each)
        return found

    def _contributing(self, work: list[_WorkRow]) -> list[_WorkRow]:
        """The job items whose annotations count.

        One that nobody has touched repeats what its item started from, and one that was rejected
        is a mistake as long as somebody has made it good; they count where there is nothing else.
        """
        worked = [each for each in work if each.is_worked]
        good = [each for each in worked if each.state != ItemState.REJECTED]
        if good or worked or self._takes_own_labels:
            return good or worked
        return work


def _facts_of_jobs(keys: Iterable[int]) -> Mapping[int, Mapping[str, Any]]:
    """What records say of their jobs, and of what the batches of those were asked to label.

    A few jobs have many items, so each is read once instead of with every one of them.
    """
    jobs = Job.objects.filter(pk__in=keys).select_related("annotator", "reviewer").in_bulk()
    batches = {job.batch_id for job in jobs.values()}
    classes = _ids_by_batch(Batch.classes.through, "labelclass_id", batches)
    tags = _ids_by_batch(Batch.tags.through, "tagdefinition_id", batches)
    return {
        key: {
            "job": key,
            "job_name": job.name,
            "annotator": job.annotator.name if job.annotator else "",
            "reviewer": job.reviewer.name if job.reviewer else "",
            "began_at": _moment(job.created_at),
            "ended_at": _moment(job.completed_at),
            "classes": classes.get(job.batch_id, ()),
            "tags": tags.get(job.batch_id, ()),
        }
        for key, job in jobs.items()
    }


def _ids_by_batch(through: Any, column: str, batches: Iterable[int]) -> Mapping[int, Ids]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = through.objects.filter(batch_id__in=batches).order_by(column)
    for batch, key in rows.values_list("batch_id", column):
        found[batch].append(key)
    return {batch: tuple(keys) for batch, keys in found.items()}


def _work_facts(each: _WorkRow) -> dict[str, Any]:
    return {
        "document": decode(each.document),
        "state": each.state,
        "reason": each.reason,
        "skip_reason": each.skip_reason,
        "version": each.version,
        "updated_at": _moment(each.updated_at),
    }


def _own_facts(item: ItemRow) -> dict[str, Any]:
    """An item's own labels; what stands for an item that has none is an empty document."""
    if item.labels is None:
        return {"document": empty_document()}
    return {"document": decode(item.labels), "ended_at": _moment(item.labeled_at)}


def _moment(when: datetime | None) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds") if when else ""


def picture_name(item: ItemRow) -> str:
    """The item's name with an ending that fits its bytes: some kinds are kept as others."""
    wanted = SUFFIXES.get(item.media_type, "")
    ending = splitext(item.name)[1].lower()
    fits = ending == wanted or {ending, wanted} == {".jpeg", ".jpg"}
    return item.name if fits else f"{item.name}{wanted}"
