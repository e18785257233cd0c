"""`kill -9` of workers at random moments, fifty times for every kind of work, on both databases.

Whatever was going on is complete in the end, with everything once; see `tests.services.torture`.
"""

import json
import os
from collections.abc import Iterator

import pytest

from labeling.operations.kinds import kinds
from tests.server import Desk
from tests.services import kills
from tests.services.conftest import DATABASES, embedded_desk

kills.learn()

# More for a long look.
KILLS = int(os.environ.get("TEST_KILLS", "50"))


@pytest.fixture(params=DATABASES, scope="module")
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A desk that nobody has started, for all kinds; once on each database."""
    with embedded_desk(request.param, tmp_path_factory.mktemp("desk")) as made:
        made.environment["LABELDESK_LOG_LEVEL"] = "ERROR"
        made.manage("migrate", "-v0")
        yield made


@pytest.mark.parametrize("kind", sorted(kind.name for kind in kinds.values()))
def test_an_operation_survives_fifty_kills_of_its_worker(migrated: Desk, kind: str):
    told = migrated.python("-m", "tests.services.torture", kind, "--kills", str(KILLS))
    tally = json.loads(told)
    print(kind, tally)  # noqa: T201
    assert tally["kills"] >= KILLS, "so many met a worker at work"
    assert tally["most"] > 1, "and one operation several of them"
