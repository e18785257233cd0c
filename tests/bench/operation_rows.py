"""Does one operation with a million rows page and download in constant memory?

python -m tests.bench.operation_rows                    on an SQLite file of its own
DATABASE_URL=postgres://… python -m tests.bench.operation_rows      in a database made for it

Prints for each way of reading: rows, seconds, and by how much the process grew at its peak.
"""

import argparse
import os
import resource
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
# The log of a million rows' requests is nobody's reading.
os.environ.setdefault("LABELDESK_LOG_LEVEL", "ERROR")


import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test.utils import (  # noqa: E402
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from rest_framework.test import APIClient  # noqa: E402

from accounts.models import ApiToken  # noqa: E402
from accounts.roles import Role  # noqa: E402
from labeling.core.bulk_insert import insert_rows  # noqa: E402
from labeling.operations.kinds import kinds  # noqa: E402
from labeling.operations.models import Operation, OperationRow  # noqa: E402
from labeling.operations.states import Status  # noqa: E402
from tests.factories import MembershipFactory  # noqa: E402

COLUMNS = ("operation_id", "number", "name", "outcome", "message", "data")
PAGE = 500


def peak() -> int:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(what: str, read: Callable[[], int]) -> None:
    """Time one way of reading, and print it."""
    before, began = peak(), time.monotonic()
    rows = read()
    seconds = time.monotonic() - began
    print(f"{what:44} {rows:9} rows {seconds:7.2f} s   + {peak() - before:3} MB")


def rows_of(operation: Operation, count: int) -> Iterator[tuple[object, ...]]:
    """So many rows, every other one an error."""
    for number in range(1, count + 1):
        outcome, message = ("ok", "") if number % 2 else ("error", "It is no picture.")
        yield operation.pk, number, f"row {number}.png", outcome, message, {"item": number}


def streamed(client: APIClient, url: str) -> int:
    """The lines of a download, read as a network does; its last bytes are looked at."""
    response: Any = client.get(url)
    assert response.status_code == 200, response
    lines = 0
    for block in response.streaming_content:
        lines += block.count(b"\n")
    return lines


def by_key(client: APIClient, url: str, most: int) -> int:
    """Pages one after the other, each asked for by the last number of the one before."""
    after = seen = 0
    while seen < most:
        page = client.get(f"{url}?after={after}&page_size={PAGE}").json()["results"]
        if not page:
            break
        seen, after = seen + len(page), page[-1]["number"]
    return seen


def run(count: int) -> None:
    """Make the rows, and read them in every way."""
    person = MembershipFactory.create(role=Role.MANAGER)
    operation = Operation.objects.create(
        team=person.team, kind="change-jobs", label="A million", queue="quick",
        created_by=person.user, status=Status.COMPLETE, total=count, done=count,
    )  # fmt: skip

    def write() -> int:
        with transaction.atomic():
            insert_rows(OperationRow, COLUMNS, rows_of(operation, count))
        return count

    measure("written (for the record)", write)
    client = APIClient()
    _token, secret = ApiToken.issue(person.user, "bench")
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    base = f"/api/operations/{operation.pk}/"
    client.get(base)
    measure("in_order()", lambda: sum(1 for _row in operation.rows.in_order()))
    measure("Kind.results()", lambda: sum(1 for _ in kinds["change-jobs"].results(operation)))
    measure("results as lines, over REST", lambda: streamed(client, f"{base}results/"))
    measure("errors as lines, over REST", lambda: streamed(client, f"{base}errors/"))
    measure("errors as CSV, over REST", lambda: streamed(client, f"{base}errors-csv/"))
    rows = f"{base}rows/"
    last = f"{rows}?page_size={PAGE}&page={count // PAGE}"
    measure("the last page by its number", lambda: len(client.get(last).json()["results"]))
    measure("pages by key, the first 50", lambda: by_key(client, rows, 50 * PAGE))
    end = f"{rows}?after={count - PAGE}&page_size={PAGE}"
    measure("the last page by key", lambda: len(client.get(end).json()["results"]))


@contextmanager
def database() -> Iterator[None]:
    """A test database, gone afterwards."""
    connection.settings_dict["TEST"]["NAME"] = connection.settings_dict["TEST"].get("NAME") or (
        f"bench_rows_{secrets.token_hex(4)}"
    )
    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    wished = parser.parse_args()
    with database():
        print(connection.vendor)
        run(wished.rows)
