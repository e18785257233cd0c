"""The half of the export's benchmark that runs inside one database: rows, floor, peaks, profile."""

import argparse
import cProfile
import hashlib
import json
import resource
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()  # the models below need it, so it stands above their imports

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.actor import Actor  # noqa: E402
from accounts.models import ApiToken, Membership, Team, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from labeling.jobs.models import Annotation, Batch, Job, JobItem  # noqa: E402
from labeling.jobs.states import ItemState, Stage, State  # noqa: E402
from labeling.operations import engine  # noqa: E402
from labeling.operations.models import Operation  # noqa: E402
from labeling.operations.states import Status  # noqa: E402
from labeling.projects.models import (  # noqa: E402
    Dataset,
    Item,
    ItemLabels,
    LabelClass,
    Project,
    TagDefinition,
    Workspace,
)
from labeling.projects.states import Shape  # noqa: E402
from tests.bench.drawn import HEIGHT, WIDTH, document  # noqa: E402

CHUNK = 2000
A_JOB = 500
"""Items in one job."""

FLOOR = """
    SELECT i.name, i.width, i.height, i.content_hash, d.name, l.document, a.document, u.display_name
    FROM projects_item i
    JOIN projects_dataset d ON d.id = i.dataset_id
    LEFT JOIN projects_itemlabels l ON l.item_id = i.id
    LEFT JOIN jobs_jobitem ji ON ji.item_id = i.id
    LEFT JOIN jobs_annotation a ON a.job_item_id = ji.id
    LEFT JOIN jobs_job j ON j.id = ji.job_id
    LEFT JOIN accounts_user u ON u.id = j.annotator_id
    WHERE i.dataset_id = %s
    ORDER BY i.position
"""


def build(items: int, objects: int) -> dict[str, Any]:
    """A team with a large dataset and one of a tenth; a manager's token and their keys."""
    call_command("migrate", verbosity=0)
    team = Team.objects.create(name="Bench")
    max_, ana = (
        User.objects.create_user(name, password=None, display_name=name.title())
        for name in ("max", "ana")
    )
    Membership.objects.create(team=team, user=max_, role=Role.MANAGER)
    Membership.objects.create(team=team, user=ana, role=Role.ANNOTATOR)
    shelf = Workspace.objects.create(team=team, name="Shelf")
    project = Project.objects.create(team=team, workspace=shelf, name="Fruit", created_by=max_)
    for position, name in enumerate(("lemon", "kiwi")):
        LabelClass.objects.create(project=project, name=name, shape=Shape.ANY, position=position)
    TagDefinition.objects.create(project=project, name="ripe", position=0)
    _token, secret = ApiToken.issue(max_, "bench")
    return {
        "token": secret,
        "large": fill(project, "large", items, objects, ana).pk,
        "small": fill(project, "small", items // 10, objects, ana).pk,
    }


def fill(project: Project, name: str, items: int, objects: int, ana: User) -> Dataset:
    """A dataset of labeled items, every second one with an accepted annotation besides."""
    dataset = Dataset.objects.create(
        team_id=project.team_id,
        project=project,
        name=name,
        created_by_id=project.created_by_id,
        item_count=items,
    )
    Item.objects.bulk_create(_items(dataset, items), batch_size=CHUNK)
    classes = list(project.classes.values_list("pk", flat=True))
    tag = project.tag_definitions.get().pk
    keys = list(dataset.items.order_by("position").values_list("pk", flat=True))
    labels = (
        ItemLabels(item_id=key, document=document(key, objects, classes, tag)) for key in keys
    )
    ItemLabels.objects.bulk_create(labels, batch_size=CHUNK)
    batch = Batch.objects.create(
        team_id=project.team_id,
        project=project,
        dataset=dataset,
        name="Every second",
        created_by_id=project.created_by_id,
        status="completed",
    )
    batch.classes.set(classes)
    jobs = list(Job.objects.bulk_create(_jobs(batch, ana, len(keys[::2]))))
    job_items = (
        JobItem(
            job=jobs[number // A_JOB],
            item_id=key,
            position=number % A_JOB + 1,
            state=ItemState.ACCEPTED,
        )
        for number, key in enumerate(keys[::2])
    )
    JobItem.objects.bulk_create(job_items, batch_size=CHUNK)
    made = JobItem.objects.filter(job__batch=batch).values_list("pk", "item_id")
    now = timezone.now()
    annotations = (
        Annotation(
            job_item_id=pk,
            document=document(item, objects, classes, tag, moved=7),
            version=3,
            updated_at=now,
        )
        for pk, item in made
    )
    Annotation.objects.bulk_create(annotations, batch_size=CHUNK)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # which autovacuum does by itself some minutes later
    return dataset


def _items(dataset: Dataset, count: int) -> Iterator[Item]:
    now = timezone.now()
    for number in range(1, count + 1):
        yield Item(
            team_id=dataset.team_id,
            dataset=dataset,
            position=number,
            name=f"picture-{number:06}.jpg",
            content_hash=hashlib.sha256(str(number).encode()).hexdigest(),
            width=WIDTH,
            height=HEIGHT,
            byte_size=200_000,
            media_type="image/jpeg",
            file=f"items/{number}",
            labeled_at=now,
        )


def _jobs(batch: Batch, ana: User, items: int) -> Iterator[Job]:
    now = timezone.now()
    for number, first in enumerate(range(0, items, A_JOB), 1):
        share = min(A_JOB, items - first)
        yield Job(
            team_id=batch.team_id,
            project_id=batch.project_id,
            dataset_id=batch.dataset_id,
            batch=batch,
            name=f"Every second {number}",
            number=number,
            annotator=ana,
            stage=Stage.ACCEPTANCE,
            state=State.COMPLETED,
            items=share,
            done=share,
            accepted=share,
            created_by_id=batch.created_by_id,
            completed_at=now + timedelta(seconds=1),
        )


def floor(dataset: int, target: Path) -> dict[str, Any]:
    """Read the rows, `json.dumps` the document; how long that took."""
    schema = _categories(dataset)
    begin = time.perf_counter()
    images: list[Any] = []
    annotations: list[Any] = []
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, [dataset])
        for row in cursor.fetchall():
            _add(images, annotations, schema["tags"], row)
    whole = {
        "info": {"description": "Labeldesk"},
        "licenses": [],
        "images": images,
        "annotations": annotations,
        "categories": schema["categories"],
    }
    target.write_text(json.dumps(whole), encoding="utf-8")
    return {"seconds": time.perf_counter() - begin}


def _categories(dataset: int) -> dict[str, Any]:
    project = Project.objects.get(datasets=dataset)
    return {
        "categories": [
            {"id": each.pk, "name": each.name, "supercategory": ""}
            for each in project.classes.order_by("position")
        ],
        "tags": {each.pk: each.name for each in project.tag_definitions.all()},
    }


def _add(images: list[Any], annotations: list[Any], tags: dict[int, str], row: Any) -> None:
    name, width, height, content_hash, dataset, own, worked, annotator = row
    labels = json.loads(own if worked is None else worked)
    images.append(
        {
            "id": len(images) + 1,
            "width": width,
            "height": height,
            "file_name": f"{dataset}/{name}",
            "attributes": {
                "name": name,
                "dataset": dataset,
                "hash": content_hash,
                "tags": [
                    {"name": tags[each["tag"]], "value": each["value"]} for each in labels["tags"]
                ],
            },
        }
    )
    for each in labels["objects"]:
        attributes = {"uid": each["id"], "source": each["source"]}
        if worked is not None:
            attributes["annotator"] = annotator
        annotations.append(
            {
                "id": len(annotations) + 1,
                "image_id": len(images),
                "category_id": each["class"],
                "iscrowd": 0,
                **_drawn(each),
                "attributes": attributes,
            }
        )


def _drawn(each: Any) -> dict[str, Any]:
    points = each["points"]
    if each["shape"] == "rectangle":
        (x1, y1), (x2, y2) = points
        width, height = x2 - x1, y2 - y1
        return {"bbox": [x1, y1, width, height], "area": width * height, "segmentation": []}
    xs, ys = zip(*points, strict=True)
    left, top = min(xs), min(ys)
    flat = [value for point in points for value in point]
    return {
        "bbox": [left, top, max(xs) - left, max(ys) - top],
        "area": _area(points),
        "segmentation": [flat],
    }


def _area(points: list[list[float]]) -> float:
    """The shoelace formula around the first point."""
    x0, y0 = points[0]
    doubled = 0.0
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        doubled += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
    return abs(doubled) / 2


def exported(dataset: int, format_name: str) -> Operation:
    """One export in this process, from start to end."""
    of = Dataset.objects.select_related("team").get(pk=dataset)
    actor = Actor.for_user(User.objects.get(username="max"))
    chosen = {"scope": "dataset", "id": of.pk, "which": "all", "format": format_name}
    operation = engine.start("export", actor, of.team, chosen, subject=of)
    engine.run(operation.pk)
    operation.refresh_from_db()
    if operation.status != Status.COMPLETE:
        raise RuntimeError(f"{operation.status} {operation.message}")
    return operation


def memory(dataset: int, format_name: str) -> dict[str, Any]:
    """By how many megabytes this process grew at the peak of one export."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    exported(dataset, format_name)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"megabytes": (after - before) / 1024}


def profile(dataset: int, format_name: str, target: Path) -> dict[str, Any]:
    """One export in this process under cProfile, whose findings go into a file."""
    profiler = cProfile.Profile()
    begin = time.perf_counter()
    profiler.runcall(exported, dataset, format_name)
    profiler.dump_stats(target)
    return {"seconds": time.perf_counter() - begin}


def main() -> None:
    """`build`, `floor`, `memory` or `profile`; each prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["build", "floor", "memory", "profile"])
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--objects", type=int, default=5)
    parser.add_argument("--dataset", type=int, default=0)
    parser.add_argument("--format", default="coco")
    parser.add_argument("--target", type=Path, default=Path("export.profile"))
    chosen = parser.parse_args()
    verbs = {
        "build": lambda: build(chosen.items, chosen.objects),
        "floor": lambda: floor(chosen.dataset, chosen.target),
        "memory": lambda: memory(chosen.dataset, chosen.format),
        "profile": lambda: profile(chosen.dataset, chosen.format, chosen.target),
    }
    json.dump(verbs[chosen.verb](), sys.stdout)


if __name__ == "__main__":
    main()
