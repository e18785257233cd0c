"""A table for the marks of the counting kind."""

import pytest
from django.db import connection

from accounts.actor import Actor
from labeling.operations import engine
from labeling.operations.models import Operation
from tests.labeling.operations import counting


@pytest.fixture
def count(db, team, manager):
    """Starts counting for the manager; it runs when the test says so."""
    with connection.cursor() as cursor:
        cursor.execute(counting.CREATE_MARKS)
        cursor.execute("DELETE FROM test_marks")

    def start(**data) -> Operation:
        return engine.start("test-count", Actor.for_user(manager), team, data)

    return start
