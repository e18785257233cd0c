"""Rows by the thousand go in with everything that `save` would have stored."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from labeling.core.bulk_insert import insert_rows
from labeling.operations.models import OperationRow
from labeling.projects.models import Item, StagedFile
from tests.factories import DatasetFactory

COLUMNS = (
    "team_id",
    "dataset_id",
    "position",
    "name",
    "content_hash",
    "width",
    "height",
    "byte_size",
    "media_type",
    "file",
    "thumbnail",
    "source_url",
    "global_key",
    "external_id",
    "metadata",
    "attachments",
    "object_count",
    "created_at",
)
NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def dataset(team):
    """An empty dataset."""
    return DatasetFactory.create(project__team=team)


def row(dataset, position, **values):
    """One reference, in the order of COLUMNS."""
    told = {
        "team_id": dataset.team_id,
        "dataset_id": dataset.pk,
        "position": position,
        "name": f"pear {position}",
        "source_url": "https://example.org/pear.png",
        "global_key": None,
        "metadata": {},
        "attachments": [],
        "created_at": NOON,
        **dict.fromkeys(("width", "height", "byte_size", "object_count"), 0),
        **values,
    }
    return [told.get(column, "") for column in COLUMNS]


def test_every_value_is_read_back_as_it_was_given(dataset):
    odd = 'tab\t, "quotes", back\\slash, \\N, line\nbreak, \r and 梨 🍐'
    facts = {"ripe": True, "weight": 1.5, "where": odd, "none": None}
    insert_rows(
        Item,
        COLUMNS,
        [row(dataset, 1, name=odd, global_key=odd, metadata=facts, attachments=[odd])],
    )
    found = Item.objects.get(dataset=dataset)
    assert (found.name, found.global_key) == (odd, odd)
    assert (found.metadata, found.attachments) == (facts, [odd])
    assert found.created_at == NOON
    assert found.width == 0
    assert not found.file


def test_a_text_for_a_json_field_is_json_already(dataset):
    insert_rows(Item, COLUMNS, [row(dataset, 1, metadata='{"ripe": true}', attachments="[]")])
    found = Item.objects.get(metadata__ripe=True)
    assert (found.metadata, found.attachments) == ({"ripe": True}, [])


def test_a_thousand_rows_come_from_a_generator_in_one_statement(dataset, count_queries):
    rows = (row(dataset, position) for position in range(1, 1001))
    assert count_queries(lambda: insert_rows(Item, COLUMNS, rows)) == 1
    assert Item.objects.filter(dataset=dataset).count() == 1000


def test_no_rows_are_fine(dataset):
    insert_rows(Item, COLUMNS, [])
    assert not Item.objects.filter(dataset=dataset).exists()


def test_keys_given_by_the_database_go_on_after_it(dataset):
    insert_rows(Item, COLUMNS, [row(dataset, 1), row(dataset, 2)])
    first, second = Item.objects.filter(dataset=dataset).order_by("position")
    assert second.pk > first.pk


def test_uuids_and_times_are_stored_as_the_database_has_them(manager):
    key = uuid.uuid4()
    columns = ("key", "uploaded_by_id", "created_at", "file", "name", "byte_size")
    insert_rows(StagedFile, columns, [(key, manager.pk, NOON, "staged/a", "a.ndjson", 7)])
    found = StagedFile.objects.get(key=key)
    assert (found.created_at, found.uploaded_by, found.byte_size) == (NOON, manager, 7)


def test_a_refused_row_takes_the_others_back_and_a_savepoint_lets_one_go_on(dataset):
    rows = [row(dataset, 1), row(dataset, 2, global_key="pear"), row(dataset, 3, global_key="pear")]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Item, COLUMNS, rows)
    assert not Item.objects.filter(dataset=dataset).exists()
    insert_rows(Item, COLUMNS, rows[:2])
    assert Item.objects.filter(dataset=dataset).count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_inserted():
    assert not connection.in_atomic_block
    with pytest.raises(TransactionManagementError):
        insert_rows(OperationRow, ("operation_id", "number"), [(1, 1)])


def test_a_column_that_does_not_exist_is_named(db):
    with pytest.raises(ValueError, match="colour"):
        insert_rows(OperationRow, ("colour",), [])
