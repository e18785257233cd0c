"""From lists of data rows to items: each row once, bad ones told, the rest goes in."""

import json
import threading
from typing import Any

import pytest
from django.db import connection

from accounts.actor import Actor
from labeling.core.errors import Conflict
from labeling.core.workflow import actions, perform
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.models import Item, StagedFile
from labeling.projects.operations import item_arrivals, item_storing
from labeling.projects.operations.importing_items import ImportItems
from tests.factories import DatasetFactory
from tests.labeling.projects.operations.conftest import (
    address,
    assert_whole,
    lines,
    references,
    told,
)


def as_lines(rows: list[Any]) -> bytes:
    """NDJSON."""
    return lines(*rows)


def as_array(rows: list[Any]) -> bytes:
    """One array, as people write it."""
    return json.dumps(rows, indent=2).encode()


@pytest.mark.parametrize("written", [as_lines, as_array])
def test_rows_become_references_in_their_order(dataset, import_items, written):
    row = {
        "row_data": "https://pictures.example.org/a%20b/IMG_1.jpg?signature=x",
        "global_key": "梨/1",
        "external_id": "pear 1",
        "metadata": {"ripe": True, "grams": 12.5, "where": "hall"},
        "attachments": [{"type": "IMAGE", "value": "https://example.org/tree.jpg"}],
    }
    operation = import_items(dataset, written([row, *references(2)]))
    assert operation.kind == "import-items"
    assert operation.status == Status.COMPLETE
    assert operation.message == "3 items added"
    assert_whole(dataset, ["梨/1", "key-1", "key-2"])
    item = dataset.items.get(position=1)
    assert (item.name, item.external_id) == ("pear 1", "pear 1")
    assert item.source_url == row["row_data"]
    assert item.metadata == row["metadata"]
    assert item.attachments == [
        {"type": "IMAGE", "value": "https://example.org/tree.jpg", "name": ""}
    ]
    assert (item.is_fetched, item.team_id, item.imported_by) == (
        False,
        dataset.team_id,
        operation,
    )
    assert operation.result == {"dataset": dataset.pk, "added": 3, "skipped": 0, "refused": 0}
    assert (operation.done, operation.total, operation.rows.count()) == (3, 3, 0)


def test_an_item_is_called_by_the_best_name_it_has(dataset, import_items):
    rows = [
        {"row_data": address(1), "global_key": "g", "external_id": "e"},
        {"row_data": address(2), "global_key": "g2"},
        {"row_data": "https://example.org/a/my%20pear.png?size=2#top"},
        {"row_data": "https://example.org/"},
    ]
    import_items(dataset, lines(*rows))
    names = dataset.items.order_by("position").values_list("name", flat=True)
    assert list(names) == ["e", "g2", "my pear.png", "row 4"]


BAD = [
    ("7", "not an object"),
    ('"https://example.org/a.png"', "not an object"),
    ({"row_date": address(1)}, "row_date"),
    ({"global_key": "k"}, "no row_data"),
    ({"row_data": 7}, "in quotes"),
    ({"row_data": " "}, "blank"),
    ({"row_data": "ftp://example.org/a.png"}, "https://"),
    ({"row_data": "https://me:secret@example.org/a.png"}, "password"),
    ({"row_data": "pear.png"}, "neither an address"),
    ({"row_data": "https://example.org/" + "a" * 2000}, "2000"),
    ({"row_data": address(1), "global_key": "k" * 201}, "200"),
    ({"row_data": address(1), "external_id": 5}, "in quotes"),
    ({"row_data": address(1), "metadata": {"a": {"b": 1}}}, "must be a text"),
    ({"row_data": address(1), "metadata": [1]}, "object"),
    ({"row_data": address(1), "metadata": {"a": "x" * 40_000}}, "32 kB"),
    ('{"row_data": "https://example.org/a", "metadata": {"a": NaN}}', "NaN"),
    ('{"row_data": "https://example.org/a", "metadata": {"a": 1e999}}', "10¹⁸"),
    ({"row_data": address(1), "metadata": {"a": 10**40}}, "10¹⁸"),
    ('{"row_data": "https://example.org/a", "metadata": {"a": 1e40}}', "10¹⁸"),
    ({"row_data": address(1), "external_id": "a\0b"}, "NUL"),
    ({"row_data": address(1), "metadata": {"a": "\ud800"}}, "surrogate"),
    ({"row_data": address(1), "attachments": {"type": "IMAGE"}}, "list"),
    ({"row_data": address(1), "attachments": [{"type": "IMAGE"}]}, "value"),
    ({"row_data": address(1), "attachments": [{"type": "SONG", "value": "x"}]}, "RAW_TEXT"),
    (
        {"row_data": address(1), "attachments": [{"type": "HTML", "value": "javascript:x"}]},
        "https://",
    ),
]


@pytest.mark.parametrize("written", [as_lines, as_array])
def test_bad_rows_are_told_one_by_one_and_the_rest_goes_in(dataset, import_items, written):
    rows: list[Any] = []
    for bad, _why in BAD:
        rows += [bad, {"row_data": address(7)}]
    if written is as_array:
        texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        rows_sent = f"[{', '.join(texts)}]".encode()
    else:
        rows_sent = lines(*rows)
    operation = import_items(dataset, rows_sent)
    assert operation.status == Status.COMPLETE
    found = told(operation)
    assert [number for number, _name, _message in found] == list(range(1, 2 * len(BAD), 2))
    for (_number, _name, message), (bad, why) in zip(found, BAD, strict=True):
        assert why in message, f"{bad}: {message}"
    assert operation.error_count == len(BAD)
    assert dataset.items.count() == len(BAD)


def test_a_line_that_is_no_json_stops_no_other(dataset, import_items):
    good = [{"row_data": address(number)} for number in range(3)]
    rows = lines(good[0], '{"row_data": ', good[1], "", "  ") + b"\xff\xfe\n" + lines(good[2])
    operation = import_items(dataset, rows)
    (second, _name, broken), (fourth, _name4, foreign) = told(operation)
    assert (second, fourth) == (2, 4)
    assert "not JSON" in broken
    assert "UTF-8" in foreign
    assert dataset.items.count() == 3


def test_a_line_without_end_is_told_and_not_held(dataset, import_items):
    long = '{"row_data": "' + "x" * 3_000_000 + '"}'
    operation = import_items(dataset, lines(long, *references(1)))
    assert "1024 kB" in told(operation)[0][2]
    assert_whole(dataset, ["key-1"])


def test_an_array_that_breaks_keeps_what_came_before_and_names_the_place(dataset, import_items):
    text = json.dumps(references(3))
    cut = text.index('"key-3"')
    operation = import_items(dataset, text[:cut].encode(), lines(*references(1, first=9)))
    assert operation.status == Status.COMPLETE
    ((number, name, message),) = told(operation)
    assert (number, name) == (3, "list-1.json: row 3")
    assert "near byte" in message
    assert_whole(dataset, ["key-1", "key-2", "key-9"])


def test_an_empty_array_is_complete_with_nothing(dataset, import_items):
    operation = import_items(dataset, b"[]")
    assert (operation.status, operation.message) == (Status.COMPLETE, "0 items added")


def test_a_key_used_twice_in_the_list_is_told(dataset, import_items, monkeypatch):
    monkeypatch.setattr(item_arrivals, "ROWS_A_CHUNK", 2)
    rows = [*references(1), *references(1), *references(2, first=2), *references(1)]
    operation = import_items(dataset, lines(*rows))
    assert [number for number, _name, _message in told(operation)] == [2, 5]
    assert all("earlier row" in message for _number, _name, message in told(operation))
    assert_whole(dataset, ["key-1", "key-2", "key-3"])


def test_a_key_of_the_team_is_taken_and_another_teams_is_not(dataset, import_items, outsider):
    elsewhere = DatasetFactory.create(project=dataset.project)
    foreign = DatasetFactory.create()
    import_items(elsewhere, lines(*references(1)))
    Item.objects.filter(global_key="key-1").update(dataset=foreign, team=foreign.team)
    import_items(elsewhere, lines(*references(1, first=2)))
    operation = import_items(dataset, lines(*references(3)))
    ((number, _name, message),) = told(operation)
    assert number == 2
    assert "taken by another item of the team" in message
    assert_whole(dataset, ["key-1", "key-3"])


def test_what_was_refused_can_be_given_back(dataset, import_items):
    import_items(dataset, lines(*references(1)))
    row = {**references(1)[0], "external_id": "e", "metadata": {"a": 1}, "attachments": []}
    operation = import_items(dataset, lines(row, {"row_data": address(2), "external_id": "a\0b"}))
    taken, unfit = operation.rows.all()
    assert taken.data == row
    assert unfit.data == {"row_data": address(2), "external_id": "a�b", "incomplete": True}


def test_failed_rows_are_done_again(dataset, import_items, manager):
    import_items(dataset, lines(*references(1)))
    bad = [{"row_data": "x"}, "no json", {"row_data": address(1), "external_id": "\0"}]
    operation = import_items(dataset, lines(*references(2), *bad))
    Item.objects.filter(global_key="key-1").delete()
    verb = actions[Operation, "retry-failed"]
    again = perform(verb, operation, Actor.for_user(manager)).outcome
    engine.run(again.pk)
    again.refresh_from_db()
    assert again.status == Status.COMPLETE
    assert (again.done, again.total) == (2, 2)
    assert [row.message for row in again.rows.all()] == [operation.rows.get(number=3).message]
    assert dataset.items.filter(global_key="key-1").exists()
    only_broken = import_items(dataset, lines("no json"))
    with pytest.raises(Conflict):
        perform(verb, only_broken, Actor.for_user(manager))


def test_results_are_the_items_in_their_order(dataset, import_items, monkeypatch):
    monkeypatch.setattr("labeling.projects.operations.importing_items.ITEMS_A_QUERY", 2)
    import_items(dataset, lines(*references(1, first=9)))
    operation = import_items(dataset, lines(*references(5), {"row_data": "bad"}))
    results = list(ImportItems().results(operation))
    assert [each["global_key"] for each in results] == [f"key-{n}" for n in range(1, 6)]
    assert results[0] == {
        "item": dataset.items.get(global_key="key-1").pk,
        "position": 2,
        "name": "key-1",
        "row_data": address(1),
        "global_key": "key-1",
        "external_id": "",
    }


class PowerCut(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("written", [as_lines, as_array])
@pytest.mark.parametrize("name", ["prepare", "run_chunk"])
@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5])
def test_an_import_that_was_cut_off_doubles_and_loses_nothing(
    dataset, import_items, monkeypatch, written, name, cut
):
    monkeypatch.setattr(item_arrivals, "ROWS_A_CHUNK", 3)
    rows = [*references(4), {"row_data": "bad"}, *references(4, first=5)]
    lists = written(rows), written(references(2, first=9))
    operation = import_items(dataset, *lists, run=False)
    original, calls = getattr(ImportItems, name), []

    def cutting(self, *args):
        calls.append(1)
        answer = original(self, *args)
        if len(calls) == cut:
            raise PowerCut
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(ImportItems, name, cutting)
        with pytest.raises(PowerCut):
            engine.run(operation.pk)
    Operation.objects.filter(pk=operation.pk).update(status=Status.QUEUED, claimed_by="")
    engine.run(operation.pk)
    operation.refresh_from_db()
    assert (operation.status, operation.done) == (Status.COMPLETE, 11)
    assert [number for number, _name, _message in told(operation)] == [5]
    assert_whole(dataset, [f"key-{number}" for number in range(1, 11)])
    assert not StagedFile.objects.exists()


def test_a_rival_that_takes_a_key_at_the_last_moment_costs_one_row(
    dataset, import_items, monkeypatch
):
    other = DatasetFactory.create(project=dataset.project)
    asked = []

    def blind_at_first(team_id, keys):
        asked.append(keys)
        return {} if len(asked) == 1 else {"key-2": None}

    import_items(other, lines(*references(1, first=2)))
    monkeypatch.setattr(item_storing, "_owners", blind_at_first)
    operation = import_items(dataset, lines(*references(3)))
    assert [number for number, _name, _message in told(operation)] == [2]
    assert_whole(dataset, ["key-1", "key-3"])


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_share_out_the_places_and_the_keys(dataset, import_items, monkeypatch):
    monkeypatch.setattr(item_arrivals, "ROWS_A_CHUNK", 5)
    first = import_items(dataset, lines(*references(20)), run=False)
    second = import_items(dataset, lines(*references(20, first=11)), run=False)
    together = threading.Barrier(2)

    def work(operation: Operation) -> None:
        together.wait()
        try:
            engine.run(operation.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(each,)) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever found the database busy waits for the sweeper, as in real life.
    for each in (first, second):
        engine.run(each.pk)
        each.refresh_from_db()
        assert each.status == Status.COMPLETE
    dataset.refresh_from_db()
    assert dataset.item_count == dataset.items.count() == 30
    positions = dataset.items.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, 31))
    assert first.rows.count() + second.rows.count() == 10


def test_a_chunk_takes_the_same_few_queries_however_many_rows(dataset, import_items, count_queries):
    few = import_items(dataset, lines(*references(2)), run=False)
    many = import_items(dataset, lines(*references(600, first=10)), run=False)
    few_queries = count_queries(lambda: engine.run(few.pk))
    assert count_queries(lambda: engine.run(many.pk)) <= few_queries
    assert dataset.items.count() == 602
