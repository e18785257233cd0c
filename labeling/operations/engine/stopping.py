"""Whether this process is about to end: then operations go back to the queue between chunks."""

import threading

_asked = threading.Event()


def ask() -> None:
    """Let running operations stop after their current chunk, and begin no others."""
    _asked.set()


def is_set() -> bool:
    """Whether the process is about to end."""
    return _asked.is_set()


def forget() -> None:
    """Take it back, for a process that lives on after all."""
    _asked.clear()
