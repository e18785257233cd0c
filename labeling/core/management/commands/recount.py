"""`manage.py recount`: whether every stored count is what counting finds."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from labeling.core.recounting import recounters


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
            # One package at a time, so that what was counted is still so when it is stored.
            with transaction.atomic():
                for difference in list(recount()):
                    found += 1
                    self.stdout.write(str(difference))
                    if not options["check"]:
                        difference.fix()
        if not found:
            self.stdout.write("No differences.")
        elif options["check"]:
            raise CommandError(f"{found} differences; run without --check to mend them.")
        else:
            self.stdout.write(f"{found} differences mended.")
