"""Images out: one as it is, several as the parts of one answer."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence

from django.core.files.storage import default_storage
from django.http import Http404, StreamingHttpResponse
from django.utils.translation import gettext as _

from labeling.clients.supervisely.areas.datasets import dataset_named
from labeling.clients.supervisely.areas.images import item_named, read_hash, seen_items
from labeling.clients.supervisely.calls import Answer, Asking, call
from labeling.core.key_lists import among
from labeling.projects.models import Item
from labeling.projects.referencing import ensure_picture
from labeling.projects.serving import image_of

MOST_IMAGES = 1_000
BLOCK_BYTES = 256 * 1024


@call("images.download")
def download(asking: Asking) -> Answer:
    """The picture that labels are drawn on; a reference's is fetched if need be."""
    return image_of(asking.request, item_named(asking))


@call("images.bulk.download")
def download_several(asking: Asking) -> Answer:
    """Pictures of one dataset, each a part that is named by its id."""
    dataset, keys = dataset_named(asking, "datasetId"), asking.body.keys("imageIds")
    if len(keys) > MOST_IMAGES:
        raise asking.body.wrong("imageIds", _("At most %d images at once.") % MOST_IMAGES)
    found = seen_items(asking).filter(dataset=dataset, pk__in=among(keys)).in_bulk()
    if len(found) < len(keys):
        raise Http404
    items = [ensure_picture(found[key]) for key in keys]
    return _parts([(str(item.pk), item) for item in items])


@call("images.bulk.download-by-hash")
def download_by_hash(asking: Asking) -> Answer:
    """Pictures by the hash of the bytes that were uploaded.

    Some are kept in another form (turned upright, TIFF as PNG), and their own bytes are not here
    any more: those are left out, as are unknown ones, and the SDK tells which did not come.
    """
    given = {each: read_hash(each) for each in asking.body.texts("hashes")}
    if len(given) > MOST_IMAGES:
        raise asking.body.wrong("hashes", _("At most %d images at once.") % MOST_IMAGES)
    wanted = [each for each in given.values() if each]
    items = seen_items(asking).filter(content_hash__in=among(wanted)).exclude(file="")
    by_hash = {item.content_hash: item for item in items}
    parts = [(each, by_hash[ours]) for each, ours in given.items() if ours and ours in by_hash]
    return _parts([(name, item) for name, item in parts if _is_as_sent(item)])


def _is_as_sent(item: Item) -> bool:
    digest = hashlib.sha256()
    for block in _blocks(item):
        digest.update(block)
    return digest.hexdigest() == item.content_hash


def _parts(parts: Sequence[tuple[str, Item]]) -> StreamingHttpResponse:
    """A multipart answer that holds one block in memory at a time."""
    for _name, item in parts:
        if not default_storage.exists(str(item.file.name)):
            raise Http404
    boundary = secrets.token_hex(16)
    answer = StreamingHttpResponse(
        _written(parts, boundary), content_type=f"multipart/form-data; boundary={boundary}"
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def _written(parts: Sequence[tuple[str, Item]], boundary: str) -> Iterator[bytes]:
    for name, item in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n'
        yield f"{head}Content-Type: {item.media_type}\r\n\r\n".encode()
        yield from _blocks(item)
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _blocks(item: Item) -> Iterator[bytes]:
    with default_storage.open(str(item.file.name)) as file:
        while block := file.read(BLOCK_BYTES):
            yield block
