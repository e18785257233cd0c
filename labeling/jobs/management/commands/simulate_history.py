"""`manage.py simulate_history`: the history of a team that never was, for `backtest_eta`."""

import argparse
import json
from dataclasses import fields
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.jobs.eta.synthetic import Simulation, World

ABOVE_ZERO = {"days", "load", "seconds", "learned"}
WHOLE_NUMBERS = {"people": 2, "batches": 1, "levels": 1}
"""Options that are counts, with the least that makes sense."""


class Command(BaseCommand):
    """Prints a plan and the events of a team that works on it."""

    requires_system_checks = ()
    help = "Print the history of a made-up team as JSON lines: its plan, then every event."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The seed, and one option for each thing that a world is told by."""
        parser.add_argument("--seed", type=int, required=True, help="same seed, same history")
        for each in fields(World):
            parser.add_argument(
                f"--{each.name.replace('_', '-')}",
                type=int if each.name in WHOLE_NUMBERS else float,
                default=each.default,
                help=f"default {each.default}; see labeling.jobs.eta.synthetic.World",
            )

    def handle(self, **options: Any) -> None:
        """Write the lines to standard output as they happen."""
        values = {each.name: options[each.name] for each in fields(World)}
        for name, value in values.items():
            if value < WHOLE_NUMBERS.get(name, 0) or (name in ABOVE_ZERO and not value):
                raise CommandError(f"--{name} cannot be {value}.")
        simulation = Simulation(World(**values), options["seed"])
        self.stdout.write(json.dumps(simulation.plan()))
        for event in simulation.events():
            self.stdout.write(json.dumps(event))
