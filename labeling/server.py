"""The process that serves: gunicorn with threads, and in the embedded default the worker too."""

import errno
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.utils.module_loading import import_string
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from labeling.operations import embedded

# Seconds that running requests get when the server is asked to stop.
GRACE = 20


class PortTaken(Exception):
    """Somebody else listens on this address already."""


@dataclass(frozen=True)
class Address:
    """Where to listen, and what a person types to get there."""

    host: str
    port: int

    @property
    def bind(self) -> str:
        """As gunicorn writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """As a browser on this machine reaches it; every interface includes the loopback."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return f"http://{shown}:{self.port}"

    def check(self) -> None:
        """Look before the long preparations whether the address can be had.

        Raises:
            PortTaken: another program has it.
            OSError: it is no address of this machine, or one that needs more rights.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise PortTaken from error
                raise


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Stops on Ctrl-C as gracefully as on SIGTERM."""

    def handle_int(self) -> None:
        self.handle_term()


class Server(BaseApplication):  # type: ignore[misc]
    """The desk, served until a signal ends it.

    Arguments:
        workers: processes; more than one needs a broker that they share.
        threads: requests at a time in each process.
        on_ready: called once, in the first worker, when it accepts connections.
    """

    def __init__(
        self, address: Address, workers: int, threads: int, on_ready: Callable[[], None]
    ) -> None:
        self.address = address
        self.workers = workers
        self.threads = threads
        self.on_ready = on_ready
        self.embedded: embedded.EmbeddedWorker | None = None
        super().__init__()

    def load_config(self) -> None:
        """Hand our choices to gunicorn."""
        for name, value in self._choices().items():
            self.cfg.set(name, value)

    def load(self) -> WSGIHandler:
        """The Django application, made in each worker."""
        application: WSGIHandler = import_string(settings.WSGI_APPLICATION)
        return application

    def run(self) -> None:
        """Serve; returns by SystemExit when it is over."""
        _Arbiter(self).run()

    def _choices(self) -> dict[str, Any]:
        return {
            "bind": self.address.bind,
            "workers": self.workers,
            "worker_class": "gthread",
            "threads": self.threads,
            "graceful_timeout": GRACE,
            "timeout": 120,
            "keepalive": 30,
            "loglevel": "warning",
            "proc_name": "labeldesk",
            # A second way in that nobody asked for.
            "control_socket_disable": True,
            "post_worker_init": self._begin,
            "worker_exit": self._end,
        }

    def _begin(self, worker: Any) -> None:
        # The terminal sends Ctrl-C to every process; this one waits for its parent's word.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if embedded.is_wanted():
            self.embedded = embedded.EmbeddedWorker()
            self.embedded.start()
        if worker.age == 1:
            self.on_ready()

    def _end(self, _arbiter: Any, _worker: Any) -> None:
        if self.embedded is not None:
            self.embedded.stop()
