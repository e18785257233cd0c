"""What every format keeps to, whichever it is."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from labeling.exports.formats import formats, readable, writable
from labeling.exports.records import by_item
from labeling.operations.kinds import Restart
from labeling.projects.documents import Document
from tests.labeling.exports.samples import (
    SCHEMA,
    read_documents,
    record,
    records,
    sort_out,
    source,
    written,
)
from tests.labeling.projects.documents.strategies import few

FORMATS = formats.values()


def names(several):
    return [each.name for each in several]


@pytest.mark.parametrize("each", FORMATS, ids=names(FORMATS))
def test_a_format_says_what_it_is_and_what_it_cannot_hold(each):
    assert formats[each.name] is each
    assert str(each.label)
    assert each.extension.isalnum()
    assert each.can_read or each.can_write
    assert bool(each.accepts) == each.can_read
    assert all(ending.startswith(".") for ending in each.accepts)
    assert all(str(sentence).endswith(".") for sentence in each.drops)


@pytest.mark.parametrize("each", writable(), ids=names(writable()))
@few
@given(several=records())
def test_writing_in_sittings_with_crashes_between_them_gives_the_same_file(each, several):
    groups = list(by_item(several))
    with tempfile.TemporaryDirectory() as name:
        folder, state = Path(name), dict[str, Any]()
        for group in groups:
            died = each.writer(folder, SCHEMA, state)
            died.add(group)
            died.add([record(item=99)])
            died.close()
            writer = each.writer(folder, SCHEMA, state)
            writer.add(group)
            state = writer.close()
        last = each.writer(folder, SCHEMA, state)
        last.close()
        pieces = b"".join(block for member in last.members() for block in member.blocks)
    assert pieces == written(each, several)


@pytest.mark.parametrize("each", writable(), ids=names(writable()))
def test_a_writer_whose_files_are_gone_says_so(each, tmp_path):
    writer = each.writer(tmp_path, SCHEMA, {})
    writer.add([record()])
    state = writer.close()
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(Restart):
        each.writer(tmp_path, SCHEMA, state)


@pytest.mark.parametrize(
    "each", [each for each in writable() if each.can_read], ids=lambda f: f.name
)
def test_what_it_writes_without_labels_it_reads_without_errors(each):
    documents, errors = read_documents(each, written(each, [record()]))
    assert documents == [Document(objects=[], tags=[])]
    assert errors == []


RUBBISH = (
    b"",
    b"\x00\xff\xfe",
    b"[]",
    b"7",
    b"null",
    b"{}",
    b'{"images": 7, "annotations": {}}',
    b'{"images": [7, null, {}, {"id": [], "file_name": 3}], "annotations": [7, {}]}',
    b'{"images": [' + b"[" * 100_000,
    b'{"format":"labeldesk-records","version":1,"schema":{"classes":[],"tags":[]}}\n{}\n7\n[',
    b'{"format":"labeldesk-records","version":1,"schema":{"classes":[7],"tags":3}}\n',
    b'{"format":"labeldesk-records","version":99}\n',
    b"<annotation>",
    b"<html/>",
    b"<annotation><object/><object><name>x</name><bndbox/></object></annotation>",
    b'<!DOCTYPE a [<!ENTITY b "c">]><annotation><filename>&b;</filename></annotation>',
)


@pytest.mark.parametrize("data", RUBBISH, ids=range(len(RUBBISH)))
@pytest.mark.parametrize("each", readable(), ids=names(readable()))
def test_rubbish_is_told_and_stops_nothing(each, data):
    good = written(each, [record()]) if each.can_write else b"<annotation/>"
    read, errors = sort_out(each.read([source(data, "bad"), source(good, "good.x")], SCHEMA))
    assert read
    assert all(error.place and error.message for error in errors)
