"""The messages that workers take: an operation's or a delivery's id, and the sweeper's turn."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.db import connection

from labeling.operations import engine
from labeling.operations.doorbell import RUN_TASK
from labeling.operations.engine import connections, stopping
from labeling.operations.notices import recording, sending
from labeling.operations.notices.ringing import DELIVER_TASK

# Named here, so that whoever ends operations has its listeners loaded.
__all__ = ["deliver", "recording", "run", "sweep"]


@shared_task(name=RUN_TASK)
def run(operation_id: int) -> None:
    """Run what is next in the operation's queue, if nobody else has claimed it."""
    try:
        engine.answer(operation_id)
    finally:
        connections.tidy()


@shared_task(name="labeling.operations.sweep")
def sweep() -> None:
    """Get operations and deliveries going again that nobody looks after."""
    try:
        engine.sweep()
        sending.sweep()
    finally:
        connections.tidy()


@shared_task(name=DELIVER_TASK)
def deliver(delivery_id: int) -> None:
    """Make one attempt of a delivery, if it is due and nobody else is at it."""
    try:
        sending.deliver(delivery_id)
    finally:
        connections.tidy()


@worker_ready.connect
def take_up_what_was_left(**_facts: Any) -> None:
    """What a worker of its own does first: work of a process that died goes on at once."""
    try:
        engine.sweep_at_start()
    finally:
        connection.close()  # the main process forks more children later


@worker_shutting_down.connect
def give_back_what_is_at_work(**_facts: Any) -> None:
    """A worker that is asked to end does not wait for the end of an hour's import."""
    stopping.ask_children()
