"""Whether this process is about to end: then operations go back to the queue between chunks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_asked = threading.Event()
_idle = threading.Condition()
_busy: set[int] = set()


def ask() -> None:
    """Let running operations stop after their current chunk, and begin no others."""
    _asked.set()


def is_set() -> bool:
    """Whether the process is about to end."""
    return _asked.is_set()


def forget() -> None:
    """Take it back, for a process that lives on after all."""
    _asked.clear()


def pause(seconds: float) -> None:
    """Wait so long, or until the process is asked to end."""
    _asked.wait(seconds)


@contextmanager
def busy() -> Iterator[None]:
    """While the block lasts, this thread works on an operation."""
    me = threading.get_ident()
    with _idle:
        _busy.add(me)
    try:
        yield
    finally:
        with _idle:
            _busy.discard(me)
            _idle.notify_all()


def wait_until_idle(seconds: float) -> bool:
    """Wait until no thread works on an operation; False when that took too long."""
    with _idle:
        return _idle.wait_for(lambda: not _busy, timeout=seconds)
