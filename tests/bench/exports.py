"""How fast labels leave: `python -m tests.bench.exports [--items 100000] [--objects 5]`.

Fills a database with labeled items (each with labels of its own, every second one with an accepted
annotation of a job besides) and then, in turns and in one sitting, measures

- the floor: reading these rows by one plain SQL query, and `json.dumps` of the same COCO document
  into a file, in a process that does nothing else;
- our export of the dataset, from the REST request that starts it until the operation is complete,
  at a server as `manage.py up` starts it;

and prints the medians with their ratio. Both documents are compared, value by value. Then it
exports a tenth of the items and all of them in a process each, and prints by how much more memory
the larger export took at its peak.

On SQLite always; on PostgreSQL too when DATABASE_URL names a server where databases may be made.
`python -m tests.bench.peers` compares with Label Studio.
"""

import argparse
import io
import json
import os
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.lists import Place, create, databases, drop
from tests.server import Desk, call, desk

ROUNDS = 3
FORMATS = ("coco", "native")
FEW = 10
"""The small dataset has one item for so many of the large one."""
LIMIT = 3.0
MOST_GROWTH = 50.0
"""Megabytes that the large export may take more than the small one."""


def main() -> int:
    """Build, measure, print; the exit status is 1 when an export is too slow or memory grows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--objects", type=int, default=5, help="on each item")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of floor and export")
    chosen = parser.parse_args()
    failed = False
    for database in databases():
        with tempfile.TemporaryDirectory(prefix="labeldesk-bench-") as folder:
            failed |= measure(database, Path(folder), chosen)
    return int(failed)


def measure(database: str, folder: Path, chosen: argparse.Namespace) -> bool:
    """One database, from empty to its table; whether a limit was passed."""
    variables: dict[str, str] = {}
    if database == "postgresql":
        variables["DATABASE_URL"] = create(f"labeldesk_bench_exports_{os.getpid()}")
    try:
        with desk(folder, **variables) as made:
            facts = run(made, "build", "--items", chosen.items, "--objects", chosen.objects)
            print(f"\n{database}, {chosen.items} items, {chosen.objects} objects each")
            made.start()
            slow = speeds(made, facts, chosen.rounds)
            made.stop()
            return memory(made, facts) or slow
    finally:
        drop(Place("exports", variables))


def speeds(made: Desk, facts: dict[str, Any], rounds: int) -> bool:
    """Print what each format takes beside the floor; whether COCO is too slow."""
    document = made.data / "floor.json"
    floors: list[float] = []
    ours: dict[str, list[float]] = {name: [] for name in FORMATS}
    archive = ""
    for _turn in range(rounds):
        floor = run(made, "floor", "--dataset", facts["large"], "--target", document)
        floors.append(floor["seconds"])
        for name in FORMATS:
            seconds, download = export(made, facts["token"], facts["large"], name)
            ours[name].append(seconds)
            archive = download if name == "coco" else archive
    print(f"{'floor: rows and json.dumps':40}{median(floors):>9.2f} s")
    for name, times in ours.items():
        ratio = median(times) / median(floors)
        print(f"{f'export, {name}':40}{median(times):>9.2f} s{ratio:>8.2f}")
    print(f"{'documents':40}{compared(made, facts['token'], archive, document):>11}")
    return median(ours["coco"]) / median(floors) > LIMIT


def export(made: Desk, token: str, dataset: int, format_name: str) -> tuple[float, str]:
    """Seconds from the request to the finished ZIP, and where it is."""
    chosen = {"scope": "dataset", "id": dataset, "which": "all", "format": format_name}
    begin = time.perf_counter()
    shown = call(f"{made.url}/api/exports/", token, "POST", chosen).body
    while shown["status"] in ("queued", "running"):
        time.sleep(0.1)  # asked more often, it answers instead of working
        shown = call(f"{made.url}/api/operations/{shown['id']}/", token).body
    seconds = time.perf_counter() - begin
    if shown["status"] != "complete":
        raise RuntimeError(f"{shown}\n{made.log()}")
    return seconds, made.url + shown["download"]


def compared(made: Desk, token: str, archive: str, document: Path) -> str:
    """Whether the ZIP holds what the floor wrote."""
    request = urllib.request.Request(archive, headers={"Authorization": f"Token {token}"})
    with urllib.request.urlopen(request) as answer:
        file = zipfile.ZipFile(io.BytesIO(answer.read()))
    if json.loads(file.read("annotations.json")) != json.loads(document.read_bytes()):
        raise RuntimeError("the export and the floor wrote different documents")
    return "equal"


def memory(made: Desk, facts: dict[str, Any]) -> bool:
    """Print the peaks of a small and a large export; whether the large one takes much more."""
    worst = 0.0
    for name in FORMATS:
        small, large = (
            run(made, "memory", "--dataset", facts[size], "--format", name)["megabytes"]
            for size in ("small", "large")
        )
        worst = max(worst, large - small)
        print(
            f"{f'peak memory, {name}':40}{small:>7.1f} MB{large:>8.1f} MB{large - small:>+8.1f} MB"
        )
    return worst > MOST_GROWTH


def run(made: Desk, *arguments: object) -> Any:
    """What the half that runs inside the database has to say."""
    return json.loads(made.python("-m", "tests.bench.export_rows", *map(str, arguments)))


if __name__ == "__main__":
    sys.exit(main())
