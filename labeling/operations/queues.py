"""The queues, by themselves: the Celery application reads them before Django is set up."""

from enum import StrEnum


class Queue(StrEnum):
    """Where operations wait: what a person looks at waits apart from what takes minutes."""

    QUICK = "quick"
    BULK = "bulk"
