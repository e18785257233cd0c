"""`manage.py up`: one command from a fresh checkout to a running desk."""

import argparse
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from labeling.demo.addresses import remember_address
from labeling.operations import embedded
from labeling.server import Address, PortTaken, Server
from labeling.static_files import fingerprint

# Another process of this desk may be receiving files right now.
OLD_SECONDS = 24 * 3600


class Command(BaseCommand):
    """Checks, migrates, collects static files and serves."""

    help = "Prepare this desk and serve it until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=_port, default=8000, help="port to listen on")
        parser.add_argument(
            "--demo", action="store_true", help="make a team with work to try, once"
        )
        parser.add_argument(
            "--workers",
            type=_count,
            default=1,
            help="server processes; more than one needs CELERY_BROKER_URL and CACHE_URL",
        )
        parser.add_argument("--threads", type=_count, default=8, help="threads of each process")

    def handle(self, **options: Any) -> None:
        """Prepare in this process, then serve from it; does not return before the end."""
        address = Address(options["host"], options["port"])
        if options["workers"] > 1 and embedded.is_wanted():
            raise CommandError(
                "Several server processes need a broker that they share. Set CELERY_BROKER_URL, "
                "or use --threads instead of --workers."
            )
        self._check(address)
        remember_address(address.url)
        call_command("migrate", interactive=False, verbosity=0)
        self._collect_static_files()
        self._put_away_half_uploads()
        if options["demo"]:
            call_command("demo", stdout=self.stdout)
        # The workers are forks: a connection must not be shared between processes.
        connections.close_all()
        Server(address, options["workers"], options["threads"], lambda: self._ready(address)).run()

    def _check(self, address: Address) -> None:
        try:
            address.check()
        except PortTaken:
            raise CommandError(
                f"Port {address.port} is taken: something else, perhaps another desk, listens "
                f"there. Stop it, or choose another port with --port {address.port + 1}."
            ) from None
        except OSError as error:
            raise CommandError(f"Cannot listen on {address.bind}: {error.strerror}.") from None

    def _collect_static_files(self) -> None:
        """Collect them, unless the last start has collected these very files."""
        kept: Path = settings.LABELDESK_DATA / "static.fingerprint"
        current = fingerprint()
        if kept.exists() and kept.read_text(encoding="ascii") == current:
            return
        self.stdout.write("Preparing the pages' files, once after each change …")
        kept.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        kept.write_text(current, encoding="ascii")

    def _put_away_half_uploads(self) -> None:
        """What a server that was killed had received of a request's files; nothing knows of it."""
        folder: Path = settings.FILE_UPLOAD_TEMP_DIR
        for path in folder.glob("*.upload*"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > OLD_SECONDS:
                    path.unlink()

    def _ready(self, address: Address) -> None:
        self.stdout.write(f"Labeldesk is ready on {address.url} (Ctrl-C stops it)")
        self.stdout.flush()


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count
