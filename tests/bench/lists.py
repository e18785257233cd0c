"""Do lists stay as fast when a team grows: `python -m tests.bench.lists`.

Builds a small team (100 items, 100 jobs) and a large one (100,000 items, 2,000 jobs), each in a
database of its own, asks both for the same pages in turns, and prints a quick answer of each (the
lower quartile, which a busy machine disturbs least) with their ratio.
On SQLite always; on PostgreSQL too when DATABASE_URL names a server where databases may be made.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.source import ROOT

SIZES = {"small": (100, 100), "large": (100_000, 2_000)}
ROUNDS = 3
LIMIT = 2.0


@dataclass(frozen=True)
class Place:
    """A database with a team of one size in it."""

    size: str
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Run the other half of this benchmark in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.pages", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout


def main() -> int:
    """Build, measure, print; the exit status is 1 when a page slows down more than LIMIT times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns between the two sizes")
    rounds = parser.parse_args().rounds
    slow = False
    with tempfile.TemporaryDirectory(prefix="labeldesk-bench-") as folder:
        for database in databases():
            places = [place(database, size, Path(folder)) for size in SIZES]
            try:
                slow |= compare(database, places, rounds)
            finally:
                for each in places:
                    drop(each)
    return int(slow)


def databases() -> Iterator[str]:
    """The kinds of database to try."""
    yield "sqlite"
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        yield "postgresql"


def place(database: str, size: str, folder: Path) -> Place:
    """An empty database for a team of that size."""
    data = folder / f"{database}-{size}"
    data.mkdir()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("LABELDESK_")
    } | {"LABELDESK_DATA": str(data), "DJANGO_SETTINGS_MODULE": "labeling.settings"}
    environment.pop("DATABASE_URL", None)
    if database == "postgresql":
        environment["DATABASE_URL"] = create(f"labeldesk_bench_{size}_{os.getpid()}")
    return Place(size, environment)


def create(name: str) -> str:
    """Make a PostgreSQL database beside the one that DATABASE_URL names; returns its address."""
    address = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(urlunsplit(address), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(address._replace(path=f"/{name}"))


def drop(where: Place) -> None:
    """Remove a PostgreSQL database that `create` made."""
    address = where.environment.get("DATABASE_URL")
    if address is None:
        return
    name = sql.Identifier(urlsplit(address).path.lstrip("/"))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def compare(database: str, places: list[Place], rounds: int) -> bool:
    """Print a table of both sizes; answers whether a page was too slow.

    REST counts exactly what it lists, so its lines are for reading and not for the verdict.
    """
    for each in places:
        items, jobs = SIZES[each.size]
        each.run("build", "--items", str(items), "--jobs", str(jobs))
    times: dict[str, dict[str, list[float]]] = {}
    for _turn in range(rounds):
        for each in places:
            for page, seconds in json.loads(each.run("measure")).items():
                times.setdefault(page, {}).setdefault(each.size, []).extend(seconds)
    print(f"\n{database:40}{'small':>10}{'large':>10}{'ratio':>8}")
    worst = 0.0
    for page, by_size in times.items():
        small, large = (quantiles(by_size[size])[0] * 1000 for size in SIZES)
        if not page.startswith("REST"):
            worst = max(worst, large / small)
        print(f"{page:40}{small:>7.1f} ms{large:>7.1f} ms{large / small:>8.2f}")
    return worst > LIMIT


if __name__ == "__main__":
    sys.exit(main())
