"""A real receiver of webhooks, and the kind of work whose end it is told."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest

from labeling.core.workflow import actions, perform
from labeling.operations.models import Delivery, Webhook
from labeling.operations.notices import ringing
from tests.labeling.operations.conftest import count, fate, rings, take

__all__ = ["count", "fate", "rings", "take"]


@dataclass
class Receiver:
    """Somebody's server.

    Attributes:
        url: where it listens.
        code: what it answers.
        heard: headers and body of every message.
    """

    url: str = ""
    code: int = 204
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A server on this machine, whose network the desk may reach."""
    settings.FETCH_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.heard.append((dict(self.headers), body))
            self.send_response(made.code)
            self.send_header("Location", "http://169.254.169.254/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    made.url = f"http://127.0.0.1:{server.server_port}/hook?key=a"
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def delivery_rings(monkeypatch) -> list[int]:
    """The deliveries that a worker was told of; nobody sends them."""
    heard: list[int] = []
    monkeypatch.setattr(ringing, "_ring", heard.append)
    return heard


@pytest.fixture
def hook_of(team, manager, actor_for, receiver):
    """Adds a webhook as the manager does."""

    def add(**data: Any) -> Webhook:
        given = {"url": receiver.url, "events": ["complete", "failed"], **data}
        added = perform(actions[type(team), "add-webhook"], team, actor_for(manager), given)
        return added.outcome

    return add


@pytest.fixture
def due():
    """Makes a delivery due now, whatever it waits for."""

    def hurry(delivery: Delivery) -> Delivery:
        Delivery.objects.filter(pk=delivery.pk).update(next_try_at="2020-01-01T00:00Z")
        delivery.refresh_from_db()
        return delivery

    return hurry
