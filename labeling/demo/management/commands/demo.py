"""`manage.py demo`: a team with people, pictures and jobs to try."""

import argparse
import json
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from labeling.demo.making import make_demo


class Command(BaseCommand):
    """Makes the demo if it is missing, and says how to get in."""

    # They would load every page there is; `up` and `check` ask them.
    requires_system_checks = ()
    help = "Make a team with people, pictures and jobs to try, once, and print its logins."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One way to print for people and one for scripts."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, then print it; on a fresh desk the tables come first."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        facts = make_demo()
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        self.stdout.write("The demo is ready. Sign in as:")
        for key, user in facts["users"].items():
            self.stdout.write(f"  {key:<11} {user['login']:<6} {user['password']}")
