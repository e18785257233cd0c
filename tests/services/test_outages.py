"""Redis is emptied, PostgreSQL restarts, server and worker are killed: the work ends by itself.

Real processes, and a Redis and a PostgreSQL of the test's own. Nobody repeats a request, restarts a
worker that was not killed, or helps in any other way.
"""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.server import PATIENCE, Desk, call, desk
from tests.services.outages import Cluster, Redis, cluster, redis
from tests.services.test_crashes import ITEMS, JOBS, PICTURES, export, furnish, upload

MOST = 240.0

Upset = Callable[[], None]


class Grown:
    """A desk with a worker of its own, on servers of the test's own."""

    def __init__(self, made: Desk, base: Cluster, broker: Redis) -> None:
        self.desk, self.base, self.broker = made, base, broker
        self.facts = furnish(made)
        made.start()
        made.start_worker()

    def shown(self, key: int) -> dict[str, Any]:
        """An operation as REST shows it; nothing while the desk or its database is away."""
        try:
            answer = call(f"{self.desk.url}/api/operations/{key}/", self.facts["manager"])
        except OSError:
            return {}
        return answer.body if answer.status == 200 else {}

    def upset(self, key: int, upsets: list[Upset], dice: random.Random) -> None:
        """Do these one after the other, at random moments while the operation is at work."""
        deadline = time.monotonic() + PATIENCE
        while self.shown(key).get("status") in {"pending", "queued"}:
            assert time.monotonic() < deadline, self.desk.log()
            time.sleep(0.02)
        for each in upsets:
            time.sleep(dice.uniform(0, 0.8))
            each()

    def ended(self, key: int) -> dict[str, Any]:
        """The operation once it is complete."""
        deadline = time.monotonic() + MOST
        while (found := self.shown(key)).get("status") != "complete":
            assert found.get("status") not in {"failed", "canceled"}, found
            assert time.monotonic() < deadline, f"{found}\n{self.desk.log()}"
            time.sleep(0.2)
        return found


@pytest.fixture(scope="module")
def grown_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    """One such desk for all tests of this module."""
    folder = tmp_path_factory.mktemp("outages")
    with (
        cluster(folder / "postgres") as base,
        redis(folder / "redis") as broker,
        desk(
            folder / "desk",
            DATABASE_URL=base.url,
            CELERY_BROKER_URL=broker.url,
            CACHE_URL=f"{broker.url[:-1]}1",
        ) as made,
    ):
        yield Grown(made, base, broker)
        made.manage("recount", "--check")


def upload_amid(grown: Grown, upsets: list[Upset], seed: int) -> dict[str, Any]:
    """Upload pictures to a new dataset while all this happens; returns the operation.

    Every picture is an item once, and every row is told once.
    """
    facts, base = grown.facts, f"{grown.desk.url}/api"
    url = f"{base}/projects/{facts['project']}/create-dataset/"
    dataset = call(url, facts["manager"], "POST", {"name": f"amid {seed}"}).body["id"]
    key = upload(grown.desk, {**facts, "dataset": dataset})
    grown.upset(key, upsets, random.Random(seed))
    found = grown.ended(key)
    listed = call(f"{base}/items/?dataset={dataset}", facts["manager"]).body["count"]
    assert listed == PICTURES
    rows = call(f"{base}/operations/{key}/rows/?page_size=500", facts["manager"]).body["results"]
    assert sorted(row["number"] for row in rows) == list(range(1, PICTURES + 1))
    assert {row["outcome"] for row in rows} == {"ok"}
    return found


def test_an_emptied_redis_changes_nothing(grown_alone: Grown):
    flush = grown_alone.broker.flush
    upload_amid(grown_alone, [flush] * 8, seed=1)


def test_a_ring_that_redis_forgot_is_repeated(grown_alone: Grown):
    grown_alone.desk.kill_workers()
    key = export(grown_alone.desk, grown_alone.facts)
    grown_alone.broker.flush()
    grown_alone.desk.start_worker()
    assert grown_alone.ended(key)["result"]["items"] == JOBS * ITEMS


def test_a_redis_that_dies_and_comes_back_changes_nothing(grown_alone: Grown):
    upload_amid(grown_alone, [grown_alone.broker.kill, grown_alone.broker.start], seed=2)
    # And it is heard again.
    upload_amid(grown_alone, [], seed=3)


def test_a_postgresql_that_restarts_or_crashes_only_delays_the_work(grown_alone: Grown):
    base = grown_alone.base
    found = upload_amid(grown_alone, [base.restart, base.crash, base.start, base.restart], seed=4)
    assert found["attempts"] > 1, "it met the worker at work"


def test_everything_at_once_is_survived_as_well(grown_alone: Grown):
    base, broker, made = grown_alone.base, grown_alone.broker, grown_alone.desk
    upsets: list[Upset] = [
        made.kill_workers, broker.flush, made.start_worker, made.kill, base.crash, base.start,
        made.start, broker.kill, broker.start, made.kill_workers, made.start_worker,
    ]  # fmt: skip
    upload_amid(grown_alone, upsets, seed=5)
