"""Pictures for the rows of an import: uploaded ahead, copied, or fetched from their address."""

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from accounts.actor import Actor
from labeling.core.key_lists import among
from labeling.operations.kinds import Chunk
from labeling.projects.filing import copy_picture, file_picture
from labeling.projects.item_rows import is_address, item_in
from labeling.projects.models import Dataset, Item
from labeling.projects.operations.item_arrivals import Arrival
from labeling.projects.pictures import MOST_IMAGE_BYTES, Refused, decode
from labeling.projects.referencing import PictureMissing, bring
from labeling.projects.uploads_ahead import key_in, uploaded_ahead

FETCHED_AT_ONCE = 8
SECONDS_A_PICTURE = 30.0
# Between two looks at whether the work is still wanted, in seconds.
GLANCE = 0.25


class _Unwanted(Exception):
    """The chunk ended under the hands of who fetches for it."""


def add_uploaded(chunk: Chunk, dataset: Dataset, arrivals: Sequence[Arrival]) -> None:
    """Give the rows that name an uploaded file its picture; those whose file is gone are refused.

    A row with an address of somebody else's that only looks like ours stays a reference.
    """
    wanted = [
        (arrival, arrival.row, key)
        for arrival in arrivals
        if arrival.row and (key := key_in(arrival.row.row_data))
    ]
    files = uploaded_ahead(chunk.operation, [key for _arrival, _row, key in wanted])
    for arrival, row, key in wanted:
        arrival.staged = files.get(key)
        if arrival.staged is not None:
            if not row.external_id and not row.global_key:
                arrival.row = row._replace(name=arrival.staged.name)
            _decode(arrival, dataset, chunk.scratch())
        elif not is_address(row.row_data) or row.row_data.startswith(settings.LABELDESK_URL):
            arrival.refuse(
                _(
                    "row_data: there is no file of yours under this key. Upload it (again): a "
                    "file is kept for a day, and used once."
                )
            )
        chunk.progress(arrival.number - chunk.cursor["row"])


def _decode(arrival: Arrival, dataset: Dataset, scratch: Path) -> None:
    if arrival.staged is None:
        return
    with default_storage.open(str(arrival.staged.file.name)) as file:
        raw = file.read(MOST_IMAGE_BYTES + 1)
    try:
        if len(raw) > MOST_IMAGE_BYTES:
            most = MOST_IMAGE_BYTES // 1024 // 1024
            raise Refused(_("It is larger than %(size)d MB.") % {"size": most})
        picture = decode(raw, settings.LABELDESK_MAX_IMAGE_PIXELS)
    except Refused as refusal:
        arrival.refuse(f"row_data: {refusal}")
        return
    arrival.item = Item(team_id=dataset.team_id, dataset=dataset)
    file_picture(arrival.item, picture, scratch)


def add_copied(chunk: Chunk, dataset: Dataset, arrivals: Sequence[Arrival]) -> None:
    """Give the rows that name an item its picture; those that its person may not see are refused.

    A copy of a reference is a reference to the same address.
    """
    wanted = [
        (arrival, arrival.row, key)
        for arrival in arrivals
        if arrival.row and (key := item_in(arrival.row.row_data))
    ]
    if not wanted:
        return
    keys = list({key for _arrival, _row, key in wanted})
    seen = Item.objects.visible_to(_actor(chunk)).filter(pk__in=among(keys))
    sources = {source.pk: source for source in seen}
    for arrival, row, key in wanted:
        source = sources.get(key)
        if source is None:
            arrival.refuse(_("row_data: there is no item %d that you may see.") % key)
            continue
        arrival.row = row._replace(
            name=row.name or source.name, row_data=source.source_url or row.row_data
        )
        arrival.is_copied = not source.source_url
        if source.is_fetched:
            arrival.item = Item(team_id=dataset.team_id, dataset=dataset)
            try:
                copy_picture(arrival.item, source, chunk.scratch())
            except FileNotFoundError:
                arrival.refuse(_("row_data: the file of item %d is lost.") % key)
        chunk.progress(arrival.number - chunk.cursor["row"])


def _actor(chunk: Chunk) -> Actor:
    """Who asked for the import, with what they may see by now."""
    return Actor.for_user(chunk.operation.created_by or AnonymousUser())


def add_fetched(chunk: Chunk, dataset: Dataset, arrivals: Sequence[Arrival]) -> None:
    """Fetch the pictures of all rows that are still references, several at a time."""
    unwanted = Event()

    def listen() -> None:
        if unwanted.is_set():
            raise _Unwanted

    references = [(each, each.row) for each in arrivals if each.row and each.is_good]
    pool = ThreadPoolExecutor(FETCHED_AT_ONCE, "import-items")
    try:
        waiting: dict[Future[str], Arrival] = {}
        for arrival, row in references:
            if arrival.staged is None and arrival.item is None:
                item = Item(team_id=dataset.team_id, dataset=dataset, source_url=row.row_data)
                arrival.item = item
                folder = chunk.scratch() / f"row-{arrival.number}"
                waiting[pool.submit(_problem_with, item, folder, listen)] = arrival
        while waiting:
            done, _rest = wait(waiting, GLANCE, FIRST_COMPLETED)
            for future in done:
                waiting.pop(future).refuse(future.result())
            chunk.progress(len(arrivals) - len(waiting))
    finally:
        # Not waited for: who cancels does not wait for the slowest host.
        unwanted.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _problem_with(item: Item, folder: Path, listen: Callable[[], None]) -> str:
    """In a thread: fetch an item's picture; answers why it did not come, or nothing."""
    folder.mkdir(exist_ok=True)
    try:
        bring(item, folder, seconds=SECONDS_A_PICTURE, progress=listen)
    except PictureMissing as gone:
        return str(gone.message)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return ""
