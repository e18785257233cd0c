"""How many operations of a queue this process does at once.

A process that does everything keeps a thread free for what people look at. Workers of their own
are not limited here: which queues they take, and how many at once, is said when they are started.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_guard = threading.Lock()
_most: dict[str, int] = {}
_taken: dict[str, int] = {}


def limit(most: Mapping[str, int]) -> None:
    """Set the limits by queue; a queue without one has none."""
    with _guard:
        _most.clear()
        _most.update(most)


@contextmanager
def one(queue: str) -> Iterator[bool]:
    """Hold one of the queue's slots while the block lasts; False when all are taken."""
    with _guard:
        free = _taken.get(queue, 0) < _most.get(queue, 1 + _taken.get(queue, 0))
        if free:
            _taken[queue] = _taken.get(queue, 0) + 1
    try:
        yield free
    finally:
        if free:
            with _guard:
                _taken[queue] -= 1
