"""Taking pictures in: from staged files and archives to items with thumbnails.

A chunk decodes some pictures and writes their files under names made from their content, which a
repeat after a crash finds again; then, in one transaction, it makes the items. A picture is in a
dataset once, by the hash of its bytes, so that nothing doubles whatever was sent twice.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from zipfile import ZipFile

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Capability
from labeling.operations.kinds import Chunk, Kind, Plan, Row, Step, register_kind
from labeling.operations.models import Operation
from labeling.operations.states import Outcome
from labeling.projects.filing import file_picture
from labeling.projects.keeping import local_copy
from labeling.projects.models import Dataset, Item, StagedFile
from labeling.projects.pictures import (
    MOST_IMAGE_BYTES,
    Entry,
    Picture,
    Refused,
    decode,
    entries_of,
    is_archive,
    opened,
    read_entry,
)
from labeling.projects.staging import put_staged_away

# A chunk ends at whichever comes first: a crash loses little, and the progress moves.
PICTURES_A_CHUNK = 50
BYTES_A_CHUNK = 64 * 1024 * 1024
SECONDS_A_CHUNK = 4.0


@dataclass(frozen=True)
class Arrival:
    """What became of one file before the dataset was asked.

    Attributes:
        item: not saved yet; None for a file that was refused.
        text: why it was refused, or what was changed about it.
    """

    name: str
    item: Item | None
    text: str


@dataclass
class Batchful:
    """The pictures of one chunk, and where the next one begins.

    Attributes:
        staged: key of the last staged file that was gone through to its end.
        entry: how many entries of the following archive were gone through.
        more: units of work that came to light (an archive counted as one file before).
        finished: no staged file is left.
    """

    staged: int
    entry: int
    arrivals: list[Arrival] = field(default_factory=list)
    more: int = 0
    byte_size: int = 0
    finished: bool = False
    began: float = field(default_factory=monotonic)

    @property
    def is_full(self) -> bool:
        """Whether it is time to commit."""
        return bool(self.arrivals) and (
            len(self.arrivals) >= PICTURES_A_CHUNK
            or self.byte_size >= BYTES_A_CHUNK
            or monotonic() - self.began >= SECONDS_A_CHUNK
        )


@register_kind
class UploadImages(Kind):
    """Decode staged files and make items of them, with thumbnails."""

    name = "upload-images"
    label = gettext_lazy("Upload images")
    capability = Capability.MANAGE_PROJECTS
    form = None
    takes_files = True

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Which dataset they go to; the files come later."""
        dataset = data["dataset"]
        return Plan({"dataset": dataset.pk}, label=_("Upload to “%s”") % dataset.name)

    def prepare(self, chunk: Chunk) -> Batchful:
        """Decode some pictures and write their files."""
        cursor = chunk.cursor
        found = Batchful(cursor.get("staged", 0), cursor.get("entry", 0))
        dataset = Dataset.objects.get(pk=chunk.plan["dataset"])
        waiting = StagedFile.objects.filter(operation=chunk.operation)
        # Each file is a picture at least, so a chunk never needs more of them.
        ahead = waiting.filter(pk__gt=found.staged).order_by("pk")[:PICTURES_A_CHUNK]
        for staged in list(ahead):
            self._take(staged, dataset, found, chunk)
            if found.entry:
                return found
            if found.is_full:
                break
        found.finished = not waiting.filter(pk__gt=found.staged).exists()
        return found

    def run_chunk(self, chunk: Chunk, prepared: Batchful) -> Step:
        """Make items of those that the dataset does not have yet."""
        cursor = chunk.cursor
        first = cursor.get("row", 0) + 1
        rows = list(_stored_rows(chunk.plan["dataset"], prepared.arrivals, first))
        counts = {
            "added": cursor.get("added", 0) + _count(rows, Outcome.OK),
            "known": cursor.get("known", 0) + _count(rows, Outcome.SKIPPED),
            "refused": cursor.get("refused", 0) + _count(rows, Outcome.ERROR),
        }
        place = {"staged": prepared.staged, "entry": prepared.entry, "row": first + len(rows) - 1}
        return Step(
            cursor={**place, **counts},
            done=len(rows),
            rows=rows,
            total=(chunk.operation.total or 0) + prepared.more,
            finished=prepared.finished,
            result={"dataset": chunk.plan["dataset"], **counts},
            message=in_words(**counts) if prepared.finished else "",
        )

    def clean_up(self, operation: Operation) -> None:
        """Put the staged files away."""
        put_staged_away(operation)

    def _take(self, staged: StagedFile, dataset: Dataset, found: Batchful, chunk: Chunk) -> None:
        """Go through one staged file, or as much of an archive as fits the chunk."""
        with default_storage.open(str(staged.file.name)) as file:
            packed = is_archive(file)
            raw = b"" if packed or staged.byte_size > MOST_IMAGE_BYTES else file.read()
        if packed:
            self._take_archive(staged, dataset, found, chunk)
            return
        if staged.byte_size > MOST_IMAGE_BYTES:
            most = MOST_IMAGE_BYTES // 1024 // 1024
            refusal = _("It is larger than %(size)d MB.") % {"size": most}
            found.arrivals.append(Arrival(staged.name, None, refusal))
        else:
            found.arrivals.append(_arrival(staged.name, raw, dataset, chunk))
            found.byte_size += len(raw)
        found.staged = staged.pk
        chunk.progress(len(found.arrivals))

    def _take_archive(
        self, staged: StagedFile, dataset: Dataset, found: Batchful, chunk: Chunk
    ) -> None:
        with _at_hand(staged, chunk).open("rb") as file:
            try:
                archive = opened(file)
                entries = entries_of(archive, settings.LABELDESK_MAX_UPLOAD_BYTES)
            except Refused as refused:
                found.arrivals.append(Arrival(staged.name, None, str(refused)))
                found.staged, found.entry = staged.pk, 0
                return
            if found.entry == 0:
                found.more += len(entries) - 1
            for entry in entries[found.entry :]:
                found.arrivals.append(_unpacked(archive, entry, dataset, chunk))
                found.byte_size += archive.infolist()[entry.index].file_size
                found.entry += 1
                chunk.progress(len(found.arrivals))
                if found.is_full:
                    break
            if found.entry == len(entries):
                found.staged, found.entry = staged.pk, 0


def _at_hand(staged: StagedFile, chunk: Chunk) -> Path:
    return local_copy(str(staged.file.name), chunk.scratch() / f"{staged.pk}.zip")


def _unpacked(archive: ZipFile, entry: Entry, dataset: Dataset, chunk: Chunk) -> Arrival:
    try:
        raw = read_entry(archive, entry)
    except Refused as refused:
        return Arrival(entry.name, None, str(refused))
    return _arrival(entry.name, raw, dataset, chunk)


def _arrival(name: str, raw: bytes, dataset: Dataset, chunk: Chunk) -> Arrival:
    """Decode one file, and keep its picture and thumbnail in the store."""
    known = Item(dataset=dataset, content_hash=hashlib.sha256(raw).hexdigest())
    if Item.objects.filter(dataset=dataset, content_hash=known.content_hash).exists():
        # Decoding it once more would change nothing; which picture it is, is asked under the lock.
        return Arrival(name, known, "")
    try:
        picture = decode(raw, settings.LABELDESK_MAX_IMAGE_PIXELS)
    except Refused as refused:
        return Arrival(name, None, str(refused))
    return Arrival(name, _item(name, picture, dataset, chunk), picture.remark)


def _item(name: str, picture: Picture, dataset: Dataset, chunk: Chunk) -> Item:
    item = Item(team_id=dataset.team_id, dataset=dataset, name=name)
    file_picture(item, picture, chunk.scratch())
    return item


def _stored_rows(dataset_id: int, arrivals: Sequence[Arrival], first: int) -> Iterator[Row]:
    """Make the items, and tell what became of each arrival.

    The dataset's row is locked first: two uploads to one dataset take turns, so that positions
    follow each other and the same picture from both is made once.
    """
    Dataset.objects.filter(pk=dataset_id).update(updated_at=timezone.now())
    in_dataset = Item.objects.filter(dataset=dataset_id)
    hashes = {each.item.content_hash for each in arrivals if each.item}
    owners = {
        item.content_hash: item
        for item in in_dataset.filter(content_hash__in=hashes).only("name", "content_hash")
    }
    last = in_dataset.aggregate(last=Max("position"))["last"] or 0
    fresh: dict[str, Item] = {}
    for each in arrivals:
        if each.item and each.item.content_hash not in {*owners, *fresh}:
            each.item.position = last + len(fresh) + 1
            fresh[each.item.content_hash] = each.item
    Item.objects.bulk_create(fresh.values())
    Dataset.objects.filter(pk=dataset_id).update(item_count=F("item_count") + len(fresh))
    for number, each in enumerate(arrivals, first):
        yield _row(number, each, {**owners, **fresh})


def _row(number: int, arrival: Arrival, items: Mapping[str, Item]) -> Row:
    if arrival.item is None:
        return Row(number, arrival.name, Outcome.ERROR, arrival.text)
    item = items[arrival.item.content_hash]
    facts = {"item": item.pk}
    if item is arrival.item:
        return Row(number, arrival.name, Outcome.OK, arrival.text, facts)
    text = _("the same picture as %s") % item.name
    return Row(number, arrival.name, Outcome.SKIPPED, text, facts)


def _count(rows: Sequence[Row], outcome: Outcome) -> int:
    return sum(row.outcome == outcome for row in rows)


def in_words(added: int, known: int, refused: int) -> str:
    """What became of an upload: "362 pictures added, 2 refused"."""
    parts = [
        ngettext("%(count)d picture added", "%(count)d pictures added", added) % {"count": added}
    ]
    if known:
        parts.append(
            ngettext("%(count)d was there already", "%(count)d were there already", known)
            % {"count": known}
        )
    if refused:
        parts.append(_("%(count)d refused") % {"count": refused})
    return ", ".join(parts)
