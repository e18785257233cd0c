"""Our own JSON Lines: nothing is lost."""

import io
import json

from hypothesis import given

from labeling.exports.formats import formats
from labeling.exports.formats.native import read_lines
from labeling.exports.records import RowError
from tests.labeling.exports.samples import (
    SCHEMA,
    read_documents,
    record,
    records,
    sort_out,
    source,
    written,
)
from tests.labeling.projects.documents.strategies import documents, few

NATIVE = formats["native"]


@few
@given(records())
def test_schema_and_records_come_back_exactly(several):
    schema, lines = read_lines(io.BytesIO(written(NATIVE, several)))
    assert schema == SCHEMA
    assert list(lines) == several


@few
@given(documents())
def test_an_import_of_an_export_gives_the_documents_back(document):
    [read], errors = read_documents(NATIVE, written(NATIVE, [record(document)]))
    assert errors == []
    assert read == document


def point(identity, x, **more):
    return {"id": identity, "class": 1, "shape": "point", "points": [[x, 1]], "tags": [],
            "source": "person", **more}  # fmt: skip


def test_there_is_a_line_for_each_annotation_and_an_import_takes_the_newest_of_each_object():
    start = record({"objects": [point("a", 1), point("b", 1)], "tags": []})
    ana = record(
        {"objects": [point("a", 2)], "tags": []}, job=1, updated_at="2025-06-01T10:00:00+00:00"
    )
    ben = record(
        {"objects": [point("a", 3), point("c", 3)], "tags": []},
        job=2,
        updated_at="2025-06-01T09:00:00+00:00",
    )
    data = written(NATIVE, [start, ben, ana])
    assert len(data.splitlines()) == 4
    [read], errors = read_documents(NATIVE, data)
    assert errors == []
    assert {each["id"]: each["points"][0][0] for each in read["objects"]} == {
        "a": 2, "b": 1, "c": 3,
    }  # fmt: skip


def test_names_are_mapped_to_the_classes_and_tags_of_another_project():
    data = written(
        NATIVE, [record({"objects": [point("a", 1)], "tags": [{"tag": 1, "value": None}]})]
    )
    moved = data.replace(b'"id":1,"name":"lemon"', b'"id":77,"name":"lemon"').replace(
        b'"class":1', b'"class":77'
    )
    [read], errors = read_documents(NATIVE, moved)
    assert errors == []
    assert read["objects"][0]["class"] == 1


def test_a_broken_line_is_told_by_its_number_and_the_others_go_in():
    lines = written(NATIVE, [record(item=1), record(item=2), record(item=3)]).splitlines()
    spoiled = json.loads(lines[3])
    del spoiled["document"]
    data = b"\n".join([lines[0], lines[1], lines[2][:-9], b"", json.dumps(spoiled).encode()])
    read, errors = sort_out(NATIVE.read([source(data, "june.jsonl")], SCHEMA))
    assert [each.names for each in read] == [("photo 1.jpg",)]
    assert [each.place for each in errors] == ["june.jsonl, line 3", "june.jsonl, line 5"]


def test_a_document_that_somebody_edited_is_checked_again():
    edited = {
        "objects": [
            {"id": "a", "class": 1, "shape": "point", "points": [[1, float("nan")]], "tags": []},
            {"id": "b", "class": [1], "shape": ["x"], "points": 7, "tags": 7},
            {"id": "c", "class": 1, "shape": "point", "points": [[1, 1]], "tags": [7, {"tag": 8}]},
        ],
        "tags": [],
    }
    [read], errors = read_documents(NATIVE, written(NATIVE, [record(edited)]))
    assert [each["id"] for each in read["objects"]] == ["c"]
    assert len(errors) == 4
    assert all(isinstance(each, RowError) for each in errors)
