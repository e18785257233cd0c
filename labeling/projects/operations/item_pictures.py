"""Pictures for the rows of an import: fetched from their address, or uploaded ahead."""

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from labeling.operations.kinds import Chunk
from labeling.projects.filing import file_picture
from labeling.projects.item_rows import is_address
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
            if arrival.staged is None:
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
