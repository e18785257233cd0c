"""Bringing labels in: files are read into lines first, and then stored some hundred at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actor import Actor
from accounts.roles import Capability
from labeling.core.errors import Invalid
from labeling.core.workflow import actions, perform
from labeling.exports.formats import formats
from labeling.exports.item_index import FoundItem, ItemIndex
from labeling.exports.operations.import_form import AUTO, Existing, ImportForm
from labeling.exports.records import ReadRecord, RowError, Schema
from labeling.exports.resolving import resolve
from labeling.exports.schema import schema_of
from labeling.exports.spools import Spool
from labeling.exports.unpacking import Survey, from_line, read_staged, spool_lines
from labeling.operations.kinds import Chunk, Kind, Plan, Restart, Row, Step, register_kind
from labeling.operations.models import Operation
from labeling.operations.states import Outcome
from labeling.projects.documents import Document, merged
from labeling.projects.keeping import remove_folder
from labeling.projects.labels import store_many_labels
from labeling.projects.models import Dataset, Item, ItemLabels, Project, StagedFile
from labeling.projects.models.datasets import staged_folder
from labeling.projects.staging import refuse_archived

# A chunk ends at whichever comes first: its transaction stays short on a busy database.
RECORDS_A_CHUNK = 200
SECONDS_A_CHUNK = 2.0


@dataclass(frozen=True)
class Reading:
    """What reading the files came to."""

    lines: int
    classes: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass
class Findings:
    """The lines of one chunk: documents by item, and what is reported, in the order of the file.

    Attributes:
        end: where in the file of lines the next chunk begins, bytes.
        is_last: the end of the file of lines was met.
        begun: items that an earlier chunk has stored labels of already.
    """

    end: int
    lines: int = 0
    is_last: bool = False
    documents: dict[int, Document] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    told: list[tuple[Outcome, str, str, dict[str, Any]]] = field(default_factory=list)


@register_kind
class ImportAnnotations(Kind):
    """Read annotation files into the labels of a dataset's items.

    Files are matched with items, names with classes; what does not fit is a row of its own, and
    the rest goes in. Storing the same file again gives the same labels, so work that is done twice
    doubles nothing.
    """

    name = "import-annotations"
    label = gettext_lazy("Import annotations")
    capability = Capability.MANAGE_PROJECTS
    form = ImportForm
    takes_files = True

    def form_kwargs(self, obj: Any, actor: Any) -> dict[str, Any]:
        """The team and the actor decide which datasets there are."""
        return {"team": obj, "actor": actor}

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze the choices; the files are staged by whoever starts it."""
        dataset = data["dataset"]
        refuse_archived(dataset)
        return Plan(
            {
                "dataset": dataset.pk,
                "project": dataset.project_id,
                "format": data["format"],
                "existing": data["existing"],
                "create_classes": data["create_classes"],
                "create_tags": data["create_tags"],
            },
            label=_("Import of %(format)s into “%(dataset)s”")
            % {"format": _format_in_words(data["format"]), "dataset": dataset.name},
        )

    def prepare(self, chunk: Chunk) -> Reading | Findings:
        """Read the files, or find out what the next lines mean for which item."""
        if "at" in chunk.cursor:
            return _find(chunk)
        return _read(chunk)

    def run_chunk(self, chunk: Chunk, prepared: Reading | Findings) -> Step:
        """Make missing classes and tags, or store labels."""
        if isinstance(prepared, Reading):
            return _make_schema(chunk, prepared)
        return _store(chunk, prepared)

    def clean_up(self, operation: Operation) -> None:
        """Put the staged files away."""
        for staged in StagedFile.objects.filter(operation=operation).iterator():
            default_storage.delete(str(staged.file.name))
        StagedFile.objects.filter(operation=operation).delete()
        remove_folder(staged_folder(operation.pk))


def _format_in_words(name: str) -> Any:
    return _("annotations") if name == AUTO else formats[name].label


def _read(chunk: Chunk) -> Reading:
    schema, survey = schema_of(chunk.plan["project"]), Survey()
    staged = StagedFile.objects.filter(operation=chunk.operation).order_by("pk")
    name = chunk.plan["format"]
    format_ = None if name == AUTO else formats[name]
    found = read_staged(staged, format_, schema, chunk.scratch())
    spool = Spool(_lines_path(chunk))
    try:
        lines = spool_lines(found, spool, survey, chunk.progress)
    finally:
        spool.close()
    return Reading(lines, survey.missing_classes(schema), survey.missing_tags(schema))


def _make_schema(chunk: Chunk, reading: Reading) -> Step:
    """Offer what the files name and the project lacks, as the person who asked for it."""
    told: list[tuple[Outcome, str, str, dict[str, Any]]] = []
    plan, classes, tags = chunk.plan, list[str](), list[str]()
    if plan["create_classes"]:
        wanted = {name: {"shape": shape} for name, shape in reading.classes.items()}
        classes = _make(chunk, "add-class", wanted, told)
    # An import that was started before tags could be made has no word about it.
    if plan.get("create_tags"):
        wanted = {name: {"value_type": kind} for name, kind in reading.tags.items()}
        tags = _make(chunk, "add-tag", wanted, told)
    rows = list(_rows(told, 1))
    return Step(
        cursor={"at": 0, "row": len(rows), "records": 0, "objects": 0},
        total=reading.lines,
        rows=rows,
        result={"dataset": plan["dataset"], "classes": classes, "tags": tags},
    )


def _make(
    chunk: Chunk,
    verb: str,
    wanted: Mapping[str, Mapping[str, str]],
    told: list[tuple[Outcome, str, str, dict[str, Any]]],
) -> list[str]:
    """Do the verb for each name; answers those that were made, and tells the others."""
    project = Project.objects.get(pk=chunk.plan["project"])
    actor, made = Actor.for_user(_person(chunk)), []
    for name, facts in wanted.items():
        try:
            perform(actions[Project, verb], project, actor, {"name": name, **facts})
        except Invalid as refusal:
            told.append((Outcome.ERROR, name[:200], _in_one_line(refusal), {}))
        else:
            made.append(name)
    return made


def _find(chunk: Chunk) -> Findings:
    schema = schema_of(chunk.plan["project"])
    findings = Findings(chunk.cursor["at"])
    with ItemIndex(chunk.scratch() / "items") as index, _open_lines(chunk) as lines:
        if not index.is_built:
            index.build(_items_of(chunk))
        lines.seek(findings.end)
        began = monotonic()
        while findings.lines < RECORDS_A_CHUNK and monotonic() - began < SECONDS_A_CHUNK:
            line = lines.readline()
            if not line:
                findings.is_last = True
                break
            _take(from_line(line), index, schema, findings)
            findings.lines += 1
            findings.end = lines.tell()
            chunk.progress(findings.lines)
        findings.begun = {
            item for item in findings.documents if not index.is_first(item, chunk.cursor["at"])
        }
    return findings


def _take(
    found: ReadRecord | RowError, index: ItemIndex, schema: Schema, findings: Findings
) -> None:
    if isinstance(found, RowError):
        findings.told.append((Outcome.ERROR, found.place, found.message, {}))
        return
    item = index.find(found)
    if not isinstance(item, FoundItem):
        findings.told.append((Outcome.ERROR, found.place, item, {}))
        return
    document, errors = resolve(found, schema, item.width, item.height)
    findings.told += [(Outcome.ERROR, each.place, each.message, {}) for each in errors]
    if errors and not (document["objects"] or document["tags"]):
        return
    before = findings.documents.get(item.pk)
    findings.documents[item.pk] = merged(before, document) if before else document
    facts = {"item": item.pk, "objects": len(document["objects"])}
    findings.told.append((Outcome.OK, found.place, "", facts))


def _store(chunk: Chunk, findings: Findings) -> Step:
    cursor = chunk.cursor
    items = Item.objects.select_for_update().in_bulk(list(findings.documents))
    # Several files may speak of one image; only the first of them replaces what was there.
    adds = chunk.plan["existing"] == Existing.ADD
    kept = _stored_documents(list(findings.documents) if adds else list(findings.begun))
    documents = {
        pk: merged(kept[pk], each) if pk in kept else each
        for pk, each in findings.documents.items()
    }
    store_many_labels([(items[pk], each) for pk, each in documents.items() if pk in items])
    rows = list(_rows(findings.told, cursor["row"] + 1))
    good = [each for outcome, _place, _message, each in findings.told if outcome == Outcome.OK]
    counts = {
        "records": cursor["records"] + len(good),
        "objects": cursor["objects"] + sum(each["objects"] for each in good),
    }
    finished = findings.is_last
    errors = chunk.operation.error_count + len(findings.told) - len(good)
    return Step(
        cursor={"at": findings.end, "row": cursor["row"] + len(rows), **counts},
        done=findings.lines,
        rows=rows,
        finished=finished,
        result=counts,
        message=_in_words(errors=errors, **counts) if finished else "",
    )


def _stored_documents(keys: list[int]) -> dict[int, Document]:
    rows = ItemLabels.objects.filter(item__in=keys)
    return dict(rows.values_list("item", "document"))


def _items_of(chunk: Chunk) -> Iterator[tuple[int, str, str, int, int]]:
    dataset = Dataset.objects.get(pk=chunk.plan["dataset"])
    columns = ("pk", "name", "content_hash", "width", "height")
    for number, row in enumerate(dataset.items.values_list(*columns).iterator(chunk_size=2000)):
        if number % 1000 == 0:
            chunk.progress(0)
        yield row


def _rows(told: list[tuple[Outcome, str, str, dict[str, Any]]], first: int) -> Iterator[Row]:
    for number, (outcome, place, message, facts) in enumerate(told, first):
        yield Row(number, place, outcome, message, facts)


def _lines_path(chunk: Chunk) -> Path:
    return chunk.scratch() / "lines"


def _open_lines(chunk: Chunk) -> Any:
    try:
        return _lines_path(chunk).open("rb")
    except FileNotFoundError:
        raise Restart from None


def _person(chunk: Chunk) -> Any:
    return chunk.operation.created_by


def _in_one_line(refusal: Invalid) -> str:
    errors = refusal.as_dict()["errors"]
    texts = [text for several in errors.values() for text in several]
    return " ".join(texts) or str(refusal.message)


def _in_words(records: int, objects: int, errors: int) -> str:
    images = ngettext("%(n)d image", "%(n)d images", records) % {"n": records}
    labels = ngettext("%(n)d object", "%(n)d objects", objects) % {"n": objects}
    told = _("%(objects)s on %(images)s imported.") % {"objects": labels, "images": images}
    if not errors:
        return told
    left = ngettext("%(n)d problem is reported.", "%(n)d problems are reported.", errors)
    return f"{told} {left % {'n': errors}}"
