"""The messages that workers take: an operation's id, and the sweeper's turn."""

from celery import shared_task

from labeling.operations import engine
from labeling.operations.doorbell import RUN_TASK
from labeling.operations.engine import connections


@shared_task(name=RUN_TASK)
def run(operation_id: int) -> None:
    """Run the operation, if nobody else has claimed it."""
    try:
        engine.run(operation_id)
    finally:
        connections.tidy()


@shared_task(name="labeling.operations.sweep")
def sweep() -> None:
    """Get operations going again that nobody looks after."""
    try:
        engine.sweep()
    finally:
        connections.tidy()
