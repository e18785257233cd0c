"""The half of the benchmark that runs inside one database: fill a pool, take jobs, count."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()  # the models below need it, so it stands above their imports

from django.core.management import call_command  # noqa: E402
from django.db import OperationalError, connection  # noqa: E402
from django.db.models import Count  # noqa: E402

from accounts.actor import Actor  # noqa: E402
from accounts.models import Membership, Team, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from labeling.core.workflow import actions, perform  # noqa: E402
from labeling.jobs.models import Batch, Job, Skill  # noqa: E402
from labeling.jobs.queue.ranks import GAP  # noqa: E402
from labeling.projects.models import Dataset, Project, Workspace  # noqa: E402

BATCHES = 20
AT_ONCE = 5000


def build(jobs: int, people: int) -> dict[str, Any]:
    """A team whose pool holds that many jobs, half of them of a batch that nobody is fit for."""
    call_command("migrate", verbosity=0)
    team = Team.objects.create(name="Bench")
    users = User.objects.bulk_create(User(username=f"person-{each}") for each in range(people))
    Membership.objects.bulk_create(
        Membership(team=team, user=user, role=Role.ANNOTATOR) for user in users
    )
    shelf = Workspace.objects.create(team=team, name="Shelf")
    project = Project.objects.create(team=team, workspace=shelf, name="Fruit", created_by=users[0])
    dataset = Dataset.objects.create(team=team, project=project, name="Large", created_by=users[0])
    places = {"team": team, "project": project, "dataset": dataset, "created_by": users[0]}
    skill = Skill.objects.create(team=team, name="X-ray")
    barred = Batch.objects.create(
        name="Barred", status="processing", rank=GAP, skill=skill, skill_level=50, **places
    )
    batches = [
        Batch.objects.create(
            name=f"Batch {number}", status="processing", rank=(number + 2) * GAP, **places
        )
        for number in range(BATCHES)
    ]
    Job.objects.bulk_create(
        (
            Job(
                batch=batch,
                rank=batch.rank,
                segment=number,
                number=number + 1,
                name=f"Job {number}",
                items=10,
                **places,
            )
            for batch, count in [
                (barred, jobs // 2),
                *((each, jobs // 2 // BATCHES) for each in batches),
            ]
            for number in range(count)
        ),
        batch_size=AT_ONCE,
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # which autovacuum does by itself some time later
            cursor.execute("VACUUM (ANALYZE)")
    return {}


def claim(offset: int, count: int) -> dict[str, Any]:
    """One job for each of so many people, one after the other; the first is not timed."""
    team, take = Team.objects.get(), actions[Team, "take-next"]
    members = Membership.objects.filter(team=team).order_by("pk").select_related("user")
    actors = [Actor.for_user(member.user) for member in members[offset : offset + count]]
    seconds, jobs, again = [], [], 0
    begin = time.time()
    for actor in actors:
        at = time.perf_counter()
        outcome, asked = patiently(take, team, actor)
        jobs.append(outcome)
        again += asked
        seconds.append(time.perf_counter() - at)
    return {
        "seconds": seconds[1:],
        "jobs": jobs,
        "again": again,
        "begin": begin,
        "end": time.time(),
    }


def patiently(take: Any, team: Team, actor: Actor) -> tuple[int, int]:
    """The job, and how often it was asked for again: SQLite lets one write and others wait."""
    for asked in range(20):
        try:
            return perform(take, team, actor).outcome.pk, asked
        except OperationalError:
            connection.close()
    raise SystemExit("The database is too busy for a claim.")


def check() -> dict[str, Any]:
    """How many people have more than one job: each asked once."""
    held = Job.objects.filter(annotator__isnull=False).order_by().values("annotator")
    return {"twice": held.annotate(jobs=Count("pk")).filter(jobs__gt=1).count()}


if __name__ == "__main__":
    verb, *numbers = sys.argv[1:]
    done: dict[str, Callable[..., dict[str, Any]]] = {
        "build": build,
        "claim": claim,
        "check": check,
    }
    print(json.dumps(done[verb](*map(int, numbers))))
