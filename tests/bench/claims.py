"""How fast the pool gives out jobs: `python -m tests.bench.claims [--jobs 100000] [--claims 1000]`.

Two pools, of a hundred open jobs and of a hundred thousand, lie in databases of their own. Half of
each are jobs of a batch that stands first and asks for a skill that nobody has. In turns,

- one person after the other takes the next job (the whole verb `take-next`); the medians and
  their ratio say whether a claim takes the same time;
- then many processes take jobs from the large pool at once, each claim by another person, as fast
  as they can; no job may be given twice, and each person must have one.

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

from tests.bench.lists import Place, databases, drop, place
from tests.source import ROOT

FEW, JOBS, CLAIMS, PROCESSES, TURNS = 100, 100_000, 1000, 8, 5
CLAIMS_A_TURN = 20
LIMIT = 1.5


def main() -> int:
    """Build, measure, print; the exit status is 1 when a limit is passed or a job given twice."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--jobs", type=int, default=JOBS, help="of the large pool")
    parser.add_argument("--claims", type=int, default=CLAIMS, help="taken at once")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    chosen = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(prefix="labeldesk-bench-") as folder:
        for database in databases():
            few, many = (place(database, size, Path(folder)) for size in ("few", "many"))
            try:
                failed |= compare(database, few, many, chosen)
            finally:
                for each in (few, many):
                    drop(each)
    return int(failed)


def run(where: Place, *arguments: str) -> Any:
    """What the other half of the benchmark answers, in a process of its own."""
    done = subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=where.environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def command(*arguments: str) -> list[str]:
    """How the other half is called."""
    return [sys.executable, "-m", "tests.bench.claim_rows", *arguments]


def compare(database: str, few: Place, many: Place, chosen: argparse.Namespace) -> bool:
    """Print a table; whether a limit was passed."""
    people = chosen.claims + TURNS * CLAIMS_A_TURN
    run(few, "build", str(FEW * 2), str(people))
    run(many, "build", str(chosen.jobs), str(people))
    times: dict[str, list[float]] = {"few": [], "many": []}
    for turn in range(TURNS):
        for size, where in (("few", few), ("many", many)):
            offset = chosen.claims + turn * CLAIMS_A_TURN
            times[size] += run(where, "claim", str(offset), str(CLAIMS_A_TURN))["seconds"]
    of_few, of_many = (median(times[size]) * 1000 for size in ("few", "many"))
    ratio = of_many / of_few
    print(f"\n{f'{database}, one claim':40}{'ms':>9}{'ratio':>8}")
    print(f"{f'{FEW * 2} open jobs':40}{of_few:>9.2f}{1:>8.2f}")
    print(f"{f'{chosen.jobs} open jobs':40}{of_many:>9.2f}{ratio:>8.2f}")
    is_right = rushed(many, chosen)
    return ratio > LIMIT or not is_right


def rushed(many: Place, chosen: argparse.Namespace) -> bool:
    """Many processes at once; whether each person got one job and no job two people."""
    share = chosen.claims // chosen.processes
    going = [
        subprocess.Popen(
            command("claim", str(number * share), str(share)),
            cwd=ROOT,
            env=many.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(chosen.processes)
    ]
    answers = [json.loads(process.communicate()[0]) for process in going]
    begin = min(answer["begin"] for answer in answers)
    seconds = max(answer["end"] for answer in answers) - begin
    jobs = [job for answer in answers for job in answer["jobs"]]
    found = run(many, "check")
    wanted = share * chosen.processes
    is_right = len(jobs) == len(set(jobs)) == wanted and not found["twice"]
    print(f"{f'{wanted} claims by {chosen.processes} processes':40}{seconds:>8.1f}s")
    print(f"{'jobs given / given twice':40}{len(set(jobs)):>9}{len(jobs) - len(set(jobs)):>8}")
    print(f"{'asked again, the database was busy':40}{sum(each['again'] for each in answers):>9}")
    print(f"{'people with more than one job':40}{found['twice']:>9}")
    return is_right


if __name__ == "__main__":
    sys.exit(main())
