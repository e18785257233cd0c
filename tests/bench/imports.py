"""How fast lists come in: `python -m tests.bench.imports [--rows 150000]`.

In turns and in one sitting, each on a fresh database, measures

- the floor: the same rows into the same table with its indexes by the driver alone, one COPY on
  PostgreSQL and one `executemany` on SQLite, in one transaction;
- our import of them by reference, through REST, from the first byte of the POST until the
  operation is complete, at a server as `manage.py up` starts it;

and prints the medians with their ratio. The import of a tenth of the rows, at a server of its own,
shows by how much more memory the larger one took at its peak.

On SQLite always; on PostgreSQL too when DATABASE_URL names a server where databases may be made.
"""

import argparse
import http.client
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.import_rows import lines
from tests.bench.lists import Place, create, databases, drop
from tests.server import Desk, call, desk

ROUNDS = 3
LIMIT = 4.0
FEW = 10
"""The small list has one row for so many of the large one."""
MOST_GROWTH = 50.0
"""Megabytes that the large import may take more than the small one."""
GLANCE = 0.05
"""Seconds between two looks at the operation."""


@dataclass(frozen=True)
class Import:
    """One import through REST.

    Attributes:
        sent: seconds until the POST was answered.
        seconds: until the operation was complete.
        memory: megabytes that the server's processes took at their peaks together.
    """

    sent: float
    seconds: float
    memory: float


def main() -> int:
    """Measure and print; the exit status is 1 when imports are too slow or memory grows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=150_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of floor and import")
    chosen = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(prefix="labeldesk-bench-") as folder:
        for database in databases():
            failed |= measure(database, Path(folder), chosen.rows, chosen.rounds)
    return int(failed)


def measure(database: str, folder: Path, rows: int, rounds: int) -> bool:
    """Print what one kind of database gives; whether a limit was passed."""
    floors: list[float] = []
    ours: list[Import] = []
    for turn in range(rounds):
        with fresh(database, folder / f"{database}-floor-{turn}") as made:
            made.manage("migrate")
            floors.append(float(made.python("-m", "tests.bench.import_rows", "floor", str(rows))))
        with fresh(database, folder / f"{database}-{turn}") as made:
            ours.append(imported(made, rows))
    with fresh(database, folder / f"{database}-few") as made:
        few = imported(made, rows // FEW)
    floor, ratio = median(floors), median(each.seconds for each in ours) / median(floors)
    growth = median(each.memory for each in ours) - few.memory
    print(f"\n{database}, {rows} rows by reference")
    print(f"{'the bare floor':40}{floor:>9.2f} s")
    print(f"{'the POST':40}{median(each.sent for each in ours):>9.2f} s")
    print(f"{'from POST to complete':40}{median(each.seconds for each in ours):>9.2f} s")
    print(f"{'ratio to the floor':40}{ratio:>9.2f}    (at most {LIMIT:g})")
    print(f"{f'memory with {rows // FEW} rows':40}{few.memory:>9.1f} MB")
    print(f"{f'more with {rows} rows':40}{growth:>9.1f} MB (at most {MOST_GROWTH:g})")
    return ratio > LIMIT or growth > MOST_GROWTH


@contextmanager
def fresh(database: str, folder: Path) -> Iterator[Desk]:
    """A desk that is not started, on an empty database of this kind."""
    variables: dict[str, str] = {}
    if database == "postgresql":
        variables["DATABASE_URL"] = create(f"labeldesk_bench_{folder.name}_{os.getpid()}")
    try:
        with desk(folder, **variables) as made:
            yield made
    finally:
        drop(Place(folder.name, variables))


def imported(made: Desk, rows: int) -> Import:
    """Import so many rows into an empty dataset of a running server."""
    body = made.data / "rows.ndjson"
    body.write_bytes(b"".join(lines(rows)))
    made.start()
    facts = json.loads(made.python("-m", "tests.bench.import_rows", "furnish"))
    began = time.perf_counter()
    operation = posted(made, facts, body)
    sent = time.perf_counter() - began
    while (shown := state(made, facts, operation))["status"] in ("queued", "running"):
        time.sleep(GLANCE)
    seconds = time.perf_counter() - began
    assert (shown["status"], shown["result"]["added"]) == ("complete", rows), shown
    return Import(sent, seconds, peak(made))


def posted(made: Desk, facts: dict[str, str], body: Path) -> int:
    """Send a file as the body of one request, from the disk; answers the operation."""
    connection = http.client.HTTPConnection("127.0.0.1", made.port, timeout=300)
    headers = {
        "Authorization": f"Token {facts['token']}",
        "Content-Type": "application/x-ndjson",
        "Content-Length": str(body.stat().st_size),
    }
    with body.open("rb") as file:
        connection.request("POST", f"/api/datasets/{facts['dataset']}/import-items/", file, headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
    connection.close()
    assert answer.status == http.client.ACCEPTED, told
    return int(told["id"])


def state(made: Desk, facts: dict[str, str], operation: int) -> dict[str, Any]:
    """The operation as REST shows it."""
    url = f"{made.url}/api/operations/{operation}/"
    found: dict[str, Any] = call(url, facts["token"]).body
    return found


def peak(made: Desk) -> float:
    """Megabytes that the server's processes had at most, each by its own peak, summed."""
    assert made.server is not None
    kilobytes = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) == made.server.pid:
                lines = status.read_text().splitlines()
                kilobytes += sum(int(each.split()[1]) for each in lines if each[:6] == "VmHWM:")
        except OSError:
            continue  # it ended while we looked
    return kilobytes / 1024


if __name__ == "__main__":
    sys.exit(main())
