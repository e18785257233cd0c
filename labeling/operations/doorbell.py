"""Telling a worker that an operation waits. The row is the truth: a lost ring costs a moment."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

RUN_TASK = "labeling.operations.run"
# The sweeper rings again long before; without an end, a busy queue would fill with old rings.
RING_LASTS = 120

logger = logging.getLogger(__name__)


def ring(operation_id: int, queue: str) -> None:
    """Send the operation's id to its queue, once the surrounding transaction is committed."""
    transaction.on_commit(partial(_ring, operation_id, queue))


def _ring(operation_id: int, queue: str) -> None:
    try:
        current_app.tasks[RUN_TASK].apply_async(
            args=(operation_id,), queue=queue, expires=RING_LASTS, retry=False
        )
    except (OperationalError, OSError) as error:
        # The work is safely on record; whoever asked for it should not see the broker's trouble.
        logger.warning("operation %s waits for the sweeper, no broker: %s", operation_id, error)
