"""Lists of data rows, and imports of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actor import Actor
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.projects.importing import start_import_items
from labeling.projects.models import Dataset


def address(number: int) -> str:
    """Where a picture lies."""
    return f"https://pictures.example.org/fruit/IMG_{number}.jpg"


def lines(*rows: Any) -> bytes:
    """NDJSON; a text stands for itself."""
    return b"".join(
        (row if isinstance(row, str) else json.dumps(row)).encode() + b"\n" for row in rows
    )


def references(count: int, first: int = 1) -> list[dict[str, Any]]:
    """So many rows, each with its key."""
    return [
        {"row_data": address(number), "global_key": f"key-{number}"}
        for number in range(first, first + count)
    ]


@pytest.fixture
def import_items(manager) -> Callable[..., Operation]:
    """Imports lists (bytes, or uploaded ahead) as Max, and runs it unless told otherwise."""

    def send(
        dataset: Dataset, *lists: Any, fetch: bool = False, key: str = "", run: bool = True
    ) -> Operation:
        files = [
            SimpleUploadedFile(f"list-{number}.json", each) if isinstance(each, bytes) else each
            for number, each in enumerate(lists, 1)
        ]
        actor = Actor.for_user(manager)
        operation = start_import_items(actor, dataset, files, fetch=fetch, idempotency_key=key)
        if run:
            engine.run(operation.pk)
            operation.refresh_from_db()
        return operation

    return send


def told(operation: Operation) -> list[tuple[int, str, str]]:
    """Number, name and message of each row that did not go in."""
    return list(operation.rows.values_list("number", "name", "message"))


def assert_whole(dataset: Dataset, keys: list[str | None]) -> None:
    """The dataset has items of these keys, in places 1, 2, ..., and counts them."""
    dataset.refresh_from_db()
    items = list(dataset.items.order_by("position"))
    assert [item.global_key for item in items] == keys
    assert [item.position for item in items] == list(range(1, len(keys) + 1))
    assert dataset.item_count == len(keys)
