"""Purging a deleted dataset: its files, its items and whatever other packages keep about it.

In each chunk the files of some items go first, which may be done twice, and then their rows,
together with all that hangs on them. What hangs on the dataset as a whole follows in bounded
steps, and its own row comes last: until then the work finds what is left, whoever stopped it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.operations.engine import start
from labeling.operations.kinds import Chunk, Kind, OperationFailed, Plan, Step, register_kind
from labeling.operations.models import Operation
from labeling.projects.actions.deleting import refuse_in_use
from labeling.projects.models import Dataset, Item
from labeling.projects.purging import Counts, Purged, parts_from_above, remove_files
from labeling.projects.usage import PURGE, uses_of

ITEMS_A_CHUNK = 200
ROWS_A_CHUNK = 2000
# Purges that one sweep starts at most.
STARTED_AT_ONCE = 100


@register_kind
class DeleteDataset(Kind):
    """Remove a deleted dataset and everything in it for good."""

    name = PURGE
    label = gettext_lazy("Delete a dataset for good")
    capability = Capability.MANAGE_PROJECTS
    form = None

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Which dataset, and when it was deleted: one deleted anew has its days again.

        Arguments:
            data: `dataset` (id).

        Raises:
            Conflict: it is not deleted.
        """
        dataset = Dataset.objects.get(pk=data["dataset"], team=team)
        if dataset.deleted_at is None:
            raise Conflict(_("Delete the dataset first."), state=dataset.lifecycle)
        plan = {
            "dataset": dataset.pk,
            "name": dataset.name,
            "project": dataset.project_id,
            "deleted_at": dataset.deleted_at.isoformat(),
        }
        label = _("Delete “%s” for good") % dataset.name
        return Plan(plan, total=dataset.item_count, label=label)

    def prepare(self, chunk: Chunk) -> Sequence[int]:
        """Remove the files of the next items; of the whole dataset at the end."""
        dataset_id, stage = chunk.plan["dataset"], chunk.cursor.get("stage")
        if stage == "end":
            remove_files(dataset_id)
        if stage != "items":
            return []
        items = Item.objects.filter(dataset=dataset_id).order_by("position")
        keys = []
        for item in items.only("file", "thumbnail")[:ITEMS_A_CHUNK]:
            for stored in (item.file, item.thumbnail):
                if stored:
                    default_storage.delete(str(stored.name))
            keys.append(item.pk)
            chunk.progress(len(keys))
        return keys

    def run_chunk(self, chunk: Chunk, prepared: Sequence[int]) -> Step:
        """Remove rows: of these items, of the rest, or the dataset's own."""
        stage = chunk.cursor.get("stage")
        if stage is None:
            return _begin(chunk)
        if stage == "items":
            return _remove_items(chunk, prepared)
        return _remove_rest(chunk) if stage == "rest" else _end(chunk)

    def sweep(self) -> None:
        """Begin with datasets whose days are over."""
        now = timezone.now()
        started = Operation.objects.filter(
            kind=PURGE,
            subject_type=Dataset._meta.label_lower,
            subject_id=OuterRef("pk"),
            created_by=None,
            created_at__gte=OuterRef("deleted_at"),
        )
        over = now - timedelta(days=settings.LABELDESK_PURGE_DAYS)
        due = Dataset.objects.filter(~Exists(started), deleted_at__lte=over)
        for dataset in due.select_related("team").order_by("deleted_at")[:STARTED_AT_ONCE]:
            if not uses_of(dataset):
                key = f"purge:{dataset.pk}:{dataset.deleted_at:%Y%m%dT%H%M%S%f}"
                data = {"dataset": dataset.pk}
                start(PURGE, None, dataset.team, data, subject=dataset, idempotency_key=key)


def _begin(chunk: Chunk) -> Step:
    """From here on it cannot be restored; if it was, nothing happens to it.

    Raises:
        OperationFailed: somebody works on it again.
    """
    plan, now = chunk.plan, timezone.now()
    deleted_at = datetime.fromisoformat(plan["deleted_at"])
    deleted = Dataset.objects.filter(pk=plan["dataset"], deleted_at=deleted_at)
    if not deleted.update(purge_began_at=Coalesce(F("purge_began_at"), now)):
        told = _("“%s” was restored before this began; nothing was removed.") % plan["name"]
        return Step(finished=True, total=0, result={"removed": {}}, message=told)
    dataset = deleted.get()
    try:
        refuse_in_use(dataset)
    except Conflict as conflict:
        raise OperationFailed(str(conflict.message)) from None
    for part in parts_from_above():
        part.begin(dataset.pk, now)
    return Step({"stage": "items", "removed": {}}, total=dataset.item_count)


def _remove_items(chunk: Chunk, items: Sequence[int]) -> Step:
    removed = chunk.cursor["removed"]
    if not items:
        return _step(chunk, "rest", {})
    for part in parts_from_above():
        removed = added(removed, part.remove_from_items(items))
    Item.objects.filter(pk__in=items).delete()
    dataset = Dataset.objects.filter(pk=chunk.plan["dataset"])
    dataset.update(item_count=F("item_count") - len(items))
    return _step(chunk, "items", added(removed, {"items": len(items)}), done=len(items))


def _remove_rest(chunk: Chunk) -> Step:
    for part in parts_from_above():
        counts = part.remove_rest(chunk.plan["dataset"], ROWS_A_CHUNK)
        if counts:
            return _step(chunk, "rest", added(chunk.cursor["removed"], counts))
    return _step(chunk, "end", chunk.cursor["removed"])


def _end(chunk: Chunk) -> Step:
    """Remove the dataset's own row, and keep one line of history."""
    plan, operation = chunk.plan, chunk.operation
    removed = chunk.cursor["removed"]
    if Item.objects.filter(dataset=plan["dataset"]).exists():
        return _step(chunk, "items", removed)  # somebody put another one in meanwhile
    Dataset.objects.filter(pk=plan["dataset"]).delete()
    purged = Purged(
        team_id=operation.team_id,
        project_id=plan["project"],
        dataset_id=plan["dataset"],
        name=plan["name"],
        actor_id=operation.created_by_id,
        at=timezone.now(),
        counts=removed,
    )
    for part in parts_from_above():
        part.record(purged)
    return Step(
        finished=True,
        total=operation.done,
        result={"dataset": plan["dataset"], "name": plan["name"], "removed": removed},
        message=in_words(removed) + ".",
    )


def _step(chunk: Chunk, stage: str, removed: Counts, done: int = 0) -> Step:
    removed = removed or chunk.cursor["removed"]
    return Step(
        {"stage": stage, "removed": removed},
        done=done,
        result={"dataset": chunk.plan["dataset"], "removed": removed},
        # What a canceled purge leaves behind is said where it stopped.
        message=_("%s so far; what is left stays deleted.") % in_words(removed),
    )


def added(before: Counts, more: Counts) -> Counts:
    """Two counts as one."""
    return {
        name: before.get(name, 0) + more.get(name, 0)
        for name in {**before, **more}
        if before.get(name, 0) + more.get(name, 0)
    }


def in_words(removed: Counts) -> str:
    """ "120 items and 4 jobs removed"."""
    items, jobs = removed.get("items", 0), removed.get("jobs", 0)
    told = ngettext("%(count)d item", "%(count)d items", items) % {"count": items}
    if jobs:
        words = ngettext("%(count)d job", "%(count)d jobs", jobs) % {"count": jobs}
        told = _("%(items)s and %(jobs)s") % {"items": told, "jobs": words}
    return _("%s removed") % told
