"""Operations of the counting kind, and a doorbell that only notes who was rung for."""

import pytest
from django.db import connection

from accounts.actor import Actor
from accounts.models import User
from labeling.operations import doorbell, engine
from labeling.operations.engine import claims
from labeling.operations.models import Operation
from tests.labeling.operations import counting


@pytest.fixture
def rings(monkeypatch) -> list[int]:
    """The operations that a worker was told of, in order; nobody runs them."""
    heard: list[int] = []
    monkeypatch.setattr(doorbell, "_ring", lambda operation_id, queue: heard.append(operation_id))
    return heard


@pytest.fixture
def count(db, team, manager):
    """Starts counting for the manager; it runs when the test says so."""
    with connection.cursor() as cursor:
        cursor.execute(counting.CREATE_MARKS)
        cursor.execute("DELETE FROM test_marks")

    def start(hold: bool = False, key: str = "", asker: User | None = manager, **data) -> Operation:
        actor = Actor.for_user(asker) if asker is not None else None
        return engine.start("test-count", actor, team, data, hold=hold, idempotency_key=key)

    return start


@pytest.fixture
def fate():
    """What became of an operation, read afresh."""

    def read(operation: Operation) -> Operation:
        return Operation.objects.get(pk=operation.pk)

    return read


@pytest.fixture
def take():
    """Claims a queued operation, as a worker does."""

    def claim(operation: Operation) -> Operation:
        claimed = claims.take(operation.pk)
        assert claimed is not None
        return claimed

    return claim
