"""Telling a worker that a delivery is due. The row is the truth: a lost ring costs a moment."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from labeling.operations.queues import Queue

DELIVER_TASK = "labeling.operations.deliver"
RING_LASTS = 60  # seconds; the sweeper rings again

logger = logging.getLogger(__name__)


def ring(delivery_id: int) -> None:
    """Send the delivery's id to a worker, once the surrounding transaction is committed."""
    transaction.on_commit(partial(_ring, delivery_id))


def _ring(delivery_id: int) -> None:
    try:
        current_app.tasks[DELIVER_TASK].apply_async(
            args=(delivery_id,), queue=Queue.QUICK.value, expires=RING_LASTS, retry=False
        )
    except (OperationalError, OSError) as error:
        logger.warning("delivery %s waits for the sweeper, no broker: %s", delivery_id, error)
