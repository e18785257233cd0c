"""`manage.py backtest_eta`: how good the estimate would have been on recorded histories."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.jobs.eta.backtesting import Row, rows_of, summary_of
from labeling.jobs.eta.history import BadHistory, read_history


class Command(BaseCommand):
    """Replays histories and prints one JSON object."""

    requires_system_checks = ()
    help = "Replay histories and print, by how much was done, how good the estimate was."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The files, and how much to say."""
        parser.add_argument("histories", nargs="+", metavar="HISTORY.jsonl", type=Path)
        parser.add_argument(
            "--more",
            action="store_true",
            help="also the error of the last seven days' rate, and how often there was no estimate",
        )

    def handle(self, **options: Any) -> None:
        """Read one history after the other, so that memory holds one."""
        rows: list[Row] = []
        batches = 0
        for path in options["histories"]:
            try:
                with path.open(encoding="utf-8-sig") as lines:
                    history = read_history(str(path), lines)
            except (OSError, UnicodeDecodeError, BadHistory) as error:
                raise CommandError(str(error)) from error
            found = rows_of(history)
            rows.extend(row for _batch, row in found)
            batches += len({batch for batch, _row in found})
        self.stdout.write(json.dumps(summary_of(batches, rows, more=options["more"])))
