"""Bodies too large to hold: read from the connection into a file, block by block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext_lazy as _

from labeling.core.errors import Invalid, TooLarge

BLOCK_BYTES = 256 * 1024


@contextmanager
def received_body(request: HttpRequest, name: str, most: int) -> Iterator[TemporaryUploadedFile]:
    """The body of a request that nobody has read yet, as an uploaded file; gone with the block.

    Arguments:
        name: what the file is called.
        most: bytes above which it is refused.

    Raises:
        TooLarge: there is more; the rest is not read.
        Invalid: the body broke off, or is packed.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Invalid({"body": [_("Send the body as it is, not packed.")]})
    with TemporaryUploadedFile(name, request.content_type or "", 0, None) as file:
        size = _copied(_stream_of(request), file, most)
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and size < int(length):
            raise Invalid({"body": [_("The body broke off. Send it again.")]})
        file.size = size
        file.seek(0)
        yield file


def _stream_of(request: HttpRequest) -> Any:
    """Where to read the body; Django itself reads none that does not say its length."""
    is_chunked = request.headers.get("Transfer-Encoding", "").lower() == "chunked"
    if is_chunked and isinstance(request, WSGIRequest):
        # The server ends such a stream where the body ends (`wsgi.input_terminated`).
        return request.environ["wsgi.input"]
    return request


def _copied(source: IO[bytes], file: TemporaryUploadedFile, most: int) -> int:
    size = 0
    try:
        while block := source.read(BLOCK_BYTES):
            size += len(block)
            if size > most:
                raise TooLarge(_("At most %d MB in one request.") % (most // 1024 // 1024))
            file.write(block)
    except UnreadablePostError:
        raise Invalid({"body": [_("The body broke off. Send it again.")]}) from None
    return size
