"""Virtual environments with a vendor's real package, apart from ours: their pins differ.

Made once and kept, from `requirements/<vendor>.txt` with its hashes; VENDOR_ENVIRONMENTS says
where.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.source import ROOT

PATIENCE = 600.0


def python_with(vendor: str) -> Path:
    """The interpreter of an environment that has the vendor's package."""
    pins = ROOT / "requirements" / f"{vendor}.txt"
    digest = hashlib.sha256(pins.read_bytes()).hexdigest()[:12]
    folder = Path(os.environ.get("VENDOR_ENVIRONMENTS", ROOT / ".venvs")) / f"{vendor}-{digest}"
    done = folder / "complete"
    python = folder / "bin" / "python"
    with one_at_a_time(folder.with_suffix(".lock")):
        if not done.exists():
            run(sys.executable, "-m", "venv", "--clear", str(folder))
            run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(pins))
            done.touch()
    return python


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Of the processes that share out the suite, one makes an environment; the others wait."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(*command: str, **variables: str) -> str:
    """Run a command; returns what it printed, fails with what it complained about.

    Arguments:
        variables: of its environment, besides ours.
    """
    done = subprocess.run(
        command,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command[:3]}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout
