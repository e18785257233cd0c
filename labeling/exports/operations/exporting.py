"""Taking labels out: gathered chunk by chunk into files in the making, then packed into a ZIP."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Capability
from labeling.exports.archiving import add_image, write_archive
from labeling.exports.formats import Format, formats
from labeling.exports.gathering import Gatherer
from labeling.exports.naming import Names, safe_name
from labeling.exports.operations.export_form import ExportForm
from labeling.exports.records import Schema
from labeling.exports.schema import schema_of
from labeling.exports.scopes import Scope, ScopeKind, Which
from labeling.exports.spools import Spool
from labeling.operations.kinds import Chunk, Kind, Plan, Row, Step, register_kind
from labeling.operations.states import Outcome
from labeling.projects.models import Dataset, Project

# A chunk ends at whichever comes first: a crash loses little, and a cancel is heard soon.
ITEMS_A_QUERY = 500
SECONDS_A_CHUNK = 3.0

Cursor = dict[str, Any]


@register_kind
class Export(Kind):
    """Write the labels of a project, dataset, batch or job as files of one format.

    The cursor says how much of the files in the making counts, so a chunk that is done again after
    a crash overwrites what it had written. Nothing but the operation itself changes in the
    database: when the files are lost, it begins again.
    """

    name = "export"
    label = gettext_lazy("Export")
    capability = Capability.EXPORT
    form = ExportForm

    def form_kwargs(self, obj: Any, actor: Any) -> dict[str, Any]:
        """The team and the actor decide what there is to export."""
        return {"team": obj, "actor": actor}

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze what it is of, up to the items that are there now."""
        subject, chosen = data["subject"], formats[data["format"]]
        scope = Scope(ScopeKind(data["scope"]), subject.pk, Which(data["which"]))
        total = scope.count()
        return Plan(
            {
                "scope": scope.kind,
                "id": scope.key,
                "which": scope.which,
                "format": chosen.name,
                "images": data["images"],
                "project": subject.pk if isinstance(subject, Project) else subject.project_id,
                "name": str(subject),
                "datasets": scope.datasets(),
            },
            total=total * 2 if data["images"] else total,
            label=_("Export of “%(name)s” as %(format)s")
            % {"name": subject, "format": chosen.label},
        )

    def prepare(self, chunk: Chunk) -> Step:
        """Gather some items, or pack what was gathered: all of the work is on files."""
        if chunk.cursor.get("is_gathered"):
            return self._pack(chunk)
        return self._gather(chunk)

    def run_chunk(self, chunk: Chunk, prepared: Step) -> Step:
        """Nothing of ours is in the database."""
        return prepared

    def _gather(self, chunk: Chunk) -> Step:
        cursor, folder = dict(chunk.cursor), chunk.scratch()
        format_, schema = _format_and_schema(chunk)
        writer = format_.writer(folder, schema, cursor.get("writer", {}))
        images = Spool(folder / "images", cursor.get("images", 0))
        done = 0
        with closing(writer), closing(images), Names(folder / "names") as names:
            gatherer, began = Gatherer(_scope(chunk), names), monotonic()
            while True:
                items, dataset = _next_items(chunk, cursor, gatherer)
                for item, records in zip(items, gatherer.records(items, dataset), strict=True):
                    writer.add(records)
                    add_image(images, records[0].path, str(item.file.name))
                done += len(items)
                chunk.progress(done)
                if cursor.get("is_gathered") or monotonic() - began > SECONDS_A_CHUNK:
                    break
        cursor |= {"writer": writer.close(), "images": images.end}
        cursor["items"] = cursor.get("items", 0) + done
        return Step(cursor=cursor, done=done, total=_enough(chunk, done))

    def _pack(self, chunk: Chunk) -> Step:
        cursor, folder = chunk.cursor, chunk.scratch()
        format_, schema = _format_and_schema(chunk)
        writer = format_.writer(folder, schema, cursor["writer"])
        writer.close()
        images = Spool(folder / "images", cursor["images"])
        images.close()
        result = folder / "result.zip"
        missing = write_archive(
            result,
            writer.members(),
            images if chunk.plan["images"] else None,
            chunk.operation.created_at,
            chunk.progress,
        )
        file = chunk.keep(result, f"{safe_name(chunk.plan['name'])} {format_.name}.zip")
        done = cursor["items"] if chunk.plan["images"] else 0
        return Step(
            cursor=cursor,
            done=done,
            total=chunk.operation.done + done,
            rows=_missing_rows(missing),
            finished=True,
            result=_facts(cursor["items"], writer.dropped, result),
            message=_in_words(cursor["items"], writer.dropped),
            file=file,
        )


def _scope(chunk: Chunk) -> Scope:
    plan = chunk.plan
    return Scope(ScopeKind(plan["scope"]), plan["id"], Which(plan["which"]))


def _format_and_schema(chunk: Chunk) -> tuple[Format, Schema]:
    return formats[chunk.plan["format"]], schema_of(chunk.plan["project"])


def _next_items(chunk: Chunk, cursor: Cursor, gatherer: Gatherer) -> tuple[list[Any], str]:
    """The next items of the dataset in turn, with its name; moves the cursor behind them."""
    datasets = chunk.plan["datasets"]
    at = cursor.get("dataset", 0)
    if at >= len(datasets):
        cursor["is_gathered"] = True
        return [], ""
    key, last = datasets[at]
    ahead = _scope(chunk).items(key, last).filter(position__gt=cursor.get("position", -1))
    items = list(gatherer.with_labels(ahead)[:ITEMS_A_QUERY])
    if len(items) < ITEMS_A_QUERY:
        cursor |= {"dataset": at + 1, "position": -1}
    else:
        cursor["position"] = items[-1].position
    return items, Dataset.objects.values_list("name", flat=True).get(pk=key)


def _enough(chunk: Chunk, done: int) -> int:
    """The total; more items may have been accepted since the plan was made."""
    return max(chunk.operation.total or 0, chunk.operation.done + done)


def _missing_rows(paths: list[str]) -> list[Row]:
    told = _("The store does not have this image any more.")
    return [Row(number, path, Outcome.ERROR, told) for number, path in enumerate(paths, 1)]


def _facts(items: int, dropped: Mapping[str, int], result: Path) -> dict[str, Any]:
    return {"items": items, "left_out": dict(dropped), "bytes": result.stat().st_size}


def _in_words(items: int, dropped: Mapping[str, int]) -> str:
    told = ngettext("%(n)d image.", "%(n)d images.", items) % {"n": items}
    left_out = sum(dropped.values())
    if not left_out:
        return told
    lost = ngettext(
        "%(n)d object does not fit into this format and was left out.",
        "%(n)d objects do not fit into this format and were left out.",
        left_out,
    )
    return f"{told} {lost % {'n': left_out}}"
