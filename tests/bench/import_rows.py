"""The half of the imports benchmark that runs inside one database: `furnish`, or the `floor`."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import django

ADDRESS = "https://pictures.example.org/orchard/2026/{number:07}.jpg"


def lines(rows: int) -> Iterator[bytes]:
    """The list, one row a line."""
    for number in range(1, rows + 1):
        row = {
            "row_data": ADDRESS.format(number=number),
            "global_key": f"orchard-{number}",
            "external_id": f"{number:07}.jpg",
            "metadata": metadata(number),
        }
        yield json.dumps(row).encode() + b"\n"


def metadata(number: int) -> dict[str, Any]:
    """Some facts of a row."""
    return {"camera": f"north {number % 7}", "shot": number, "ripe": number % 3 == 0}


def furnish() -> dict[str, Any]:
    """A manager with a token, and an empty dataset."""
    from accounts.models import ApiToken  # noqa: PLC0415 - Django has to be set up first
    from accounts.roles import Role  # noqa: PLC0415
    from tests.factories import DatasetFactory, MembershipFactory, UserFactory  # noqa: PLC0415

    manager = UserFactory.create(username="max", password=None)
    membership = MembershipFactory.create(user=manager, role=Role.MANAGER)
    dataset = DatasetFactory.create(project__team=membership.team, project__created_by=manager)
    _token, secret = ApiToken.issue(manager, "bench")
    return {"dataset": dataset.pk, "team": membership.team.pk, "token": secret}


def floor(rows: int) -> float:
    """Seconds for the rows by the driver alone, in one transaction."""
    from django.db import connection  # noqa: PLC0415

    made = furnish()
    values = list(_values(rows, made["team"], made["dataset"]))
    names = ", ".join(values[0])
    connection.ensure_connection()
    driver: Any = connection.connection
    began = time.perf_counter()
    if connection.vendor == "postgresql":
        statement = f"COPY projects_item ({names}) FROM STDIN"
        with driver.transaction(), driver.cursor() as cursor, cursor.copy(statement) as copy:
            for value in values:
                copy.write_row(tuple(value.values()))
    else:
        marks = ", ".join("?" * len(values[0]))
        driver.execute("BEGIN IMMEDIATE")
        driver.executemany(
            f"INSERT INTO projects_item ({names}) VALUES ({marks})",  # noqa: S608
            (tuple(value.values()) for value in values),
        )
        driver.execute("COMMIT")
    return time.perf_counter() - began


def _values(rows: int, team: int, dataset: int) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC).isoformat(" ")
    for number in range(1, rows + 1):
        name = f"{number:07}.jpg"
        yield {
            "team_id": team,
            "dataset_id": dataset,
            "position": number,
            "name": name,
            "content_hash": "",
            "width": 0,
            "height": 0,
            "byte_size": 0,
            "media_type": "",
            "file": "",
            "thumbnail": "",
            "source_url": ADDRESS.format(number=number),
            "global_key": f"orchard-{number}",
            "external_id": name,
            "metadata": json.dumps(metadata(number)),
            "attachments": "[]",
            "object_count": 0,
            "created_at": now,
        }


if __name__ == "__main__":
    django.setup()
    what, *numbers = sys.argv[1:]
    print(floor(int(numbers[0])) if what == "floor" else json.dumps(furnish()))
