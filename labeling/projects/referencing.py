"""References: items whose picture lies where somebody else keeps it, until it is needed here.

The picture is fetched once, by whoever needs it first, and kept like an uploaded one. Two who need
it at the same moment get one result: the row takes the first, by compare-and-set.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from labeling.core.errors import Conflict
from labeling.core.fetching import Unreachable, fetch
from labeling.projects.filing import PICTURE_FIELDS, file_picture
from labeling.projects.models import Dataset, Item
from labeling.projects.pictures import MOST_IMAGE_BYTES, Refused, decode

# Seconds that a person waits in front of a page; its scripts wait a little longer.
SECONDS_FOR_PEOPLE = 15.0
# Of the requests that a process answers at a time, so many may wait for other hosts: a slow one
# must not stop the desk.
MOST_WAITING = 3
SECONDS_AT_THE_DOOR = 3.0
# Decoded pictures are large; more at a time would be no faster.
MOST_DECODING = 2
STATE = "at its address"
SECONDS_REMEMBERED = 3600

_door = BoundedSemaphore(MOST_WAITING)
_table = BoundedSemaphore(MOST_DECODING)


class PictureMissing(Conflict):
    """The picture of a reference is not here, and did not come; says why."""

    def __init__(self, item: Item, reason: str) -> None:
        host = host_of(item)
        message = _("The picture could not be fetched from %(host)s. %(reason)s")
        super().__init__(message % {"host": host, "reason": reason}, state=STATE)
        self.reason = reason


def missing(items: QuerySet[Item]) -> QuerySet[Item]:
    """Those whose picture is still at its address."""
    return items.filter(width=0)


def count_missing(dataset: Dataset) -> int:
    """How many pictures of a dataset are still at their address.

    No index counts them. That a dataset has no references at all, as most have none, is therefore
    remembered until its number of items changes: only imports make references.
    """
    known = f"no-references:{dataset.pk}:{dataset.item_count}"
    if cache.get(known):
        return 0
    items = Item.objects.filter(dataset=dataset)
    count = missing(items).count()
    if not count and not items.exclude(source_url="").exists():
        cache.set(known, True, SECONDS_REMEMBERED)
    return count


def host_of(item: Item) -> str:
    """Who keeps the picture of a reference; the whole address may hold a signature."""
    try:
        return urlsplit(item.source_url).hostname or ""
    except ValueError:
        return ""


def ensure_picture(item: Item) -> Item:
    """The item with its picture here; a reference's is fetched if it is not, for a person waits.

    Raises:
        PictureMissing: it did not come; nothing is changed, and asking again may help.
    """
    if item.is_fetched:
        return item
    with _one_of_few(item):
        item.refresh_from_db(fields=PICTURE_FIELDS)
        if item.width:
            return item
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            bring(item, Path(folder), seconds=SECONDS_FOR_PEOPLE)
    keep_brought(item)
    return item


def bring(
    item: Item, scratch: Path, *, seconds: float, progress: Callable[[], None] = lambda: None
) -> None:
    """Fetch and decode a picture and file it; sets the item's fields and changes no row.

    Arguments:
        scratch: a folder on the store's disk.
        seconds: for the whole fetch.
        progress: called after each block that came; what it raises passes through.

    Raises:
        PictureMissing
    """
    target = scratch / f"fetched-{item.pk}"
    try:
        fetched = fetch(
            item.source_url,
            target,
            most_bytes=MOST_IMAGE_BYTES,
            seconds=seconds,
            progress=progress,
        )
        with _table:
            picture = decode(target.read_bytes(), settings.LABELDESK_MAX_IMAGE_PIXELS)
            file_picture(item, picture, scratch)
    except Unreachable as error:
        raise PictureMissing(item, str(error)) from None
    except Refused as refused:
        is_page = fetched.media_type == "text/html"
        reason = _("It answers with a web page, not with a picture.") if is_page else str(refused)
        raise PictureMissing(item, reason) from None
    finally:
        target.unlink(missing_ok=True)


def keep_brought(item: Item) -> bool:
    """Write what `bring` found into the row, unless somebody was quicker.

    Returns:
        Whether this one counts; if not, the item has the fields of the one that does.

    Raises:
        PictureMissing: the item was deleted meanwhile.
    """
    values = {name: getattr(item, name) for name in PICTURE_FIELDS}
    if missing(Item.objects.filter(pk=item.pk)).update(**values) == 1:
        return True
    try:
        item.refresh_from_db(fields=PICTURE_FIELDS)
    except Item.DoesNotExist:
        raise PictureMissing(item, _("It was deleted meanwhile.")) from None
    return False


@contextmanager
def _one_of_few(item: Item) -> Iterator[None]:
    """A place among the requests that may wait for another host."""
    if not _door.acquire(timeout=SECONDS_AT_THE_DOOR):
        raise PictureMissing(item, _("Many pictures are being fetched just now; try again soon."))
    try:
        yield
    finally:
        _door.release()
