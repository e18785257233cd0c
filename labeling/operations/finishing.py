"""Telling others that an operation has ended: the bell, webhooks and mails listen here.

Whoever ends an operation calls `tell` in the very transaction that does so. What a listener writes
is therefore on record exactly when the end is, also when the process dies a moment later.
"""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, transaction

from labeling.operations.models import Operation

Listener = Callable[[Operation], None]

listeners: list[Listener] = []

logger = logging.getLogger(__name__)


def on_finished(listener: Listener) -> Listener:
    """Decorator: the function hears of every operation that is complete, failed or canceled.

    It runs inside the transaction of the end, so it only writes quick rows; what takes longer it
    leaves to a task. An operation that is retried after its failure ends, and is told, once more.
    """
    listeners.append(listener)
    return listener


def tell(operation_id: int) -> None:
    """Call every listener with the operation as it ended.

    A listener that fails takes nothing with it but what it wrote itself: an end must never fail
    for the sake of its notice. Only a database that is away passes through.

    Raises:
        OperationalError, InterfaceError: the caller's transaction cannot commit either.
    """
    operation = Operation.objects.filter(pk=operation_id).select_related("team").first()
    if operation is None:
        return
    for listener in listeners:
        try:
            with transaction.atomic():
                listener(operation)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("operation %s has ended, and nobody was told", operation_id)
