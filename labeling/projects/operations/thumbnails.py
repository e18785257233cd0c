"""Making thumbnails: of pictures that have none or whose file was lost, or of all anew.

A thumbnail's name is made from its picture's content, and files are written whole or not at all:
what a killed worker has made is found again, and the rows take the names by themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Capability
from labeling.core.key_lists import among
from labeling.operations.kinds import Chunk, Kind, Plan, Row, Step, register_kind
from labeling.operations.models import Operation
from labeling.operations.states import Outcome
from labeling.projects.keeping import keep
from labeling.projects.models import Dataset, Item
from labeling.projects.models.datasets import thumbnail_path
from labeling.projects.pictures import Refused, decode
from labeling.projects.thumbnails import ALL, KIND, found_whole, pictures_of

# A chunk takes no further picture at whichever comes first.
PICTURES_A_CHUNK = 500
SECONDS_A_CHUNK = 4.0
COUNTS = ("made", "failed")


@dataclass
class Made:
    """What became of one picture that was without.

    Attributes:
        number: its place among the pictures, from 1.
        name: of the stored thumbnail.
        problem: why there is none; empty when there is.
    """

    number: int
    item: Item
    name: str = ""
    problem: str = ""


@dataclass
class Look:
    """The pictures of one chunk.

    Attributes:
        after: position of the last one that was looked at.
        looked: how many.
        finished: none is left.
    """

    after: int
    looked: int = 0
    made: list[Made] = field(default_factory=list)
    finished: bool = False


@register_kind
class MakeThumbnails(Kind):
    """Make the small versions of a dataset's pictures."""

    name = KIND
    label = gettext_lazy("Make thumbnails")
    capability = Capability.MANAGE_PROJECTS
    form = None

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Which dataset, and which of its pictures.

        Arguments:
            data: `dataset` (id), `which` (missing or all), and `items` (ids) for only some.
        """
        dataset = Dataset.objects.get(pk=data["dataset"], team=team)
        plan: dict[str, Any] = {"dataset": dataset.pk, "which": data["which"]}
        if "items" in data:
            plan["items"] = sorted(data["items"])
        label = _("Thumbnails of “%s”") % dataset.name
        return Plan(plan, total=_wanted(plan).count(), label=label)

    def prepare(self, chunk: Chunk) -> Look:
        """Look at some pictures, and make the thumbnails that they lack."""
        look = Look(chunk.cursor.get("after", 0))
        first, began = chunk.operation.done + 1, monotonic()
        items = list(
            _wanted(chunk.plan)
            .filter(position__gt=look.after)
            .only("dataset", "position", "name", "content_hash", "file", "thumbnail")
            .order_by("position")[:PICTURES_A_CHUNK]
        )
        for item in items:
            if chunk.plan["which"] == ALL or not _is_there(item):
                anew = chunk.plan["which"] == ALL
                look.made.append(_made(first + look.looked, item, chunk.scratch(), anew))
            look.after = item.position
            look.looked += 1
            chunk.progress(look.looked)
            if monotonic() - began >= SECONDS_A_CHUNK:
                break
        look.finished = look.looked == len(items) < PICTURES_A_CHUNK
        return look

    def run_chunk(self, chunk: Chunk, prepared: Look) -> Step:
        """Let the rows know their thumbnails."""
        for made in prepared.made:
            if made.name and str(made.item.thumbnail.name or "") != made.name:
                same = Item.objects.filter(pk=made.item.pk, content_hash=made.item.content_hash)
                same.update(thumbnail=made.name)
        rows = [_row(each) for each in prepared.made]
        failed = sum(row.outcome == Outcome.ERROR for row in rows)
        news = dict(zip(COUNTS, (len(rows) - failed, failed), strict=True))
        counts = {name: chunk.cursor.get(name, 0) + news[name] for name in COUNTS}
        done = chunk.operation.done + prepared.looked
        if prepared.finished and not counts["failed"] and "items" not in chunk.plan:
            found_whole(chunk.plan["dataset"])
        return Step(
            {"after": prepared.after, **counts},
            done=prepared.looked,
            rows=rows,
            total=done if prepared.finished else None,
            finished=prepared.finished,
            result={"dataset": chunk.plan["dataset"], **counts},
            message=in_words(done, **counts) if prepared.finished else "",
        )

    def retry_rows(self, operation: Operation) -> Mapping[str, Any] | None:
        """Those that could not be made, of a dataset that is still there."""
        dataset = operation.plan["dataset"]
        if not Dataset.objects.filter(pk=dataset).exists():
            return None
        failed = operation.rows.filter(outcome=Outcome.ERROR).values_list("data__item", flat=True)
        return {"dataset": dataset, "which": ALL, "items": list(failed)}


def _wanted(plan: Mapping[str, Any]) -> Any:
    """The pictures to look at; whether a file was lost, only the store knows."""
    items = pictures_of(plan["dataset"])
    return items.filter(pk__in=among(plan["items"])) if "items" in plan else items


def _is_there(item: Item) -> bool:
    return bool(item.thumbnail) and default_storage.exists(str(item.thumbnail.name))


def _made(number: int, item: Item, scratch: Path, anew: bool) -> Made:
    try:
        with item.file.open("rb") as file:
            picture = decode(file.read(), settings.LABELDESK_MAX_IMAGE_PIXELS)
    except FileNotFoundError:
        gone = _("The picture itself is not in the store any more. Upload it again.")
        return Made(number, item, problem=gone)
    except Refused as refused:
        return Made(number, item, problem=str(refused))
    name = thumbnail_path(item, "")
    if anew:
        default_storage.delete(name)
    return Made(number, item, name=keep(name, picture.thumbnail, scratch))


def _row(made: Made) -> Row:
    outcome = Outcome.ERROR if made.problem else Outcome.OK
    return Row(made.number, made.item.name, outcome, made.problem, {"item": made.item.pk})


def in_words(looked: int, made: int, failed: int) -> str:
    """What became of the pictures: "2 thumbnails made of 40 pictures, 1 could not be made"."""
    here = ngettext("%(count)d thumbnail made", "%(count)d thumbnails made", made)
    of = ngettext("%(count)d picture looked at", "%(count)d pictures looked at", looked)
    parts: Sequence[str] = [here % {"count": made}, of % {"count": looked}]
    if failed:
        parts = [*parts, _("%(count)d could not be made") % {"count": failed}]
    return ", ".join(parts)
