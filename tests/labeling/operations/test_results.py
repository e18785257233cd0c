"""Results leave the desk whole or in part, and as rows, however many there are."""

import json
import tracemalloc
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from labeling.operations import engine
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation, OperationRow
from labeling.operations.results import lines_response, result_of

pytestmark = pytest.mark.django_db

TEXT = b"0123456789"


@pytest.fixture
def stored(count, settings, tmp_path) -> Operation:
    """A complete operation whose result is ten bytes long."""
    settings.MEDIA_ROOT = tmp_path
    operation = count(to=1)
    engine.run(operation.pk)
    operation.refresh_from_db()
    operation.file.save("labels.zip", ContentFile(TEXT))
    return operation


@pytest.fixture
def fetch(stored, client_for, api_for, manager):
    """Asks for the result with these headers, as a browser or as a script."""

    def ask(script=False, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if script:
            return api_for(manager).get(f"/api/operations/{stored.pk}/download/", headers=sent)
        return client_for(manager).get(
            reverse("operations:download", args=[stored.pk]), headers=sent
        )

    return ask


def bytes_of(answer):
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("script", [False, True], ids=["browser", "script"])
@pytest.mark.parametrize(
    ("wanted", "part", "span"),
    [
        ("bytes=0-3", b"0123", "0-3"),
        ("bytes=4-", b"456789", "4-9"),
        ("bytes=-3", b"789", "7-9"),
        ("bytes=-99", TEXT, "0-9"),
        ("bytes=8-99", b"89", "8-9"),
        ("bytes=9-9", b"9", "9-9"),
    ],
)
def test_a_part_is_answered_with_its_place(fetch, script, wanted, part, span):
    answer = fetch(script, Range=wanted)
    assert answer.status_code == 206
    assert bytes_of(answer) == part
    assert answer["Content-Range"] == f"bytes {span}/10"
    assert answer["Content-Length"] == str(len(part))
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_bytes_that_there_are_not_are_refused_with_the_size(fetch, wanted):
    answer = fetch(Range=wanted)
    assert answer.status_code == 416
    assert answer["Content-Range"] == "bytes */10"


@pytest.mark.parametrize(
    "wanted",
    ["", "bytes=", "bytes=-", "bytes=a-b", "items=0-3", "bytes=0-1,4-5", f"bytes={'9' * 40}-"],
)
def test_what_is_no_single_range_is_answered_with_the_whole(fetch, wanted):
    answer = fetch(Range=wanted)
    assert answer.status_code == 200
    assert bytes_of(answer) == TEXT
    assert answer["Accept-Ranges"] == "bytes"


def test_a_download_goes_on_only_while_the_file_is_the_same(fetch, stored):
    whole = fetch()
    tag, changed = whole["ETag"], whole["Last-Modified"]
    assert bytes_of(whole) == TEXT
    for condition in (tag, changed):
        answer = fetch(Range="bytes=5-", If_Range=condition)
        assert (answer.status_code, bytes_of(answer)) == (206, b"56789")
    for condition in ('"another"', f"W/{tag}", "Mon, 01 Jan 2024 00:00:00 GMT"):
        answer = fetch(Range="bytes=5-", If_Range=condition)
        assert (answer.status_code, bytes_of(answer)) == (200, TEXT)
    stored.file.save("labels.zip", ContentFile(b"other bytes"))
    answer = fetch(Range="bytes=5-", If_Range=tag)
    assert (answer.status_code, bytes_of(answer)) == (200, b"other bytes")


def test_who_has_it_already_is_told_so(fetch):
    whole = fetch()
    assert bytes_of(whole) == TEXT
    assert fetch(If_None_Match=whole["ETag"]).status_code == 304


def test_a_file_is_closed_when_its_reader_leaves(stored, manager, actor_for):
    request = SimpleNamespace(actor=actor_for(manager), headers={"Range": "bytes=0-3"})
    answer: Any = result_of(request, stored)
    [part] = [each.__self__ for each in answer._resource_closers]
    assert not part.file.closed
    answer.close()
    assert part.file.closed


def test_errors_are_one_file_of_lines_and_one_for_spreadsheets(count, api_for, manager, rings):
    operation = count(to=25)
    engine.run(operation.pk)
    OperationRow.objects.filter(operation=operation, number=10).update(name="=cmd()")
    script, url = api_for(manager), f"/api/operations/{operation.pk}/"
    answer = script.get(f"{url}errors/")
    lines = [json.loads(line) for line in bytes_of(answer).splitlines()]
    assert answer["Content-Type"] == "application/x-ndjson"
    assert [(row["number"], row["message"]) for row in lines] == [
        (10, "Ten is too round."),
        (20, "Ten is too round."),
    ]
    table = bytes_of(script.get(f"{url}errors-csv/")).decode("utf-8-sig").splitlines()
    assert table[0] == "Row,Name,Outcome,Message"
    assert table[1] == "10,'=cmd(),error,Ten is too round."
    assert len(table) == 3


def test_the_rows_page_s_filters_hold_for_the_file_of_lines(count, client_for, manager, rings):
    operation = count(to=25)
    engine.run(operation.pk)
    url = reverse("operations:rows-lines", args=[operation.pk])
    client = client_for(manager)
    assert len(bytes_of(client.get(url)).splitlines()) == 25
    assert len(bytes_of(client.get(f"{url}?outcome=error")).splitlines()) == 2
    assert client.get(f"{url}?colour=red").status_code == 400
    page = client.get(reverse("operations:rows", args=[operation.pk]) + "?outcome=error")
    assert f'href="{url}?outcome=error"' in page.content.decode()


def test_results_are_the_kind_s_own(count, api_for, manager, viewer, rings, monkeypatch):
    operation = count(to=3)
    engine.run(operation.pk)
    url = f"/api/operations/{operation.pk}/results/"
    script = api_for(manager)
    lines = [json.loads(line) for line in bytes_of(script.get(url)).splitlines()]
    assert [row["number"] for row in lines] == [1, 2, 3]
    own = [{"id": 7, "name": "Größe"}]
    monkeypatch.setattr(type(kinds["test-count"]), "results", lambda self, done: iter(own))
    assert bytes_of(script.get(url)) == '{"id": 7, "name": "Größe"}\n'.encode()
    assert api_for(viewer).get(url).status_code == 403


def test_a_million_rows_cost_no_memory():
    rows = ({"number": number, "name": "x" * 100} for number in range(200_000))
    answer: Any = lines_response(rows, "rows")
    tracemalloc.start()
    size = sum(map(len, answer.streaming_content))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 20_000_000
    assert peak < 2_000_000


def test_the_log_is_in_rest_and_on_the_page(count, api_for, client_for, manager, rings):
    operation = count(to=1)
    engine.run(operation.pk)
    lines = api_for(manager).get(f"/api/operations/{operation.pk}/log/").json()["results"]
    assert [line["event"] for line in lines] == ["asked", "begun", "complete"]
    assert lines[0]["by"]["name"] == "Max"
    page = client_for(manager).get(operation.get_absolute_url()).content.decode()
    assert "A worker began" in page
