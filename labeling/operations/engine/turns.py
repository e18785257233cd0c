"""A worker's turn: long work makes room between two chunks when somebody else's waits."""

from datetime import timedelta
from time import monotonic

from labeling.operations.engine import lanes
from labeling.operations.models import Operation

# Seconds between two looks whether anybody waits.
LOOK = 1.0
# Work that a person looks at never waits longer for a worker that takes it too.
QUICK_PATIENCE = timedelta(seconds=2)


class Over(Exception):
    """The operation goes to the end of its queue, and its worker to somebody else's."""


class Turn:
    """One worker's turn with one operation."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.began = self.looked = monotonic()

    def check(self) -> None:
        """Look whether somebody waits; call it between two chunks, as often as you like.

        Raises:
            Over
        """
        now = monotonic()
        if now - self.looked < min(LOOK, lanes.TURN.total_seconds()):
            return
        self.looked = now
        if lanes.quick_work_waits(self.operation.queue, QUICK_PATIENCE):
            raise Over
        if now - self.began >= lanes.TURN.total_seconds() and lanes.would_go_elsewhere(
            self.operation
        ):
            raise Over
