"""A kind of work for the tests: it counts, and leaves a mark for each number.

The marks stand in a table without any uniqueness, so that work done twice shows.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy

from accounts.roles import Capability
from labeling.operations.kinds import Chunk, Kind, Plan, Row, Step, register_kind
from labeling.operations.models import Operation
from labeling.operations.states import Outcome

CREATE_MARKS = "CREATE TABLE IF NOT EXISTS test_marks (operation_id bigint, number bigint)"


def marks(operation: Operation) -> list[int]:
    """Every mark that the operation left, doubles included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM test_marks WHERE operation_id = %s ORDER BY number", [operation.pk]
        )
        return [number for (number,) in cursor.fetchall()]


@register_kind
class Count(Kind):
    """Counts from 1 to `to`, `by` numbers a chunk; every tenth number is an error."""

    name = "test-count"
    label = gettext_lazy("Count")
    capability = Capability.EXPORT
    form = None

    # What a test wants to happen at a named point of a chunk.
    hooks: Mapping[str, Callable[[Chunk], None]] = {}
    retries = True

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        if "numbers" in data:
            return Plan({"numbers": data["numbers"], "by": 10}, len(data["numbers"]))
        return Plan({"to": data.get("to", 25), "by": data.get("by", 10)}, data.get("to", 25))

    def retry_rows(self, operation: Operation) -> Mapping[str, Any] | None:
        failed = operation.rows.filter(outcome=Outcome.ERROR)
        return {"numbers": list(failed.values_list("number", flat=True))} if self.retries else None

    def prepare(self, chunk: Chunk) -> list[int]:
        self._meet("preparing", chunk)
        if "numbers" in chunk.plan:
            return list(chunk.plan["numbers"])
        first = int(chunk.cursor.get("after", 0)) + 1
        return list(range(first, min(first + chunk.plan["by"], chunk.plan["to"] + 1)))

    def run_chunk(self, chunk: Chunk, prepared: list[int]) -> Step:
        self._meet("begun", chunk)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO test_marks VALUES (%s, %s)",
                [(chunk.operation.pk, number) for number in prepared],
            )
        self._meet("written", chunk)
        last = prepared[-1]
        return Step(
            cursor={"after": last},
            done=len(prepared),
            rows=[self._row(number) for number in prepared],
            finished="numbers" in chunk.plan or last >= chunk.plan["to"],
            result={"last": last},
        )

    def clean_up(self, operation: Operation) -> None:
        self._meet("cleaning", Chunk(operation, operation.cursor, lambda done: None))

    def _meet(self, point: str, chunk: Chunk) -> None:
        hook = self.hooks.get(point)
        if hook is not None:
            hook(chunk)

    def _row(self, number: int) -> Row:
        if number % 10 == 0:
            return Row(number, f"n{number}", Outcome.ERROR, "Ten is too round.")
        return Row(number, f"n{number}")


@contextmanager
def meanwhile(**hooks: Callable[[Chunk], None]) -> Iterator[None]:
    """Let these happen at the named points: preparing, begun, written, cleaning."""
    Count.hooks = hooks
    try:
        yield
    finally:
        Count.hooks = {}


def raising(error: BaseException, after: int = 0) -> Callable[[Chunk], None]:
    """A hook that raises once the cursor stands at `after`."""

    def hook(chunk: Chunk) -> None:
        if chunk.cursor.get("after", 0) == after:
            raise error

    return hook
