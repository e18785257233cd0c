"""The kind of the engine's own tests: nothing but chunks, rows and marks."""

from django.db import connection

from labeling.operations import engine
from labeling.operations.models import Operation
from tests.labeling.operations import counting
from tests.services.kills import Scenario, rows_once, scenario

ROWS, CHUNK = 300, 7


@scenario("test-count")
class Count(Scenario):
    """Every number leaves one mark, in a table that would hold two as well."""

    def __init__(self) -> None:
        super().__init__()
        with connection.cursor() as cursor:
            cursor.execute(counting.CREATE_MARKS)

    def start(self) -> Operation:
        return engine.start("test-count", self.manager, self.team, {"to": ROWS, "by": CHUNK})

    def check(self, operation: Operation) -> None:
        rows_once(operation, ROWS)
        assert counting.marks(operation) == list(range(1, ROWS + 1))
        assert operation.error_count == ROWS // 10
