"""A list as a CSV file, row by row, so that its length costs no memory."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone, translation

from labeling.core.listing.columns import Column, safe_cell

CHUNK = 500


class _Echo:
    """What csv.writer writes to: it hands every line straight back."""

    def write(self, line: str) -> str:
        return line


def csv_response(
    rows: Iterable[Any],
    columns: Sequence[Column],
    name: str,
    decorate: Callable[[list[Any]], None],
) -> StreamingHttpResponse:
    """Stream the rows.

    Arguments:
        rows: read lazily; a queryset should come as `.iterator(chunk_size)`.
        name: the file's name without extension; letters, digits and hyphens.
        decorate: what the page does to its rows before showing them, a chunk at a time.
    """
    written = [column for column in columns if column.csv is not None]
    response = StreamingHttpResponse(
        _lines(rows, written, decorate), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _lines(
    rows: Iterable[Any], columns: Sequence[Column], decorate: Callable[[list[Any]], None]
) -> Iterator[str]:
    # The body is written after the middleware has put zone and language back.
    zone, language = timezone.get_current_timezone(), translation.get_language()
    return _localised(rows, columns, decorate, zone, language)


def _localised(
    rows: Iterable[Any],
    columns: Sequence[Column],
    decorate: Callable[[list[Any]], None],
    zone: Any,
    language: str | None,
) -> Iterator[str]:
    writer = csv.writer(_Echo())
    source = iter(rows)
    with translation.override(language):
        header = writer.writerow([safe_cell(str(column.label)) for column in columns])
    yield "\ufeff" + header  # the mark makes spreadsheets read it as UTF-8
    while chunk := list(islice(source, CHUNK)):
        with timezone.override(zone), translation.override(language):
            decorate(chunk)
            lines = [writer.writerow([column.csv_of(row) for column in columns]) for row in chunk]
        yield "".join(lines)
