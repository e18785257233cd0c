"""Real desks for the services tests, on SQLite and on PostgreSQL, alone and with workers.

PostgreSQL and Redis come from DATABASE_URL and from CELERY_BROKER_URL; without them these tests
fail, for a suite that quietly skips what it promises is worse than none.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.server import Desk, desk


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs real services."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.services)


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL database of this test's own."""
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


@pytest.fixture
def broker_url() -> str:
    """The broker for workers in processes of their own."""
    given = os.environ.get("CELERY_BROKER_URL", "")
    assert given.startswith("redis"), "set CELERY_BROKER_URL to a Redis server"
    return given


@pytest.fixture(params=["sqlite", "postgresql"])
def alone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk in its embedded default, not yet started; once on each database."""
    variables = {}
    if request.param == "postgresql":
        variables["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    with desk(tmp_path / "desk", **variables) as made:
        yield made


@pytest.fixture
def grown(postgres_url: str, broker_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk on PostgreSQL and Redis that leaves its background work to others; not started."""
    with desk(
        tmp_path / "desk",
        DATABASE_URL=postgres_url,
        CELERY_BROKER_URL=broker_url,
        CACHE_URL=os.environ.get("CACHE_URL", broker_url),
    ) as made:
        yield made
