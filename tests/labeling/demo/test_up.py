"""`manage.py up`: what it prepares, and what it refuses to start with."""

import io
import os
import socket

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.server import free_port

UP = "labeling.demo.management.commands.up"


@pytest.fixture
def served(monkeypatch):
    """What would have been served, and which commands ran before."""
    seen: list[str] = []
    monkeypatch.setattr(f"{UP}.call_command", lambda name, **options: seen.append(name))
    monkeypatch.setattr(f"{UP}.Server.run", lambda server: seen.append(server.address.url))
    monkeypatch.setattr(f"{UP}.connections.close_all", lambda: None)
    (settings.LABELDESK_DATA / "static.fingerprint").unlink(missing_ok=True)
    return seen


def start(*arguments):
    call_command("up", *arguments, stdout=io.StringIO())


def test_it_migrates_collects_once_and_serves(served):
    port = str(free_port())
    start("--port", port)
    assert served == ["migrate", "collectstatic", f"http://127.0.0.1:{port}"]
    served.clear()
    start("--port", port)
    assert served == ["migrate", f"http://127.0.0.1:{port}"]


def test_it_makes_the_demo_when_asked(served):
    start("--port", str(free_port()), "--demo")
    assert served[-2] == "demo"


def test_it_says_which_port_is_taken_and_what_to_do(served):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is taken.*--port {port + 1}"):
            start("--port", str(port))
    assert served == []


def test_it_refuses_several_processes_without_a_shared_broker(served):
    with pytest.raises(CommandError, match="CELERY_BROKER_URL"):
        start("--port", str(free_port()), "--workers", "2")


def test_it_puts_away_what_a_killed_server_had_half_received(served):
    old = settings.FILE_UPLOAD_TEMP_DIR / "tmp1.upload.png"
    fresh = settings.FILE_UPLOAD_TEMP_DIR / "tmp2.upload.png"
    for path in (old, fresh):
        path.touch()
    os.utime(old, (0, 0))
    start("--port", str(free_port()))
    assert (old.exists(), fresh.exists()) == (False, True)
    fresh.unlink()


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "70000"], ["--threads", "0"]])
def test_it_refuses_numbers_that_make_no_sense(served, arguments):
    with pytest.raises(CommandError):
        start(*arguments)


def test_an_address_of_another_machine_is_refused_in_words(served):
    with pytest.raises(CommandError, match=r"Cannot listen on 192\.0\.2\.1"):
        start("--host", "192.0.2.1")
