"""How fast many jobs are assigned: `python -m tests.bench.bulk_jobs [--jobs 10000] [--rounds 7]`.

Fills a database with jobs that forty people hold and then, in turns and in one sitting, measures

- the floor: one bare UPDATE of these rows, and as many lines of history by COPY (on SQLite by one
  executemany) from rows that lie ready in memory, in one transaction;
- ours: one REST request that assigns them all, until its operation is complete, in one process; and
  taking that back.

Before each the jobs are dealt out anew. It prints the medians with their ratio, and the number of
queries: those of the change itself, and those around it (who asks, and the operation's own row).
On SQLite always; on PostgreSQL too when DATABASE_URL names a server where databases may be made.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.lists import databases, drop, place
from tests.source import ROOT

JOBS, ROUNDS = 10_000, 7
LIMIT = 3.0
MOST_QUERIES = 20


def main() -> int:
    """Build, measure, print; the exit status is 1 when a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of floor and ours")
    chosen = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(prefix="labeldesk-bench-") as folder:
        for database in databases():
            where = place(database, "jobs", Path(folder))
            try:
                done = subprocess.run(
                    [
                        sys.executable,
                        "-m",
                        "tests.bench.bulk_job_rows",
                        *("--jobs", str(chosen.jobs), "--rounds", str(chosen.rounds)),
                    ],
                    cwd=ROOT,
                    env=where.environment,
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
                failed |= shown(database, chosen.jobs, json.loads(done.stdout))
            finally:
                drop(where)
    return int(failed)


def shown(database: str, jobs: int, found: dict[str, Any]) -> bool:
    """Print a table; whether a limit was passed."""
    floor, ours, undo = (median(found[name]) for name in ("floor", "ours", "undo"))
    pairs = sorted(mine / bare for mine, bare in zip(found["ours"], found["floor"], strict=True))
    print(f"\n{f'{database}, {jobs} jobs':40}{'seconds':>9}{'ratio':>8}")
    print(f"{'floor: bare UPDATE and history':40}{floor:>9.3f}{1:>8.2f}")
    print(f"{'ours: assign, request to complete':40}{ours:>9.3f}{ours / floor:>8.2f}")
    print(f"{'ours: undo, request to complete':40}{undo:>9.3f}{undo / floor:>8.2f}")
    print(f"{'ratios of the turns':40}{', '.join(f'{ratio:.2f}' for ratio in pairs)}")
    queries = found["queries"]
    print(f"{'queries of the change':40}{queries['change']:>9}")
    print(f"{'queries around it':40}{queries['around']:>9}")
    return ours / floor > LIMIT or queries["change"] >= MOST_QUERIES


if __name__ == "__main__":
    sys.exit(main())
