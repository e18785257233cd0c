"""Knowing for sure that a process of this machine is dead, so that nobody waits for its silence.

Each process that runs operations holds a lock on a file of its own. The system drops the lock
when the process ends, however it ends; a process id alone would not do, since in a container the
next server often gets the same one.
"""

import fcntl
import os
import secrets
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings


@dataclass(frozen=True)
class _Own:
    """This process's name, and the open file that holds its lock."""

    pid: int
    name: str
    file: IO[bytes]


_guard = threading.Lock()
_own: list[_Own] = []


def make_token() -> str:
    """A claim's token: the machine, the process, the claim."""
    return f"{socket.gethostname()}:{_own_name()}:{secrets.token_hex(8)}"


def is_dead(token: str) -> bool:
    """Whether the process that made the token has certainly ended; False when not sure."""
    host, _, rest = token.partition(":")
    name = rest.partition(":")[0]
    if host != socket.gethostname() or not name:
        return False
    return _is_free(_folder() / name)


def forget_the_dead() -> None:
    """Remove the lock files of ended processes."""
    for path in _folder().glob("*-*"):
        if _is_free(path):
            path.unlink(missing_ok=True)


def _own_name() -> str:
    with _guard:
        # A fork inherits the list, and with it a lock that is its parent's.
        if not _own or _own[-1].pid != os.getpid():
            folder = _folder()
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{os.getpid()}-{secrets.token_hex(4)}"
            file = (folder / name).open("xb")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _own.append(_Own(os.getpid(), name, file))
        return _own[-1].name


def _is_free(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:  # held by a living process, or not on this machine
        return False


def _folder() -> Path:
    folder: Path = settings.LABELDESK_DATA / "workers"
    return folder
