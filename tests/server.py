"""A real desk in a process of its own, as `manage.py up` starts it, and workers beside it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.source import ROOT

PATIENCE = 90.0
OWN_CHOICES = frozenset({"DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL"})


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Desk:
    """A running desk: its address, its data folder and the processes behind it.

    Attributes:
        environment: what its processes see; a restart sees the same.
    """

    data: Path
    port: int
    environment: dict[str, str]
    server: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *arguments: str) -> str:
        """Run a management command; returns what it printed, fails when it failed."""
        return self.python("manage.py", *arguments)

    def python(self, *arguments: str) -> str:
        """Run Python with this desk's environment; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 4,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self, *arguments: str, patience: float = PATIENCE) -> None:
        """Start the server and wait so many seconds until it answers."""
        self.server = self._spawn("manage.py", "up", "--port", str(self.port), *arguments)
        deadline = time.monotonic() + patience
        while not answers(f"{self.url}/"):
            assert self.server.poll() is None, f"the server ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"the server does not answer:\n{self.log()}"
            time.sleep(0.1)

    def start_worker(self) -> None:
        """Start a Celery worker with its schedule, in processes of their own."""
        celery = ("-m", "celery", "-A", "labeling")
        self.workers.append(self._spawn(*celery, "worker", "-c", "1", "-l", "INFO"))
        schedule = str(self.data / "beat-schedule")
        self.workers.append(self._spawn(*celery, "beat", "--schedule", schedule))

    def kill(self) -> None:
        """`kill -9` the server with all its processes; what it was doing is cut off."""
        assert self.server is not None
        end(self.server, signal.SIGKILL)
        self.server = None

    def kill_workers(self) -> None:
        """`kill -9` the workers and their schedule."""
        while self.workers:
            end(self.workers.pop(), signal.SIGKILL)

    def end_workers(self) -> None:
        """Ask the workers and their schedule to end, and wait for that; nothing is cut off."""
        for process in self.workers:
            process.terminate()
        for process in self.workers:
            process.wait(timeout=PATIENCE)
        self.workers.clear()

    def stop(self) -> None:
        """End everything, politely first."""
        for process in [*self.workers, *([self.server] if self.server else [])]:
            end(process, signal.SIGTERM)
        self.workers.clear()
        self.server = None

    def log(self) -> str:
        """The last lines that its processes wrote."""
        return (self.data / "processes.log").read_text(errors="replace")[-4000:]

    def _spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.data / "processes.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def end(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    """Send a signal to a process with its children, and wait for it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, sign)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


def answers(url: str) -> bool:
    """Whether something answers there, be it with an error."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def desk(data: Path, **variables: str) -> Iterator[Desk]:
    """A desk on an empty data folder, not yet started; ends with the block, and with the run.

    Arguments:
        variables: environment variables for it, such as DATABASE_URL.
    """
    data.mkdir(parents=True, exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LABELDESK_") and name not in OWN_CHOICES
    }
    port = free_port()
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "labeling.settings",
        "LABELDESK_DATA": str(data),
        "LABELDESK_URL": f"http://127.0.0.1:{port}",
        **variables,
    }
    made = Desk(data, port, environment)
    # Whoever ends the run with a polite signal ends its servers too.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield made
    finally:
        made.stop()
        signal.signal(signal.SIGTERM, before)


@dataclass
class Answer:
    """What a desk answered."""

    status: int
    body: Any


def call(
    url: str, token: str, method: str = "GET", data: Mapping[str, Any] | None = None
) -> Answer:
    """One REST request with a person's token and a JSON body; errors are answers too."""
    body = None if data is None else json.dumps(data).encode()
    return _ask(url, token, method, body, "application/json")


def send_files(url: str, token: str, files: Mapping[str, bytes], **fields: str) -> Answer:
    """POST files as a browser's form does, each in a field named `file`, and other fields."""
    boundary = "a-line-that-no-picture-holds"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files.items()
    ]
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return _ask(url, token, "POST", body, f"multipart/form-data; boundary={boundary}")


def _ask(url: str, token: str, method: str, body: bytes | None, content_type: str) -> Answer:
    request = urllib.request.Request(url, method=method, data=body)
    request.add_header("Authorization", f"Token {token}")
    request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return Answer(response.status, _read(response.read()))
    except urllib.error.HTTPError as error:
        return Answer(error.code, _read(error.read()))


def _read(raw: bytes) -> Any:
    """JSON as what it says, anything else as it came."""
    try:
        return json.loads(raw or b"null")
    except ValueError:
        return raw
