"""Kills the workers of one kind at random moments, until as many as wished have met one at work.

python -m tests.services.torture upload-images --kills 50

The process has Django and everything else at hand and forks its workers, since a fresh interpreter
for each would cost more than all of their work. A worker opens its own connections, takes the
operation as any worker does, and gets `SIGKILL` at a random moment of the time that the operation
takes undisturbed. Then the sweeper comes by, and the next worker goes on. When an operation is
complete, everything about it is checked, and another one of the kind is started, until the kills
are used up. The last one is left in peace. Prints what happened as JSON.
"""

import argparse
import importlib
import json
import os
import random
import select
import signal
import sys
import time
from dataclasses import asdict, dataclass

import django

# A scenario that fetches pictures has their server on this machine.
os.environ["LABELDESK_FETCH_PRIVATE"] = "127.0.0.0/8"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from labeling.operations import doorbell, engine  # noqa: E402
from labeling.operations.engine import claims  # noqa: E402
from labeling.operations.models import Operation  # noqa: E402
from labeling.operations.states import CLAIMED, Status  # noqa: E402
from tests.services import kills  # noqa: E402

PATIENCE = 120.0
PAUSE = 0.002
# The part of the workers that die while they come up.
EARLY = 0.1


@dataclass
class Tally:
    """What happened.

    Attributes:
        wanted: how many kills were wished for.
        kills: workers that were killed with the operation in their hands.
        early: workers that were killed before they had it.
        most: kills that one operation survived.
        seconds: all of it, without the start of the process.
    """

    wanted: int
    kills: int = 0
    early: int = 0
    operations: int = 0
    most: int = 0
    seconds: float = 0.0


class Worker:
    """A forked process that does one operation to its end, unless it is killed."""

    def __init__(self, operation_id: int) -> None:
        connections.close_all()
        self.news, telling = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(self.news)
            work(operation_id, telling)
        os.close(telling)

    def begins(self) -> None:
        """Wait until it has taken the operation, or is at its end."""
        assert select.select([self.news], [], [], PATIENCE)[0], "no worker took it"
        os.read(self.news, 1)

    def ends_within(self, seconds: float) -> bool:
        """Wait so long; whether it came to its end."""
        return bool(select.select([self.news], [], [], seconds)[0])

    def kill(self) -> None:
        """`kill -9`, if it still lives."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.news)


def work(operation_id: int, telling: int) -> None:
    """What a worker process does; it never returns."""
    told = iter([True])
    take = claims.take

    def take_and_tell(operation_id: int) -> Operation | None:
        operation = take(operation_id)
        if next(told, False):
            os.write(telling, b".")
        return operation

    try:
        claims.take = take_and_tell
        engine.sweep_at_start()
        while not is_over(operation_id):
            engine.answer(operation_id)
            time.sleep(PAUSE)
    finally:
        os._exit(0)


def is_over(operation_id: int) -> bool:
    """Whether nothing is left to do, be it to put away."""
    operation = Operation.objects.get(pk=operation_id)
    return operation.cleaned_at is not None or operation.status == Status.FAILED


def torture(kind: str, wanted: int, seed: int) -> Tally:
    """See the module's text."""
    dice, tally = random.Random(seed), Tally(wanted)
    scenario = kills.scenarios[kind]()
    shrink(scenario)
    began = time.monotonic()
    warm_up(scenario)
    operation = scenario.start()
    span = undisturbed(scenario, operation)
    check(scenario, operation)
    while tally.kills < wanted:
        operation = scenario.start()
        tally.operations += 1
        span = survive(scenario, operation.pk, span, dice, tally)
        check(scenario, operation)
    scenario.end()
    call_command("recount", "--check", stdout=sys.stderr)
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def warm_up(scenario: kills.Scenario) -> None:
    """Do the first operation in this very process: what it imports late is at hand for all."""
    operation = scenario.start()
    scenario.meanwhile()
    engine.run(operation.pk)
    check(scenario, operation)


def undisturbed(scenario: kills.Scenario, operation: Operation) -> float:
    """Let one worker do it all; returns the seconds from the taking to the end."""
    scenario.meanwhile()
    worker = Worker(operation.pk)
    worker.begins()
    began = time.monotonic()
    ended = worker.ends_within(PATIENCE)
    span = time.monotonic() - began
    worker.kill()
    assert ended, f"{span} s, and no end"
    return span


def survive(
    scenario: kills.Scenario, operation_id: int, span: float, dice: random.Random, tally: Tally
) -> float:
    """Kill one worker of the operation after the other until it is over.

    Arguments:
        span: seconds that an operation takes undisturbed.

    Returns:
        The same, as the workers that came to the end have shown since.
    """
    killed = 0
    while not is_over(operation_id):
        scenario.meanwhile()
        left = what_is_left(operation_id)
        worker = Worker(operation_id)
        if tally.kills >= tally.wanted:
            worker.begins()
            assert worker.ends_within(PATIENCE)
        elif dice.random() < EARLY:
            worker.ends_within(dice.uniform(0, span / 4))
        else:
            worker.begins()
            come_forward(operation_id, worker)
            began = time.monotonic()
            if worker.ends_within(dice.uniform(0, span * left)):
                span = 0.7 * span + 0.3 * min(span, (time.monotonic() - began) / left)
        worker.kill()
        operation = Operation.objects.get(pk=operation_id)
        if operation.status in CLAIMED or is_half_put_away(operation):
            killed += 1
            tally.kills += 1
        elif operation.status == Status.QUEUED:
            tally.early += 1
        engine.sweep_at_start()
    tally.most = max(tally.most, killed)
    return span


def what_is_left(operation_id: int) -> float:
    """The part of the operation that is still to be done, at least a fifth."""
    return max(0.2, 1.0 - (Operation.objects.get(pk=operation_id).fraction or 0.0))


def come_forward(operation_id: int, worker: Worker) -> None:
    """Spare a worker until its first chunk, when the engine is about to give the operation up.

    It does so with what stops its worker five times in a row without one chunk done.
    """
    deadline = time.monotonic() + PATIENCE
    while not worker.ends_within(PAUSE):
        operation = Operation.objects.get(pk=operation_id)
        if operation.stalled_attempts < claims.MOST_STALLED_ATTEMPTS - 1:
            return
        assert time.monotonic() < deadline


def is_half_put_away(operation: Operation) -> bool:
    """Whether its worker died after the last chunk, before all was put away."""
    return operation.status == Status.COMPLETE and operation.cleaned_at is None


def check(scenario: kills.Scenario, operation: Operation) -> None:
    """What must hold for every kind, and then what this one promises."""
    operation.refresh_from_db()
    assert operation.status == Status.COMPLETE, f"{operation.status}: {operation.message}"
    assert operation.cleaned_at is not None
    assert operation.claimed_by == ""
    assert operation.total is None or operation.done == operation.total
    assert operation.log.filter(event="complete").count() == 1
    numbers = list(operation.rows.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers))
    assert operation.error_count == operation.rows.filter(outcome="error").count()
    scenario.check(operation)


def shrink(scenario: kills.Scenario) -> None:
    """Set the scenario's sizes; a name that is not there any more fails."""
    for place, value in scenario.sizes.items():
        module, _, name = place.partition(":")
        found = importlib.import_module(module)
        assert hasattr(found, name), f"{place} is gone: say the scenario's sizes anew"
        setattr(found, name, value)


def ring_for_nobody(operation_id: int, queue: str) -> None:
    """There is no broker: the workers here know what to do."""


if __name__ == "__main__":
    kills.learn()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=sorted(kills.scenarios))
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    wished = parser.parse_args()
    doorbell._ring = ring_for_nobody
    json.dump(asdict(torture(wished.kind, wished.kills, wished.seed)), sys.stdout)
