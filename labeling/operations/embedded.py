"""The embedded default: a Celery worker and its schedule as threads of the web process.

Celery does not promise this, and the in-memory broker forgets everything when the process ends.
It is safe here because the broker is only a doorbell (see decision record 0003).
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from celery import Celery, beat
from celery.app import app_or_default
from celery.utils.nodenames import host_format
from celery.worker import WorkController
from celery.worker import state as worker_state
from django.conf import settings
from django.db import connection

from labeling.operations import engine
from labeling.operations.engine import slots, stopping
from labeling.operations.queues import Queue

# One thread for long work, and one that stays free for what a person looks at.
CONCURRENCY = 2
AT_ONCE: Mapping[str, int] = {Queue.BULK: 1}
POLLING = 0.05  # seconds; Celery's own 1.0 would be felt on every click
BREATH = 1.0  # seconds between a death and the next attempt
FAREWELL = 15.0  # seconds for the chunks in progress when the process ends

# Celery's own wish to end, an exit code or None; its types know only the None.
state: Any = worker_state

logger = logging.getLogger(__name__)


def is_wanted() -> bool:
    """Whether this desk has no broker of its own, so that the web process has to do the work."""
    return str(settings.CELERY_BROKER_URL).startswith("memory://")


class EmbeddedWorker:
    """Runs the background work of this process until `stop`."""

    def __init__(self) -> None:
        self.app: Celery = app_or_default()
        self.app.conf.update(broker_url="memory://localhost//")  # as is_wanted, in full
        self.app.conf.broker_transport_options = {"polling_interval": POLLING}
        self.beat: beat.Service | None = None
        self.threads = [
            threading.Thread(target=self._keep_alive, args=(what, run), name=what, daemon=True)
            for what, run in (("operations-worker", self._work), ("operations-beat", self._beat))
        ]

    def start(self) -> None:
        """Take up what the process before left, then wait for work."""
        stopping.forget()
        state.should_stop = None
        slots.limit(AT_ONCE)
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Let operations go back to the queue after their chunk, and wait a moment for that."""
        stopping.ask()
        state.should_stop = 0
        if self.beat is not None:
            self.beat.stop()
        if not stopping.wait_until_idle(FAREWELL):
            logger.warning("a chunk is cut off; the next start repeats it")

    def _keep_alive(self, what: str, run: Callable[[], None]) -> None:
        """A thread that dies in silence would leave a desk that looks well and does nothing."""
        while not stopping.is_set():
            try:
                run()
            except (Exception, SystemExit):
                logger.critical("%s died and starts again", what, exc_info=True)
            else:
                if not stopping.is_set():
                    logger.critical("%s ended and starts again", what)
            finally:
                connection.close()
            stopping.pause(BREATH)

    def _work(self) -> None:
        engine.sweep_at_start()
        connection.close()
        worker: Any = WorkController(
            app=self.app,
            hostname=host_format("embedded@%h"),
            pool="threads",
            concurrency=CONCURRENCY,
            queues=[queue.value for queue in Queue],
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        worker.start()

    def _beat(self) -> None:
        self.beat = beat.Service(self.app, scheduler_cls=beat.Scheduler, max_interval=1)
        self.beat.start(embedded_process=False)
