"""`kill -9` of a real worker, at random moments, many times over: each row once in the end."""

import json
import os
import subprocess
import sys

from tests.server import Desk
from tests.source import ROOT

PROCESS = "tests.labeling.operations.desk_process"
ROWS, CHUNK = 3000, 7
# Enough for CI; TEST_KILLS=50 for a long look.
KILLS = int(os.environ.get("TEST_KILLS", "10"))
PATIENCE = 500.0


def call(desk: Desk, *arguments: str) -> str:
    """Run one command of the desk's process; returns the last line that it printed."""
    done = subprocess.run(
        [sys.executable, "-m", PROCESS, *arguments],
        cwd=ROOT,
        env=desk.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().rpartition("\n")[2]


def test_an_operation_survives_fifty_kills_of_its_worker(alone: Desk):
    alone.manage("migrate", "-v0")
    key = call(alone, "start", str(ROWS), str(CHUNK))

    call(alone, "torture", str(KILLS))

    found = json.loads(call(alone, "report", key))
    every = list(range(1, ROWS + 1))
    assert found["status"] == "complete"
    assert found["is_cleaned"]
    assert found["attempts"] > KILLS // 3, "the kills met it at work"
    assert found["marks"] == every
    assert found["rows"] == every
    assert (found["done"], found["error_count"]) == (ROWS, ROWS // 10)
