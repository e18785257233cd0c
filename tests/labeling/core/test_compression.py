"""Text travels packed, everything else as it is."""

import gzip
from collections.abc import Iterator

import pytest
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from labeling.core.compression import TextCompressionMiddleware

LONG = "Lemons and kiwis on a table. " * 100


@pytest.fixture
def request_() -> HttpRequest:
    """A browser that takes packed answers."""
    return RequestFactory().get("/", headers={"accept-encoding": "gzip, br"})


def answered(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response as the middleware lets it go."""
    packed = TextCompressionMiddleware(lambda _request: response)(request)
    assert isinstance(packed, HttpResponseBase)
    return packed


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
def test_text_is_packed(request_, kind):
    response = answered(request_, HttpResponse(LONG, content_type=kind))
    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
    assert isinstance(response, HttpResponse)
    assert len(response.content) < len(LONG) / 2
    assert gzip.decompress(response.content).decode() == LONG


def test_a_csv_file_is_packed_while_it_streams(request_):
    def lines() -> Iterator[str]:
        yield from (LONG for _line in range(3))

    response = answered(request_, StreamingHttpResponse(lines(), content_type="text/csv"))
    assert isinstance(response, StreamingHttpResponse)
    packed = b"".join(response.streaming_content)  # type: ignore[arg-type]
    assert gzip.decompress(packed).decode() == LONG * 3


@pytest.mark.parametrize("kind", ["image/png", "application/zip"])
def test_pictures_and_archives_keep_their_length(request_, tmp_path, kind):
    path = tmp_path / "file"
    path.write_text(LONG)
    with path.open("rb") as file:
        response = answered(request_, FileResponse(file, content_type=kind))
        assert "Content-Encoding" not in response
        assert response["Content-Length"] == str(len(LONG))


def test_who_takes_nothing_packed_gets_it_plain():
    response = answered(RequestFactory().get("/"), HttpResponse(LONG))
    assert "Content-Encoding" not in response
