"""The half of the benchmark that runs inside one database: fill it, then ask for pages."""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import django

django.setup()  # the models below need it, so it stands above their imports

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Membership, Team, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from labeling.jobs.models import Annotation, Batch, Job, JobItem  # noqa: E402
from labeling.jobs.states import ItemState, Stage, State  # noqa: E402
from labeling.projects.models import Dataset, Item, Project, Workspace  # noqa: E402

WARM_UP, REPEATS = 3, 15
CHUNK = 5000
LIVES = [
    (Stage.ANNOTATION, State.NEW),
    (Stage.ANNOTATION, State.IN_PROGRESS),
    (Stage.ANNOTATION, State.COMPLETED),
    (Stage.VALIDATION, State.IN_PROGRESS),
    (Stage.ACCEPTANCE, State.COMPLETED),
]


def build(items: int, jobs: int) -> None:
    """A team with that many items in one dataset, all of them in that many jobs."""
    call_command("migrate", verbosity=0)
    team = Team.objects.create(name="Bench")
    people = [
        User.objects.create_user(name, password=None, display_name=name.title())
        for name in ("max", "ana", "ben", "kim")
    ]
    roles = [Role.MANAGER, Role.ANNOTATOR, Role.ANNOTATOR, Role.REVIEWER]
    for person, role in zip(people, roles, strict=True):
        Membership.objects.create(team=team, user=person, role=role)
    shelf = Workspace.objects.create(team=team, name="Shelf")
    project = Project.objects.create(team=team, workspace=shelf, name="Fruit", created_by=people[0])
    dataset = Dataset.objects.create(
        team=team, project=project, name="Large", created_by=people[0], item_count=items
    )
    batch = Batch.objects.create(
        team=team,
        project=project,
        dataset=dataset,
        name="Everything",
        created_by=people[0],
        status="processing",
    )
    Item.objects.bulk_create(_items(dataset, items), batch_size=CHUNK)
    Job.objects.bulk_create(_jobs(batch, people, items, jobs), batch_size=CHUNK)
    JobItem.objects.bulk_create(_job_items(batch), batch_size=CHUNK)
    Annotation.objects.bulk_create(
        (Annotation(job_item_id=pk) for pk in JobItem.objects.values_list("pk", flat=True)),
        batch_size=CHUNK,
    )
    call_command("collectstatic", interactive=False, verbosity=0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # which autovacuum does by itself some minutes later


def _items(dataset: Dataset, count: int) -> Iterator[Item]:
    now = timezone.now()
    for number in range(1, count + 1):
        yield Item(
            team_id=dataset.team_id,
            dataset=dataset,
            position=number,
            name=f"picture-{number:06}.jpg",
            content_hash=hashlib.sha256(str(number).encode()).hexdigest(),
            width=1200,
            height=800,
            byte_size=200_000,
            media_type="image/jpeg",
            file=f"items/{number}",
            thumbnail=f"thumbnails/{number}.webp",
            object_count=number % 7,
            labeled_at=now if number % 3 == 0 else None,
        )


def _jobs(batch: Batch, people: list[User], items: int, count: int) -> Iterator[Job]:
    now = timezone.now()
    share = items // count
    for number in range(1, count + 1):
        stage, state = LIVES[number % len(LIVES)]
        accepted = share if stage == Stage.ACCEPTANCE else 0
        submitted = (stage, state) != (Stage.ANNOTATION, State.NEW)
        yield Job(
            team_id=batch.team_id,
            project_id=batch.project_id,
            dataset_id=batch.dataset_id,
            batch=batch,
            name=f"Everything {number}",
            number=number,
            annotator=(None, people[1], people[2])[number % 3],
            reviewer=people[3] if number % 2 else None,
            stage=stage,
            state=state,
            priority=number % 5 + 1,
            due_at=now + timedelta(hours=number % 96 - 24) if number % 4 else None,
            items=share,
            done=share if submitted else 0,
            accepted=accepted,
            created_by=people[0],
        )


def _job_items(batch: Batch) -> Iterator[JobItem]:
    keys = iter(batch.dataset.items.order_by("position").values_list("pk", flat=True))
    for job in batch.jobs.order_by("number"):
        state = ItemState.NONE
        if job.done:
            state = ItemState.ACCEPTED if job.accepted else ItemState.DONE
        for position in range(1, job.items + 1):
            yield JobItem(job=job, item_id=next(keys), position=position, state=state)


def pages() -> dict[str, str]:
    """The pages that are compared, by what they are.

    Each shows the same number of rows in a small team as in a large one (the small one fills them
    all), so that what is compared is the finding and not the drawing.
    """
    team, dataset = Team.objects.get(), Dataset.objects.get()
    jobs = f"/teams/{team.pk}/jobs/?page_size=25"
    grid = f"/datasets/{dataset.pk}/"
    return {
        "jobs": jobs,
        "jobs, second page": f"{jobs}&page=2",
        "jobs, on review": f"{jobs}&status=on_review",
        "jobs of one annotator": f"{jobs}&annotator={User.objects.get(username='ana').pk}",
        "jobs, searched": f"{jobs}&q=everything",
        "jobs, by due date": f"{jobs}&ordering=due",
        "jobs, by ETA": f"{jobs}&ordering=eta",
        "dataset grid": grid,
        "dataset grid, second page": f"{grid}?page=2",
        "dataset grid, searched": f"{grid}?q=picture-00009",
        "dataset grid, not labeled": f"{grid}?labeled=false",
        "REST jobs": f"/api/jobs/?team={team.pk}&page_size=25",
        "REST items": f"/api/items/?dataset={dataset.pk}&page_size=25",
    }


def measure() -> dict[str, list[float]]:
    """Seconds of each request, by page."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username="max"))
    return {page: list(_times(client, url)) for page, url in pages().items()}


def _times(client: Client, url: str) -> Iterator[float]:
    for number in range(WARM_UP + REPEATS):
        begin = time.perf_counter()
        response = client.get(url)
        seconds = time.perf_counter() - begin
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}: {response.content[:500]!r}")
        if number >= WARM_UP:
            yield seconds


def main() -> None:
    """`build --items N --jobs N`, or `measure`, which prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["build", "measure"])
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=100)
    chosen = parser.parse_args()
    if chosen.verb == "build":
        build(chosen.items, chosen.jobs)
    else:
        json.dump(measure(), sys.stdout)


if __name__ == "__main__":
    main()
