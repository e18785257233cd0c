"""Fetching the pictures of references before anybody waits for them.

Several are fetched at a time, in threads, while no transaction is open; then their rows take them
by compare-and-set. Files have names made from their content, so that what a killed worker has
fetched is found again, and a picture that somebody opened meanwhile stays as it is.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Capability
from labeling.operations.kinds import Chunk, Kind, Plan, Row, Step, register_kind
from labeling.operations.models import Operation
from labeling.operations.states import Outcome
from labeling.projects.models import Dataset, Item
from labeling.projects.referencing import PictureMissing, bring, keep_brought, missing

AT_A_TIME = 8
# A chunk takes no further picture at whichever comes first.
PICTURES_A_CHUNK = 200
SECONDS_A_CHUNK = 4.0
# For one picture: nobody waits in front of it, but the others behind it do.
SECONDS_A_PICTURE = 30.0
LISTEN = 0.25
COUNTS = ("fetched", "known", "failed")


class _GivenUp(Exception):
    """Nobody wants this picture any more."""


@dataclass
class Haul:
    """The pictures of one chunk in the order of their items.

    Attributes:
        after: key of the last item that was gone through.
        brought: each item with why its picture did not come; None when it did.
        finished: no item is left.
    """

    after: int
    brought: dict[int, tuple[Item, str | None]] = field(default_factory=dict)
    finished: bool = False


@register_kind
class FetchImages(Kind):
    """Fetch the pictures of a dataset's references that are not here yet."""

    name = "fetch-images"
    label = gettext_lazy("Fetch pictures")
    capability = Capability.MANAGE_PROJECTS
    form = None

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Which dataset, and up to which item: what is imported later is another's work.

        Arguments:
            data: `dataset` (id), and `items` (ids) where only some of them are meant.
        """
        dataset = Dataset.objects.get(pk=data["dataset"], team=team)
        wanted = missing(Item.objects.filter(dataset=dataset)).order_by("pk")
        plan: dict[str, Any] = {"dataset": dataset.pk}
        if "items" in data:
            plan["items"] = sorted(data["items"])
            total = len(plan["items"])
        else:
            last = wanted.last()
            plan["until"] = last.pk if last else 0
            total = wanted.count()
        return Plan(plan, total=total, label=_("Fetch the pictures of “%s”") % dataset.name)

    def prepare(self, chunk: Chunk) -> Haul:
        """Fetch and decode some pictures and write their files."""
        items, after, finished = _ahead(chunk.plan, chunk.cursor.get("after", 0))
        haul = Haul(after, finished=finished)
        given_up = Event()
        pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="fetch-images")
        try:
            _fetch(items, haul, chunk, pool, given_up)
        finally:
            # Not waited for: who cancels does not wait for the slowest host.
            given_up.set()
            pool.shutdown(wait=False, cancel_futures=True)
        return haul

    def run_chunk(self, chunk: Chunk, prepared: Haul) -> Step:
        """Let the rows take their pictures."""
        cursor, haul = chunk.cursor, prepared
        first = cursor.get("row", 0) + 1
        found = [haul.brought[pk] for pk in sorted(haul.brought)]
        rows = [_row(number, *each) for number, each in enumerate(found, first)]
        outcomes = (Outcome.OK, Outcome.SKIPPED, Outcome.ERROR)
        counts = {
            name: cursor.get(name, 0) + sum(row.outcome == outcome for row in rows)
            for name, outcome in zip(COUNTS, outcomes, strict=True)
        }
        last = first + len(rows) - 1
        return Step(
            cursor={"after": haul.after, "row": last, **counts},
            done=len(rows),
            rows=rows,
            # Those that somebody opened meanwhile are nobody's work any more.
            total=last if haul.finished else None,
            finished=haul.finished,
            result={"dataset": chunk.plan["dataset"], **counts},
            message=in_words(**counts) if haul.finished else "",
        )

    def retry_rows(self, operation: Operation) -> Mapping[str, Any] | None:
        """Those whose picture did not come, while their dataset is there."""
        if not Dataset.objects.filter(pk=operation.plan["dataset"]).exists():
            return None
        failed = operation.rows.filter(outcome=Outcome.ERROR).values_list("data__item", flat=True)
        return {"dataset": operation.plan["dataset"], "items": list(failed)}


def _ahead(plan: Mapping[str, Any], after: int) -> tuple[Sequence[Item], int, bool]:
    """The items of the next chunk, the key to go on after, and whether they are the last."""
    wanted = missing(Item.objects.filter(dataset=plan["dataset"])).order_by("pk")
    wanted = wanted.defer("metadata", "attachments")
    if "items" in plan:
        begin = bisect_right(plan["items"], after)
        keys = plan["items"][begin : begin + PICTURES_A_CHUNK]
        is_last = begin + len(keys) >= len(plan["items"])
        return list(wanted.filter(pk__in=keys)), keys[-1] if keys else after, is_last
    items = list(wanted.filter(pk__gt=after, pk__lte=plan["until"])[:PICTURES_A_CHUNK])
    return items, items[-1].pk if items else after, len(items) < PICTURES_A_CHUNK


def _fetch(
    items: Sequence[Item], haul: Haul, chunk: Chunk, pool: ThreadPoolExecutor, given_up: Event
) -> None:
    """Fetch items in their order, several at a time, for as long as a chunk lasts."""
    scratch, began = chunk.scratch(), monotonic()
    ahead: Iterator[Item] = iter(items)
    waiting: dict[Future[str | None], Item] = {}

    def go_on(item: Item) -> None:
        waiting[pool.submit(_brought, item, scratch, given_up)] = item

    for item in ahead:
        go_on(item)
        while len(waiting) >= AT_A_TIME:
            _collect(waiting, haul, chunk)
        if monotonic() - began >= SECONDS_A_CHUNK:
            haul.after, haul.finished = _stopped_at(item, next(ahead, None), haul)
            break
    while waiting:
        _collect(waiting, haul, chunk)


def _stopped_at(item: Item, following: Item | None, haul: Haul) -> tuple[int, bool]:
    """Where the next chunk begins when time is over: as planned if this was the last one."""
    return (haul.after, haul.finished) if following is None else (item.pk, False)


def _collect(waiting: dict[Future[str | None], Item], haul: Haul, chunk: Chunk) -> None:
    finished, _unfinished = wait(waiting, timeout=LISTEN, return_when=FIRST_COMPLETED)
    for future in finished:
        item = waiting.pop(future)
        haul.brought[item.pk] = (item, future.result())
    chunk.progress(len(haul.brought))


def _brought(item: Item, scratch: Any, given_up: Event) -> str | None:
    """In a thread: why the picture of an item did not come; None when it did."""

    def listen() -> None:
        if given_up.is_set():
            raise _GivenUp

    try:
        bring(item, scratch, seconds=SECONDS_A_PICTURE, progress=listen)
    except PictureMissing as gone:
        return str(gone.message)
    return None


def _row(number: int, item: Item, problem: str | None) -> Row:
    facts = {"item": item.pk}
    if problem is None:
        try:
            is_ours = keep_brought(item)
        except PictureMissing as gone:
            problem = str(gone.message)
        else:
            outcome = Outcome.OK if is_ours else Outcome.SKIPPED
            text = "" if is_ours else _("It was opened, and so fetched, meanwhile.")
            return Row(number, item.name, outcome, text, facts)
    return Row(number, item.name, Outcome.ERROR, problem, facts)


def in_words(fetched: int, known: int, failed: int) -> str:
    """What became of the pictures: "362 pictures fetched, 2 did not come"."""
    here = fetched + known
    told = ngettext("%(count)d picture fetched", "%(count)d pictures fetched", here)
    parts = [told % {"count": here}]
    if failed:
        parts.append(_("%(count)d did not come") % {"count": failed})
    return ", ".join(parts)
