"""The half of the benchmark that runs inside one database: fill it, then assign its jobs."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django

django.setup()  # the models below need it, so it stands above their imports

import psycopg  # noqa: E402
from celery import current_app  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import ApiToken, Membership, Team, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from labeling.jobs.actions.history import COLUMNS  # noqa: E402
from labeling.jobs.models import Batch, Event, Job  # noqa: E402
from labeling.jobs.operations.changing import ChangeJobs  # noqa: E402
from labeling.operations.engine import running  # noqa: E402
from labeling.operations.models import Operation  # noqa: E402
from labeling.projects.models import Dataset, Project, Workspace  # noqa: E402

PEOPLE, BATCHES = 40, 20
AT_ONCE = 5000


def build(jobs: int) -> str:
    """A team with that many jobs in twenty batches; returns its manager's token."""
    call_command("migrate", verbosity=0)
    team = Team.objects.create(name="Bench")
    manager = User.objects.create_user("max", password=None)
    Membership.objects.create(team=team, user=manager, role=Role.MANAGER)
    for number in range(PEOPLE):
        person = User.objects.create_user(f"person-{number}", password=None)
        Membership.objects.create(team=team, user=person, role=Role.ANNOTATOR)
    shelf = Workspace.objects.create(team=team, name="Shelf")
    project = Project.objects.create(team=team, workspace=shelf, name="Fruit", created_by=manager)
    dataset = Dataset.objects.create(team=team, project=project, name="Large", created_by=manager)
    places = {"team": team, "project": project, "dataset": dataset, "created_by": manager}
    batches = [
        Batch.objects.create(name=f"Batch {number}", status="processing", **places)
        for number in range(BATCHES)
    ]
    Job.objects.bulk_create(
        (
            Job(
                batch=batches[number % BATCHES],
                number=number // BATCHES + 1,
                name=f"Job {number}",
                items=10,
                **places,
            )
            for number in range(jobs)
        ),
        batch_size=AT_ONCE,
    )
    _token, secret = ApiToken.issue(manager, "bench")
    return secret


def deal_out() -> None:
    """Give the jobs to everybody in turns, and let the database rest."""
    people = annotators()
    Job.objects.update(annotator_id=people[0] + F("pk") % len(people))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # which autovacuum does by itself some time later
            cursor.execute("VACUUM (ANALYZE) jobs_job")
            cursor.execute("VACUUM (ANALYZE) jobs_event")
            cursor.execute("VACUUM (ANALYZE) operations_operationrow")
            cursor.execute("CHECKPOINT")


def annotators() -> list[int]:
    """The keys of the people who label; one follows the other."""
    return list(
        Membership.objects.filter(role=Role.ANNOTATOR).order_by("pk").values_list("user", flat=True)
    )


def floor(jobs: list[int], person: int) -> float:
    """Seconds of the bare UPDATE and as many lines of history."""
    now, team = timezone.now(), Team.objects.get()
    at: Any = now if connection.vendor == "postgresql" else now.replace(tzinfo=None).isoformat(" ")
    note = json.dumps({"annotator": [person, person]})
    state = "annotation new"
    lines = [
        (team.pk, "assign", 1, "job", pk, state, state, note, at, batch, pk, None)
        for pk, batch in Job.objects.order_by("pk").values_list("pk", "batch")
    ]
    update = "UPDATE jobs_job SET annotator_id = %s, claimed_at = NULL, updated_at = %s WHERE id "
    columns = ", ".join(COLUMNS)
    begin = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{update} = ANY(%s)", [person, at, jobs])
            with cursor.copy(f"COPY jobs_event ({columns}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
        else:
            marks = ", ".join(["%s"] * len(jobs))
            cursor.execute(f"{update} IN ({marks})", [person, at, *jobs])
            marks = ", ".join(["%s"] * len(COLUMNS))
            insert = f"INSERT INTO jobs_event ({columns}) VALUES ({marks})"  # noqa: S608
            cursor.executemany(insert, lines)
    return time.perf_counter() - begin


def assigned(client: Client, jobs: list[int], person: int) -> tuple[float, int]:
    """Seconds of one request that assigns them all, and its operation's key."""
    wanted = {"team": Team.objects.get().pk, "verb": "assign", "annotator": person, "jobs": jobs}
    return posted(client, "/api/jobs/change/", wanted)


def taken_back(client: Client, operation: int) -> float:
    """Seconds of one request that takes a change back."""
    return posted(client, "/api/jobs/undo-change/", {"operation": operation})[0]


def posted(client: Client, url: str, wanted: dict[str, Any]) -> tuple[float, int]:
    """Seconds of a request and of all that it starts, and its operation's key."""
    body = json.dumps(wanted)
    begin = time.perf_counter()
    answer = client.post(url, body, content_type="application/json")
    seconds = time.perf_counter() - begin
    if answer.status_code != 202:
        raise RuntimeError(f"{url} answered {answer.status_code}: {answer.content[:500]!r}")
    done = Operation.objects.get(pk=answer.json()["id"])
    if done.status != "complete" or done.result["changed"] != Job.objects.count():
        raise RuntimeError(f"{done.status}: {done.message}")
    return seconds, done.pk


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Counts statements: those of the change (its plan and its chunk), and those around it."""
    counts: Counter[str] = Counter()
    part = ["around"]

    def note(execute: Any, statement: Any, *rest: Any) -> Any:
        counts[part[0]] += 1
        return execute(statement, *rest)

    def inside(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            before, part[0] = part[0], "change"
            try:
                return call(*arguments, **named)
            finally:
                part[0] = before

        return called

    def copied(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            counts[part[0]] += 1
            return call(*arguments, **named)

        return called

    patched = [
        (ChangeJobs, "plan", inside),
        (ChangeJobs, "run_chunk", inside),
        (running, "_record_rows", inside),
        (psycopg.Cursor, "copy", copied),
    ]
    kept = [(owner, name, getattr(owner, name)) for owner, name, _wrap in patched]
    for owner, name, wrap in patched:
        setattr(owner, name, wrap(getattr(owner, name)))
    try:
        with connection.execute_wrapper(note):
            yield counts
    finally:
        for owner, name, original in kept:
            setattr(owner, name, original)


def measure(secret: str, rounds: int) -> dict[str, Any]:
    """Seconds of each turn, and the number of queries of one."""
    current_app.conf.task_always_eager = True  # the worker's part belongs to the time
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Token {secret}"})
    jobs = list(Job.objects.order_by("pk").values_list("pk", flat=True))
    # A manager may label as well, and holds none of them: each row changes each time.
    person = User.objects.get(username="max").pk
    found: dict[str, Any] = {"floor": [], "ours": [], "undo": []}
    with counted() as queries:  # warms up besides
        floor(jobs, person)
        queries.clear()
        deal_out()
        queries.clear()
        assigned(client, jobs, person)
        found["queries"] = Counter(queries)
    for _turn in range(rounds):
        deal_out()
        found["floor"].append(floor(jobs, person))
        deal_out()
        seconds, operation = assigned(client, jobs, person)
        found["ours"].append(seconds)
        found["undo"].append(taken_back(client, operation))
    if Event.objects.filter(verb="assign").count() != (2 + 3 * rounds) * len(jobs):
        raise RuntimeError("not every change left its line of history")
    return found


def main() -> None:
    """`--jobs N --rounds N`; prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    chosen = parser.parse_args()
    json.dump(measure(build(chosen.jobs), chosen.rounds), sys.stdout)


if __name__ == "__main__":
    main()
