"""Sending pictures and thumbnails: only as what they are.

Whatever the bytes of an upload look like to somebody's browser, they are served with a type from
our own table, never to be guessed at, and locked into a sandbox if they are opened as a page.
"""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from labeling.projects.models import Item
from labeling.projects.pictures import SUFFIXES, THUMBNAIL_TYPE

# A picture never changes under its address; private, so that no proxy keeps it for others.
CACHE_CONTROL = f"private, max-age={7 * 24 * 3600}, immutable"
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
UNKNOWN_TYPE = "application/octet-stream"


def image_of(request: HttpRequest, item: Item) -> HttpResponseBase:
    """The upright picture; a 304 for who has it already."""
    media_type = item.media_type if item.media_type in SUFFIXES else UNKNOWN_TYPE
    return _served(request, item.file, media_type, item.content_hash, item.name)


def thumbnail_of(request: HttpRequest, item: Item) -> HttpResponseBase:
    """The small picture; the large one where none was made."""
    if not item.thumbnail:
        return image_of(request, item)
    etag = f"{item.content_hash}-small"
    return _served(request, item.thumbnail, THUMBNAIL_TYPE, etag, item.name)


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
