"""For callers that want the result of a short operation at once: a command, a script's request."""

import time

from labeling.operations.engine import run
from labeling.operations.models import Operation
from labeling.operations.states import FINISHED

PAUSE_SECONDS = 0.05


def finish(operation_id: int, seconds: float) -> Operation:
    """Run the operation here unless a worker was quicker, and wait for it for so many seconds.

    It must have been started in a transaction that is committed. Returns it as it is then, which
    may still be running.
    """
    run(operation_id)
    deadline = time.monotonic() + seconds
    while True:
        operation = Operation.objects.get(pk=operation_id)
        if operation.status in FINISHED or time.monotonic() > deadline:
            return operation
        time.sleep(PAUSE_SECONDS)
