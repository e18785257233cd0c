"""A process of a desk that knows the counting kind, for tests that kill workers.

python -m tests.labeling.operations.desk_process start 500 7   prints the operation's key
python -m tests.labeling.operations.desk_process torture 50    kills so many workers, then lets
                                                               one of them come to the end
python -m tests.labeling.operations.desk_process report <key>  prints what there is, as JSON
"""

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labeling.settings")
django.setup()

from django.db import connection, connections  # noqa: E402

from accounts.models import Team  # noqa: E402
from labeling.operations import engine  # noqa: E402
from labeling.operations.embedded import EmbeddedWorker  # noqa: E402
from labeling.operations.kinds import Chunk  # noqa: E402
from labeling.operations.models import Operation  # noqa: E402
from tests.labeling.operations import counting  # noqa: E402

POINTS = ("preparing", "begun", "written", "cleaning")
PATIENCE = 120.0


def start(to: str, by: str) -> None:
    """Put an operation on record; whoever works will find it."""
    with connection.cursor() as cursor:
        cursor.execute(counting.CREATE_MARKS)
    team = Team.objects.create(name="Fruit")
    operation = engine.start("test-count", None, team, {"to": int(to), "by": int(by)})
    print(operation.pk)  # noqa: T201


def torture(kills: str) -> None:
    """Fork a worker, `kill -9` it at a random moment, and again; let the last one finish."""
    dice = random.Random(7)
    for kill in range(int(kills)):
        worker, news = _fork_worker()
        # Every fifth dies while it comes up, the others at work.
        if kill % 5 and not select.select([news], [], [], PATIENCE)[0]:
            raise TimeoutError("no worker took the operation up")
        time.sleep(dice.uniform(0, 0.3))
        _kill(worker, news)
    worker, news = _fork_worker()
    deadline = time.monotonic() + PATIENCE
    while Operation.objects.filter(cleaned_at=None).exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    _kill(worker, news)


def report(key: str) -> None:
    """The operation, its rows and its marks."""
    operation = Operation.objects.get(pk=int(key))
    found = {
        "status": operation.status,
        "done": operation.done,
        "error_count": operation.error_count,
        "attempts": operation.attempts,
        "is_cleaned": operation.cleaned_at is not None,
        "rows": list(operation.rows.values_list("number", flat=True)),
        "marks": counting.marks(operation),
    }
    print(json.dumps(found))  # noqa: T201


def _fork_worker() -> tuple[int, int]:
    """A worker as the embedded default has it; its pipe speaks when it begins its first chunk."""
    connections.close_all()
    news, telling = os.pipe()
    worker = os.fork()
    if worker:
        os.close(telling)
        return worker, news

    def dawdle(chunk: Chunk) -> None:
        os.write(telling, b".")
        time.sleep(random.random() / 100)

    with counting.meanwhile(**dict.fromkeys(POINTS, dawdle)):
        EmbeddedWorker().start()
        while True:
            time.sleep(60)


def _kill(worker: int, news: int) -> None:
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    os.close(news)


COMMANDS: Mapping[str, Callable[..., None]] = {
    "start": start,
    "torture": torture,
    "report": report,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
