"""Small web servers on this machine, and a resolver that knows them by name."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from threading import Thread

import pytest

Answer = Callable[[BaseHTTPRequestHandler], None]


class Web(ThreadingHTTPServer):
    """Answers each path with what a test wrote for it, and remembers what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[BaseHTTPRequestHandler] = []

    def at(self, path: str) -> str:
        """A path as an address."""
        return f"http://127.0.0.1:{self.server_port}{path}"

    def says(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer a path with this; `Content_Type` stands for Content-Type."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in {"Content_Length": str(len(body)), **headers}.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            request.wfile.write(body)

        self.answers[path] = answer
        return self.at(path)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever is asked may hang up; that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        self.server.asked.append(self)
        self.server.answers[self.path](self)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.body = self.rfile.read(length)
        self.do_GET()

    def log_message(self, *words: object) -> None:
        """A test's output is its own."""


@pytest.fixture
def silent_web() -> Iterator[Web]:
    """A web server on an address that is not public."""
    server = Web()
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def web(silent_web: Web, settings) -> Web:
    """The same on a network that the desk may reach."""
    settings.FETCH_PRIVATE_NETWORKS = [ip_network("127.0.0.1/32")]
    return silent_web


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """What the resolver answers by name; each answer is used up, but the last stays."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: int, **kwargs: int):
        if host not in known:
            with suppress(ValueError):
                return real(host, port, *args, **kwargs)
        answers = known[host]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known
