"""Taking labels out: gathered chunk by chunk into files in the making, then packed into a ZIP."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actor import Actor
from accounts.roles import Capability
from labeling.core.listing import FilterError
from labeling.exports.archiving import add_image, write_archive
from labeling.exports.formats import Format, Writer, formats
from labeling.exports.gathering import Gatherer, ItemRow
from labeling.exports.item_filter import ItemFilter
from labeling.exports.naming import Names, safe_name
from labeling.exports.operations.export_form import ExportForm
from labeling.exports.records import Schema
from labeling.exports.schema import schema_of
from labeling.exports.scopes import Scope, ScopeKind, Which
from labeling.exports.spools import Spool
from labeling.operations.kinds import Chunk, Kind, OperationFailed, Plan, Row, Step, register_kind
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
        narrowed = data["filter"]
        scope = Scope(ScopeKind(data["scope"]), subject.pk, Which(data["which"]), narrowed)
        total = scope.count()
        return Plan(
            {
                "scope": scope.kind,
                "id": scope.key,
                "which": scope.which,
                "filter": narrowed.query if narrowed else "",
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
        done = unseen = 0
        with closing(writer), closing(images), Names(folder / "names") as names:
            gatherer, began = Gatherer(_scope(chunk), names), monotonic()
            while True:
                items, dataset = _next_items(chunk, cursor, gatherer)
                for item, records in zip(items, gatherer.records(items, dataset), strict=True):
                    if item.width or format_.holds_unseen:
                        writer.add(records)
                    else:
                        unseen += 1
                    if chunk.plan["images"]:
                        add_image(images, format_.image_path(records[0].path), item.file)
                    done += 1
                    chunk.progress(done)
                if cursor.get("is_gathered") or monotonic() - began > SECONDS_A_CHUNK:
                    break
        cursor |= {"writer": writer.close(), "images": images.end}
        cursor["items"] = cursor.get("items", 0) + done
        cursor["unseen"] = cursor.get("unseen", 0) + unseen
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
            result=_facts(cursor, writer, result),
            message=_in_words(cursor, writer),
            file=file,
        )


def _scope(chunk: Chunk) -> Scope:
    plan, narrowed = chunk.plan, None
    if plan.get("filter"):
        actor = Actor.for_user(_person(chunk))
        try:
            narrowed = ItemFilter.parse(plan["filter"], actor)
        except FilterError:
            told = _("The filter names something that is gone meanwhile. Export again.")
            raise OperationFailed(told) from None
    return Scope(ScopeKind(plan["scope"]), plan["id"], Which(plan["which"]), narrowed)


def _person(chunk: Chunk) -> Any:
    return chunk.operation.created_by


def _format_and_schema(chunk: Chunk) -> tuple[Format, Schema]:
    return formats[chunk.plan["format"]], schema_of(chunk.plan["project"])


def _next_items(chunk: Chunk, cursor: Cursor, gatherer: Gatherer) -> tuple[list[ItemRow], str]:
    """The next items of the dataset in turn, with its name; moves the cursor behind them."""
    datasets = chunk.plan["datasets"]
    at = cursor.get("dataset", 0)
    if at >= len(datasets):
        cursor["is_gathered"] = True
        return [], ""
    key, last = datasets[at]
    ahead = _scope(chunk).items(key, last).filter(position__gt=cursor.get("position", -1))
    items = gatherer.rows(ahead[:ITEMS_A_QUERY])
    if len(items) < ITEMS_A_QUERY:
        cursor |= {"dataset": at + 1, "position": -1}
    else:
        cursor["position"] = items[-1].position
    return items, Dataset.objects.values_list("name", flat=True).get(pk=key)


def _enough(chunk: Chunk, done: int) -> int:
    """The total; more items may have been accepted since the plan was made."""
    return max(chunk.operation.total or 0, chunk.operation.done + done)


def _missing_rows(paths: list[str]) -> list[Row]:
    told = _("There is no file of this image here: it was never fetched, or it is lost.")
    return [Row(number, path, Outcome.ERROR, told) for number, path in enumerate(paths, 1)]


def _facts(cursor: Mapping[str, Any], writer: Writer, result: Path) -> dict[str, Any]:
    return {
        "items": cursor["items"] - cursor.get("unseen", 0),
        "never_fetched": cursor.get("unseen", 0),
        "left_out": dict(writer.dropped),
        "reduced": dict(writer.reduced),
        "tags_left_out": writer.dropped_tags,
        "bytes": result.stat().st_size,
    }


def _in_words(cursor: Mapping[str, Any], writer: Writer) -> str:
    """What went out, and each thing that the format could not hold."""
    unseen = cursor.get("unseen", 0)
    items = cursor["items"] - unseen
    left_out, reduced = sum(writer.dropped.values()), sum(writer.reduced.values())
    told = [ngettext("%(n)d image.", "%(n)d images.", items) % {"n": items}]
    if unseen:
        lacking = ngettext(
            "%(n)d image was never fetched, so its size is unknown and it was left out.",
            "%(n)d images were never fetched, so their size is unknown and they were left out.",
            unseen,
        )
        told.append(lacking % {"n": unseen})
    if left_out:
        lost = ngettext(
            "%(n)d object does not fit into this format and was left out.",
            "%(n)d objects do not fit into this format and were left out.",
            left_out,
        )
        told.append(lost % {"n": left_out})
    if reduced:
        simpler = ngettext(
            "%(n)d object was written in a simpler shape.",
            "%(n)d objects were written in simpler shapes.",
            reduced,
        )
        told.append(simpler % {"n": reduced})
    if writer.dropped_tags:
        lost = ngettext("%(n)d tag was left out.", "%(n)d tags were left out.", writer.dropped_tags)
        told.append(lost % {"n": writer.dropped_tags})
    return " ".join(told)
