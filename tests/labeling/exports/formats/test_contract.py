"""What every format keeps to, whichever it is."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from labeling.exports.formats import formats, readable, writable
from labeling.exports.records import by_item
from labeling.exports.resolving import resolve
from labeling.operations.kinds import Restart
from labeling.projects.documents import Document
from tests.labeling.exports.samples import (
    SCHEMA,
    record,
    records,
    sort_out,
    source,
    sources,
    written_files,
)
from tests.labeling.projects.documents.strategies import HEIGHT, WIDTH, few

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
        files = {member.path: b"".join(member.blocks) for member in last.members()}
    expected, writer = written_files(each, several)
    assert files == expected
    assert last.dropped == writer.dropped
    assert last.reduced == writer.reduced
    assert last.dropped_tags == writer.dropped_tags


@pytest.mark.parametrize("each", writable(), ids=names(writable()))
def test_a_writer_whose_files_are_gone_says_so(each, tmp_path):
    writer = each.writer(tmp_path, SCHEMA, {})
    writer.add([record()])
    state = writer.close()
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(Restart):
        each.writer(tmp_path, SCHEMA, state)


def reader_of(each):
    """The format that reads what this one writes: itself, or the one of its family that reads."""
    return each if each.can_read else formats[each.name.partition("-")[0]]


@pytest.mark.parametrize("each", writable(), ids=names(writable()))
def test_what_it_writes_without_labels_it_reads_without_errors(each):
    files, _writer = written_files(each, [record()])
    taken = [file for file in sources(files) if file.name.endswith(reader_of(each).accepts)]
    read, errors = sort_out(reader_of(each).read(_labels(each, taken), SCHEMA))
    documents = [resolve(found, SCHEMA, WIDTH, HEIGHT) for found in read]
    assert documents == [(Document(objects=[], tags=[]), [])]
    assert errors == []


def _labels(each, files):
    """Without the list of images that the devkit of VOC wants, which an import passes over."""
    return [file for file in files if not file.name.startswith("ImageSets/")]


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
    good = _labels(each, sources(written_files(each, [record()])[0]))
    read, errors = sort_out(each.read([source(data, "bad"), *good], SCHEMA))
    assert read
    assert all(error.place and error.message for error in errors)
