"""Schemas, records and files that the tests of formats share."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import strategies as st

from labeling.exports.formats import SourceFile, Writer
from labeling.exports.records import (
    ReadRecord,
    Record,
    RowError,
    Schema,
    SchemaClass,
    SchemaTag,
    by_item,
)
from labeling.exports.resolving import resolve
from labeling.projects.documents import Document
from tests.labeling.projects.documents.strategies import (
    ALL_SHAPES,
    ANY_CLASS,
    BOX_CLASS,
    CHOICE_TAG,
    HEIGHT,
    NUMBER_TAG,
    PLAIN_TAG,
    TEXT_TAG,
    WIDTH,
    documents,
)

PICTURES = Path(__file__).resolve().parents[4] / "shared" / "data"

SCHEMA = Schema(
    classes=(
        SchemaClass(ANY_CLASS, "lemon", "any", "#ffcc00"),
        SchemaClass(BOX_CLASS, "kiwi", "rectangle", "#33aa33"),
        SchemaClass(9, "plum", "any", "#550055", is_removed=True),
    ),
    tags=(
        SchemaTag(PLAIN_TAG, "ripe"),
        SchemaTag(TEXT_TAG, "origin", "string"),
        SchemaTag(NUMBER_TAG, "weight", "number"),
        SchemaTag(CHOICE_TAG, "size", "choice", ("small", "medium", "large")),
    ),
)


def record(document: Any = None, item: int = 1, **more) -> Record:
    """An annotation of one item; `more` overrides its facts."""
    facts = {
        "item": item,
        "name": f"photo {item}.jpg",
        "path": f"table/photo {item}.jpg",
        "width": WIDTH,
        "height": HEIGHT,
        "content_hash": f"{item:064x}",
        "dataset": "table",
        "document": document or Document(objects=[], tags=[]),
    }
    return Record(**{**facts, **more})


@st.composite
def records(draw, shapes: tuple[str, ...] = ALL_SHAPES) -> list[Record]:
    """Annotations of a few items, one each."""
    drawn = draw(st.lists(documents(shapes), max_size=4))
    return [
        record(
            each,
            item,
            job=draw(st.none() | st.integers(1, 9)),
            annotator=draw(st.sampled_from(("", "Ana", "Бен"))),
            version=draw(st.integers(0, 5)),
            updated_at=draw(st.sampled_from(("", "2025-06-01T08:00:00+00:00"))),
        )
        for item, each in enumerate(drawn, 1)
    ]


def source(data: bytes | str, name: str = "file") -> SourceFile:
    """A file of these bytes."""
    content = data.encode() if isinstance(data, str) else data
    return SourceFile(name, lambda: io.BytesIO(content))


def folder_of(name: str, part: str) -> Path:
    """A folder of real pictures; the test is skipped where they are not at hand."""
    folder = PICTURES / name / part
    if not folder.is_dir():
        pytest.skip(f"the real pictures of {name} are not next to this checkout")
    return folder


def sort_out(read) -> tuple[list[ReadRecord], list[RowError]]:
    """What was read, and what was told."""
    found = list(read)
    return (
        [each for each in found if isinstance(each, ReadRecord)],
        [each for each in found if isinstance(each, RowError)],
    )


def read_documents(format_, data, schema=SCHEMA, width=WIDTH, height=HEIGHT):
    """The documents that a written file makes, and every error on the way."""
    read, errors = sort_out(format_.read([source(data)], schema))
    documents = []
    for each in read:
        document, wrong = resolve(each, schema, width, height)
        documents.append(document)
        errors += wrong
    return documents, errors


def written(format_, records, schema=SCHEMA) -> bytes:
    """The single file of a format."""
    stream = io.BytesIO()
    format_.write(stream, schema, records)
    return stream.getvalue()


def written_files(format_, records, schema=SCHEMA) -> tuple[dict[str, bytes], Writer]:
    """All files of a result by their paths, and the writer that made them."""
    with TemporaryDirectory() as folder:
        writer = format_.writer(Path(folder), schema, {})
        for group in by_item(records):
            writer.add(group)
        writer.close()
        return {each.path: b"".join(each.blocks) for each in writer.members()}, writer


def sources(files: dict[str, bytes]) -> list[SourceFile]:
    """Written files as files to read."""
    return [source(data, name) for name, data in files.items()]
