"""A job of lemons and kiwis, big enough to draw on."""

from dataclasses import dataclass
from typing import Any

from accounts.models import Team, User
from labeling.jobs.models import Job, JobItem
from labeling.projects.models import LabelClass, TagDefinition
from tests.factories import (
    BatchFactory,
    DatasetFactory,
    ItemFactory,
    JobFactory,
    JobItemFactory,
    LabelClassFactory,
    ProjectFactory,
    TagDefinitionFactory,
)

WIDTH, HEIGHT = 640, 480  # pixels of every picture


@dataclass
class Fruit:
    """A job with its schema. `gone` is a class that the job does not offer."""

    job: Job
    items: list[JobItem]
    lemon: LabelClass
    kiwi: LabelClass
    leaf: LabelClass
    gone: LabelClass
    size: TagDefinition
    origin: TagDefinition
    weight: TagDefinition
    blurred: TagDefinition


def fruit_job(team: Team, manager: User, annotator: User, size: int = 3, **batch: Any) -> Fruit:
    """A new job of `size` pictures for the annotator; `batch` are fields of its batch."""
    project = ProjectFactory.create(team=team, created_by=manager, name="Fruit")
    classes = {
        name: LabelClassFactory.create(
            project=project, name=name, shape=shape, color=color, hotkey=hotkey
        )
        for name, shape, color, hotkey in (
            ("lemon", "any", "#f4c20d", ""),
            ("kiwi", "rectangle", "#2e9d5a", "k"),
            ("leaf", "polygon", "#3b82f6", "r"),
            ("gone", "any", "#ff5500", ""),
        )
    }
    tags = {
        name: TagDefinitionFactory.create(
            project=project,
            name=name,
            value_type=value_type,
            choices=choices,
            applies_to=applies_to,
            hotkey=hotkey,
        )
        for name, value_type, choices, applies_to, hotkey in (
            ("size", "choice", ["small", "medium", "large"], "objects", "q"),
            ("origin", "string", [], "both", "o"),
            ("weight", "number", [], "objects", ""),
            ("blurred", "none", [], "images", "b"),
        )
    }
    dataset = DatasetFactory.create(project=project)
    launched = BatchFactory.create(dataset=dataset, name="lemons", **batch)
    launched.classes.set([classes["lemon"], classes["kiwi"], classes["leaf"]])
    launched.tags.set(tags.values())
    job = JobFactory.create(batch=launched, annotator=annotator)
    pictures = ItemFactory.create_batch(size, dataset=dataset, width=WIDTH, height=HEIGHT)
    items = [JobItemFactory.create(job=job, item=picture) for picture in pictures]
    return Fruit(
        job=job,
        items=items,
        lemon=classes["lemon"],
        kiwi=classes["kiwi"],
        leaf=classes["leaf"],
        gone=classes["gone"],
        size=tags["size"],
        origin=tags["origin"],
        weight=tags["weight"],
        blurred=tags["blurred"],
    )
