"""The messages that workers take: an operation's id, and the sweeper's turn."""

from celery import shared_task
from django.db import connection

from labeling.operations import engine
from labeling.operations.doorbell import RUN_TASK


@shared_task(name=RUN_TASK)
def run(operation_id: int) -> None:
    """Run the operation, if nobody else has claimed it."""
    try:
        engine.run(operation_id)
    finally:
        connection.close_if_unusable_or_obsolete()


@shared_task(name="labeling.operations.sweep")
def sweep() -> None:
    """Get operations going again that nobody looks after."""
    try:
        engine.sweep()
    finally:
        connection.close_if_unusable_or_obsolete()
