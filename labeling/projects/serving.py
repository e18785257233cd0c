"""Sending pictures and thumbnails: only as what they are.

Whatever the bytes of an upload look like to somebody's browser, they are served with a type from
our own table, never to be guessed at, and locked into a sandbox if they are opened as a page.

The picture of a reference is fetched when it is asked for; its thumbnail is not, for a page asks
for hundreds of them.
"""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.templatetags.static import static
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from labeling.core.errors import Conflict
from labeling.projects.models import Item
from labeling.projects.pictures import SUFFIXES, THUMBNAIL_TYPE
from labeling.projects.referencing import STATE, ensure_picture
from labeling.projects.thumbnails import found_lost

# A picture never changes under its address; private, so that no proxy keeps it for others.
CACHE_CONTROL = f"private, max-age={7 * 24 * 3600}, immutable"
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
UNKNOWN_TYPE = "application/octet-stream"
PLACEHOLDER = "at-its-address.svg"


def image_of(request: HttpRequest, item: Item) -> HttpResponseBase:
    """The upright picture; a 304 for who has it already.

    Raises:
        PictureMissing: it is a reference whose picture did not come.
    """
    item = ensure_picture(item)
    media_type = item.media_type if item.media_type in SUFFIXES else UNKNOWN_TYPE
    return _served(request, item.file, media_type, item.content_hash, item.name)


def thumbnail_of(request: HttpRequest, item: Item) -> HttpResponseBase:
    """The small picture; the large one where none was made, or its file was lost.

    Raises:
        Conflict: the picture is still at its address.
    """
    if not item.is_fetched:
        told = _("The picture is still at its address. Ask for the picture itself once.")
        raise Conflict(told, state=STATE)
    if not item.thumbnail:
        return image_of(request, item)
    etag = f"{item.content_hash}-small"
    try:
        return _served(request, item.thumbnail, THUMBNAIL_TYPE, etag, item.name)
    except Http404:
        found_lost(item.dataset_id)
        answer = image_of(request, item)
        answer.headers["Cache-Control"] = "no-store"  # there will be a small one again
        return answer


def placeholder() -> HttpResponseBase:
    """What a grid shows for a picture that is still at its address, until it is here."""
    answer = HttpResponseRedirect(static(PLACEHOLDER))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _served(
    request: HttpRequest, stored: Any, media_type: str, etag: str, name: str
) -> HttpResponseBase:
    quoted = quote_etag(etag)
    known = get_conditional_response(request, etag=quoted)
    answer: HttpResponseBase = known or _file(stored, media_type, name)
    answer.headers["ETag"] = quoted
    answer.headers["Cache-Control"] = CACHE_CONTROL
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _file(stored: Any, media_type: str, name: str) -> FileResponse:
    try:
        content = stored.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    # Django quotes the name, and writes it a second time for signs beyond ASCII.
    return FileResponse(content, filename=file_name(name, media_type), content_type=media_type)


def file_name(name: str, media_type: str) -> str:
    """The item's name without its folders, ending as what it is served as."""
    base = name.replace("\\", "/").rpartition("/")[2]
    suffix = SUFFIXES.get(media_type, "")
    known = (suffix, ".jpeg") if suffix == ".jpg" else (suffix,)
    return base if base.lower().endswith(known) else f"{base}{suffix}"
