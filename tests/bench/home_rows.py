"""The half of the home's benchmark that runs inside one database: fill it, then ask."""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import django

django.setup()  # the models below need it, so it stands above their imports

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Membership, Team, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from labeling.jobs.models import Activity, Batch, Forecast, Job, JobItem  # noqa: E402
from labeling.jobs.models.activity import quarter_of  # noqa: E402
from labeling.jobs.states import ForecastOf, ItemState, Stage, State  # noqa: E402
from labeling.projects.models import Dataset, Item, Project, Workspace  # noqa: E402
from tests.bench.pages import CHUNK, LIVES, _items  # noqa: E402

DAYS, QUARTERS_A_DAY = 90, 40
WARM_UP, REPEATS = 3, 15


def build(items: int, jobs: int, people: int, batches: int) -> None:
    """A team of that size."""
    call_command("migrate", verbosity=0)
    chance = random.Random(5)
    team = Team.objects.create(name="Bench")
    users = User.objects.bulk_create(
        User(username=f"person{number}", display_name=f"Person {number}")
        for number in range(people)
    )
    Membership.objects.bulk_create(
        Membership(team=team, user=user, role=role_of(number)) for number, user in enumerate(users)
    )
    shelf = Workspace.objects.create(team=team, name="Shelf")
    project = Project.objects.create(team=team, workspace=shelf, name="Fruit", created_by=users[0])
    dataset = Dataset.objects.create(
        team=team, project=project, name="Large", created_by=users[0], item_count=items
    )
    made = Batch.objects.bulk_create(drawn_batches(dataset, batches, users[0]))
    Item.objects.bulk_create(_items(dataset, items), batch_size=CHUNK)
    Job.objects.bulk_create(drawn_jobs(made, users, items, jobs), batch_size=CHUNK)
    JobItem.objects.bulk_create(drawn_places(dataset, users, chance), batch_size=CHUNK)
    Activity.objects.bulk_create(drawn_activity(team, users, items, chance), batch_size=CHUNK)
    Forecast.objects.bulk_create(drawn_forecasts(team, made, users), batch_size=CHUNK)
    call_command("collectstatic", interactive=False, verbosity=0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # which autovacuum does by itself some minutes later


def role_of(number: int) -> Role:
    """One manager, a tenth reviewers, the others annotators."""
    if number == 0:
        return Role.MANAGER
    return Role.REVIEWER if number % 10 == 0 else Role.ANNOTATOR


def drawn_batches(dataset: Dataset, count: int, maker: User) -> Iterator[Batch]:
    """Running batches, half of them with a due date."""
    now = timezone.now()
    for number in range(count):
        yield Batch(
            team_id=dataset.team_id,
            project_id=dataset.project_id,
            dataset=dataset,
            name=f"Batch {number}",
            status="processing",
            priority=number % 5 + 1,
            due_at=now + timedelta(hours=number) if number % 2 else None,
            created_by=maker,
        )


def drawn_jobs(batches: list[Batch], users: list[User], items: int, count: int) -> Iterator[Job]:
    """Jobs in every status, shared by everybody."""
    share, now = items // count, timezone.now()
    for number in range(count):
        stage, state = LIVES[number % len(LIVES)]
        batch = batches[number % len(batches)]
        is_done = (stage, state) != (Stage.ANNOTATION, State.NEW)
        yield Job(
            team_id=batch.team_id,
            project_id=batch.project_id,
            dataset_id=batch.dataset_id,
            batch=batch,
            name=f"{batch.name} {number}",
            number=number + 1,
            annotator=users[number % len(users)] if number % 7 else None,
            reviewer=users[number % len(users) // 10 * 10] if number % 3 else None,
            stage=stage,
            state=state,
            due_at=now + timedelta(hours=number % 96 - 24) if number % 4 else None,
            items=share,
            done=share // 2 if is_done else 0,
            submitted_at=now - timedelta(hours=number % 50) if is_done else None,
            created_by=users[0],
        )


def drawn_places(dataset: Dataset, users: list[User], chance: random.Random) -> Iterator[JobItem]:
    """Every item in its job, done by somebody within the last DAYS."""
    keys = iter(dataset.items.order_by("position").values_list("pk", flat=True))
    now = timezone.now()
    for job in dataset.jobs.order_by("pk"):
        for position in range(1, job.items + 1):
            yield JobItem(
                job=job,
                item_id=next(keys),
                position=position,
                state=ItemState.DONE,
                done_by=users[position % len(users)],
                done_at=now - timedelta(minutes=chance.randrange(DAYS * 1440)),
            )


def drawn_activity(
    team: Team, users: list[User], items: int, chance: random.Random
) -> Iterator[Activity]:
    """As many rows as items: nobody ever does two in one quarter of an hour."""
    last = quarter_of(timezone.now())
    a_day = items // (len(users) * DAYS) + 1
    for user in users:
        for day in range(DAYS):
            for quarter in chance.sample(range(QUARTERS_A_DAY), min(a_day, QUARTERS_A_DAY)):
                yield Activity(
                    team=team, user=user, quarter=last - 96 * day - quarter, done=1, accepted=1
                )


def drawn_forecasts(team: Team, batches: list[Batch], users: list[User]) -> Iterator[Forecast]:
    """An estimate of every batch and person."""
    now = timezone.now()
    subjects = [(ForecastOf.BATCH, each.pk) for each in batches]
    subjects += [(ForecastOf.PERSON, each.pk) for each in users]
    for of, key in subjects:
        yield Forecast(
            team=team,
            of=of,
            subject_id=key,
            p50_at=now + timedelta(hours=key % 90),
            p90_at=now + timedelta(hours=key % 90 + 20),
            computed_at=now,
        )


def measure() -> dict[str, dict[str, list[float]]]:
    """Seconds of each request and its queries, by page."""
    team, client = Team.objects.get(), Client(SERVER_NAME="127.0.0.1")
    worker = Membership.objects.filter(role=Role.ANNOTATOR).select_related("user")[0].user
    found = {}
    for user, path, name in [
        *((User.objects.get(username="person0"), f"?days={days}", "home") for days in (7, 30, 90)),
        *((worker, f"my-work/?days={days}", "my work") for days in (30, 90)),
    ]:
        client.force_login(user)
        url = f"/teams/{team.pk}/{path}"
        found[f"{name}, {url.partition('=')[2]} days"] = asked(client, url)
    return found


def asked(client: Client, url: str) -> dict[str, list[float]]:
    """How long each answer took, and how many queries one takes."""
    times = []
    for number in range(WARM_UP + REPEATS):
        begin = time.perf_counter()
        response = client.get(url)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}: {response.content[:500]!r}")
        if number >= WARM_UP:
            times.append(time.perf_counter() - begin)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return {"seconds": times, "queries": [len(captured)]}


def main() -> None:
    """`build --items N --jobs N --people N --batches N`, or `measure`, which prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["build", "measure"])
    for name in ("items", "jobs", "people", "batches"):
        parser.add_argument(f"--{name}", type=int, default=100)
    chosen = parser.parse_args()
    if chosen.verb == "build":
        build(chosen.items, chosen.jobs, chosen.people, chosen.batches)
    else:
        json.dump(measure(), sys.stdout)


if __name__ == "__main__":
    main()
