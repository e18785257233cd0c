"""Is the team's home there at once, however much work there was: `python -m tests.bench.home`.

Builds a team of 100 people with 200 running batches, 2,000 jobs and 100,000 items, all of them done
within the last 90 days and as unfavourably as can be: each in a quarter of an hour of its own.
Prints a quick answer of the home page for each period (the lower quartile, which a busy machine
disturbs least), the median, and the queries. On SQLite always; on PostgreSQL too when DATABASE_URL
names a server where databases may be made.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from tests.bench.lists import Place, databases, drop, place
from tests.source import ROOT

LIMIT_MS = 200.0


def main() -> int:
    """Build, measure, print; the exit status is 1 when a page takes longer than LIMIT_MS."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=2_000)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--batches", type=int, default=200)
    chosen = parser.parse_args()
    sizes = [f"--{name}={size}" for name, size in vars(chosen).items()]
    slow = False
    with tempfile.TemporaryDirectory(prefix="labeldesk-bench-") as folder:
        for database in databases():
            where = place(database, "home", Path(folder))
            try:
                run(where, "build", *sizes)
                slow |= told(database, json.loads(run(where, "measure")))
            finally:
                drop(where)
    return int(slow)


def run(where: Place, *arguments: str) -> str:
    """Run the other half of this benchmark in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.home_rows", *arguments],
        cwd=ROOT,
        env=where.environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def told(database: str, pages: dict[str, dict[str, list[float]]]) -> bool:
    """Print the answers; whether one was too slow."""
    print(f"\n{database:36}{'quick':>10}{'median':>11}{'queries':>9}")
    worst = 0.0
    for page, found in pages.items():
        times = [seconds * 1000 for seconds in found["seconds"]]
        quick = quantiles(times)[0]
        worst = max(worst, quick)
        print(f"{page:36}{quick:>7.1f} ms{median(times):>8.1f} ms{found['queries'][0]:>9.0f}")
    return worst > LIMIT_MS


if __name__ == "__main__":
    sys.exit(main())
