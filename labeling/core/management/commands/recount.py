"""`manage.py recount`: whether every stored count is what counting finds."""

import argparse
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from labeling.core.recounting import Difference, Recounter, recounters


class Command(BaseCommand):
    """Counts afresh, says every difference, and stores what was counted."""

    help = "Count everything whose count is stored, say each difference, and mend it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """--check changes nothing, and fails when there is a difference."""
        parser.add_argument(
            "--check", action="store_true", help="only say; exit with 1 if anything differs"
        )

    def handle(self, **options: Any) -> None:
        """Say and mend; see `help`."""
        found = 0
        for recount in recounters.values():
            for difference in recount() if options["check"] else _mended(recount):
                found += 1
                self.stdout.write(str(difference))
        if not found:
            self.stdout.write("No differences.")
        elif options["check"]:
            raise CommandError(f"{found} differences; run without --check to mend them.")
        else:
            self.stdout.write(f"{found} differences mended.")


def _mended(recount: Recounter) -> Iterator[Difference]:
    """Every difference, stored as it was counted; some hundred objects a transaction."""
    after = 0
    while keys := recount.next_keys(after):
        wrong = sorted({difference.key for difference in recount.look(keys)})
        with transaction.atomic():
            mended = recount.mend(wrong)
        yield from mended
        after = keys[-1]
