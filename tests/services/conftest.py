"""Real desks for the services tests, on SQLite and on PostgreSQL, alone and with workers.

PostgreSQL and Redis come from DATABASE_URL and from CELERY_BROKER_URL; without them these tests
fail, for a suite that quietly skips what it promises is worse than none.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests.server import Desk, desk

DATABASES = ("sqlite", "postgresql")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs real services."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.services)


@contextmanager
def postgres_database() -> Iterator[str]:
    """The address of a new PostgreSQL database, dropped at the end."""
    given = os.environ.get("DATABASE_URL", "")
    assert given.startswith("postgres"), "set DATABASE_URL to a PostgreSQL server"
    name = f"labeldesk_services_{secrets.token_hex(6)}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(given, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


@contextmanager
def embedded_desk(database: str, folder: Path) -> Iterator[Desk]:
    """A desk in its embedded default on SQLite or PostgreSQL, not yet started."""
    with ExitStack() as stack:
        variables = {}
        if database == "postgresql":
            variables["DATABASE_URL"] = stack.enter_context(postgres_database())
        yield stack.enter_context(desk(folder, **variables))


@pytest.fixture(params=DATABASES)
def alone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk of this test's own, not yet started; once on each database."""
    with embedded_desk(request.param, tmp_path / "desk") as made:
        yield made


@pytest.fixture(params=DATABASES, scope="module")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A running desk for the tests of one module; once on each database."""
    with embedded_desk(request.param, tmp_path_factory.mktemp("desk")) as made:
        made.start()
        yield made


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[Desk]:
    """A desk on PostgreSQL that leaves its background work to workers on Redis; not started."""
    broker = getattr(settings, "SERVICES_BROKER_URL", "")
    assert broker.startswith("redis"), "set CELERY_BROKER_URL to a Redis server"
    with postgres_database() as database:
        shared = str(settings.CACHES["default"].get("LOCATION", ""))
        cache = shared if shared.startswith("redis") else broker
        variables = {"DATABASE_URL": database, "CELERY_BROKER_URL": broker, "CACHE_URL": cache}
        with desk(tmp_path / "desk", **variables) as made:
            yield made
