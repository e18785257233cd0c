"""Servers of a test's own, which it may restart and empty as it likes: PostgreSQL and Redis."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.server import end, free_port

PATIENCE = 60.0


@dataclass
class Cluster:
    """A PostgreSQL server in a folder of its own."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgres://labeldesk@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        options += " -c fsync=off"
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o", options)

    def crash(self) -> None:
        """Stop it at once; what was not committed is gone, and every connection with it."""
        self._control("stop", "-m", "immediate")

    def restart(self) -> None:
        """As its administrator does: sessions are ended, then it comes back."""
        self._control("stop", "-m", "fast")
        self.start()

    def _control(self, *arguments: str) -> None:
        as_postgres(str(binary("pg_ctl")), "-s", "-D", str(self.folder), *arguments)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A new cluster, started; ended and removed with the block."""
    folder.mkdir(mode=0o700, parents=True)
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        for parent in folder.parents:  # PostgreSQL refuses to run as root, and must reach it
            if parent.owner() == "root" and parent.stat().st_mode & 0o77 == 0:
                parent.chmod(0o711)
    as_postgres(
        *(str(binary("initdb")), "-D", str(folder), "-U", "labeldesk"),
        *("-A", "trust", "-E", "UTF8", "--no-sync"),
    )
    made = Cluster(folder, free_port())
    made.start()
    try:
        with psycopg.connect(made.url, autocommit=True):
            yield made
    finally:
        made.crash()


def binary(name: str) -> Path:
    """The newest installed PostgreSQL's program of that name."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    assert found, "install PostgreSQL's server"
    return found[-1]


def as_postgres(*command: str) -> None:
    """Run a command as somebody whom PostgreSQL accepts."""
    if os.getuid() == 0:
        command = ("runuser", "-u", "postgres", "--", *command)
    done = subprocess.run(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"


@dataclass
class Redis:
    """A Redis server that keeps nothing."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE
        while self.ask("PING", check=False) != "PONG":
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def flush(self) -> None:
        """FLUSHALL: every message, and whatever else stood there, is gone."""
        assert self.ask("FLUSHALL") == "OK"

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process is not None
        end(self.process, signal.SIGKILL)

    def ask(self, *command: str, check: bool = True) -> str:
        """What it answers to a command."""
        asked = ("redis-cli", "-p", str(self.port), *command)
        done = subprocess.run(asked, capture_output=True, text=True, check=check, timeout=PATIENCE)
        return done.stdout.strip()


@contextmanager
def redis(folder: Path) -> Iterator[Redis]:
    """A Redis of one's own, started; ended with the block."""
    folder.mkdir(parents=True)
    made = Redis(folder, free_port())
    made.start()
    try:
        yield made
    finally:
        made.kill()
