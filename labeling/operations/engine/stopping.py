"""Whether this process is about to end: then operations go back to the queue between chunks."""

import mmap
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_asked = threading.Event()
# One byte that the processes which a worker forks share with it.
_asked_of_all = mmap.mmap(-1, 1)
_idle = threading.Condition()
_busy: set[int] = set()


def ask() -> None:
    """Let running operations stop after their current chunk, and begin no others."""
    _asked.set()


def ask_children() -> None:
    """The same, asked of this process and of all that it has forked."""
    _asked_of_all[0] = 1


def is_set() -> bool:
    """Whether the process is about to end."""
    return _asked.is_set() or _asked_of_all[0] == 1


def forget() -> None:
    """Take it back, for a process that lives on after all."""
    _asked.clear()
    _asked_of_all[0] = 0


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
