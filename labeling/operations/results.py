"""What an operation made: who may have it, and how it is sent, from any byte on."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation import gettext as _

from accounts.roles import Capability
from labeling.core.errors import Forbidden
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation, OperationRow

# What a result may be served as. A name decides nothing else, and nothing is shown in place.
MEDIA_TYPES = {
    ".zip": "application/zip",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".csv": "text/csv; charset=utf-8",
}
ANY_BYTES = "application/octet-stream"
LINES = "application/x-ndjson"
LINES_AT_ONCE = 500

# One range; several at once are answered with the whole, which a client must understand too.
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def may_download(actor: Any, operation: Operation) -> bool:
    """Whether the actor's role holds what a start of this kind needs."""
    kind = kinds.get(operation.kind)
    capability = kind.capability if kind is not None else Capability.EXPORT
    return bool(actor.can(capability, operation.team_id))


def refuse_unless_downloadable(actor: Any, operation: Operation) -> None:
    """Say no to whoever could not have started it.

    Raises:
        Forbidden: the actor's role does not allow it.
    """
    if not may_download(actor, operation):
        raise Forbidden(_("Your role in this team does not allow to download this result."))


def result_of(request: Any, operation: Operation) -> HttpResponseBase:
    """The result's file, streamed; never shown in place, under a name and a type of our own.

    A download that broke off goes on where it stopped: see RFC 9110 on Range and If-Range.

    Arguments:
        request: with its `actor` and its headers.

    Raises:
        Forbidden: the actor's role does not allow it.
        Http404: there is no result, or the store does not have it any more.
    """
    refuse_unless_downloadable(request.actor, operation)
    stored = operation.file.name
    if not stored or not operation.file.storage.exists(stored):
        raise Http404
    seal = Seal.of(operation)
    if request.headers.get("If-None-Match") == seal.tag:
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        response = _whole_or_part(request, operation, seal)
    response["ETag"] = seal.tag
    response["Last-Modified"] = http_date(seal.changed)
    response["Accept-Ranges"] = "bytes"
    return _private(response)


@dataclass(frozen=True)
class Seal:
    """What tells one version of a file from another.

    Attributes:
        tag: as the header ETag has it; the same bytes have the same.
        changed: seconds since 1970.
    """

    tag: str
    changed: int
    size: int

    @classmethod
    def of(cls, operation: Operation) -> "Seal":
        """The seal of the operation's file as it lies in the store."""
        stored, storage = str(operation.file.name), operation.file.storage
        size, changed = storage.size(stored), storage.get_modified_time(stored)
        told = f"{operation.pk} {stored} {size} {changed.timestamp()}"
        tag = hashlib.sha256(told.encode()).hexdigest()[:32]
        return cls(f'"{tag}"', int(changed.timestamp()), size)


def _whole_or_part(request: Any, operation: Operation, seal: Seal) -> HttpResponseBase:
    span = _wanted(request.headers, seal)
    if span is not None and not span:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{seal.size}"})
    name = PurePosixPath(str(operation.file.name))
    file: Any = operation.file.open("rb")
    response = FileResponse(
        file if span is None else _Part(file, span),
        as_attachment=True,
        filename=name.name,
        content_type=MEDIA_TYPES.get(name.suffix.lower(), ANY_BYTES),
        status=200 if span is None else 206,
    )
    if span is not None:
        response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{seal.size}"
        response["Content-Length"] = str(len(span))
    return response


def _wanted(headers: Mapping[str, str], seal: Seal) -> range | None:
    """Which bytes are asked for: None means all, an empty range some that there are not."""
    found = ONE_RANGE.fullmatch(headers.get("Range", "").replace(" ", ""))
    if found is None or found.group(1) == found.group(2) == "":
        return None
    condition = headers.get("If-Range", "")
    if condition and condition != seal.tag and parse_http_date_safe(condition) != seal.changed:
        return None  # it is another file by now: begin again
    first, last = found.groups()
    if not first:
        return range(max(0, seal.size - int(last)), seal.size)
    stop = min(int(last) + 1, seal.size) if last else seal.size
    return range(int(first), stop) if int(first) < stop else range(0)


class _Part:
    """Some bytes of an open file, as a response reads them."""

    def __init__(self, file: Any, span: range) -> None:
        self.file, self.left = file, len(span)
        file.seek(span.start)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none at the end of the part."""
        wanted = self.left if size < 0 else min(size, self.left)
        found: bytes = self.file.read(wanted) if wanted else b""
        self.left -= len(found)
        return found

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def results_of(actor: Any, operation: Operation) -> StreamingHttpResponse:
    """What the operation made, row by row, one JSON object a line, in constant memory.

    Raises:
        Forbidden: the actor's role does not allow it.
    """
    refuse_unless_downloadable(actor, operation)
    kind = kinds.get(operation.kind)
    rows = map(row_as_json, operation.rows.in_order()) if kind is None else kind.results(operation)
    return lines_response(rows, f"operation-{operation.pk}-results")


def row_as_json(row: OperationRow) -> dict[str, Any]:
    """A row as a script reads it."""
    names = ("number", "name", "outcome", "message", "data")
    return {name: getattr(row, name) for name in names}


def lines_response(rows: Iterable[Mapping[str, Any]], name: str) -> StreamingHttpResponse:
    """Rows as newline-delimited JSON, streamed.

    Arguments:
        rows: read lazily.
        name: the file's name without extension; letters, digits and hyphens.
    """
    response = StreamingHttpResponse(_lines(iter(rows)), content_type=LINES)
    response["Content-Disposition"] = f'attachment; filename="{name}.jsonl"'
    _private(response)
    return response


def _lines(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    written: Callable[[Mapping[str, Any]], str] = json.JSONEncoder(
        ensure_ascii=False, default=str
    ).encode
    while lines := [f"{written(row)}\n" for row in islice(rows, LINES_AT_ONCE)]:
        yield "".join(lines)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
