"""A project with a schema and labeled pictures, and ways to run what this package does."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.actor import Actor
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.projects.labels import store_labels
from labeling.projects.models import Dataset, Item, Project
from labeling.projects.staging import stage_files
from tests.factories import (
    DatasetFactory,
    JobItemFactory,
    LabelClassFactory,
    ProjectFactory,
    TagDefinitionFactory,
)


@pytest.fixture
def project(team, manager) -> Project:
    """Lemons and kiwis; ripe or not."""
    project = ProjectFactory.create(team=team, created_by=manager, name="Fruit")
    LabelClassFactory.create(project=project, name="lemon")
    LabelClassFactory.create(project=project, name="kiwi")
    TagDefinitionFactory.create(project=project, name="ripe")
    return project


@pytest.fixture
def dataset(project) -> Dataset:
    """Three pictures on a table."""
    return DatasetFactory.create(project=project, name="table", size=3)


@pytest.fixture
def box(project) -> Callable[..., dict[str, Any]]:
    """Makes a box of a class by its name."""
    classes = {each.name: each.pk for each in project.classes.all()}

    def make(identity: str, x: int = 1, kind: str = "lemon", **more: Any) -> dict[str, Any]:
        return {
            "id": identity, "class": classes[kind], "shape": "rectangle",
            "points": [[x, 2], [x + 10, 20]], "tags": [], "source": "person", **more,
        }  # fmt: skip

    return make


def label(item: Item, *objects: Any) -> None:
    """Give an item its own labels."""
    store_labels(item, {"objects": list(objects), "tags": []})


def work(job: Any, item: Item, *objects: Any, state: str = "done", version: int = 1) -> Any:
    """What somebody made of an item in a job."""
    each = JobItemFactory.create(job=job, item=item, state=state)
    annotation = each.annotation
    annotation.document = {"objects": list(objects), "tags": []}
    annotation.version = version
    annotation.updated_at = timezone.now() if version else None
    annotation.save()
    return each


def run(operation: Operation) -> Operation:
    """Run it to its end."""
    engine.run(operation.pk)
    operation.refresh_from_db()
    return operation


@pytest.fixture
def export(team, manager) -> Callable[..., Operation]:
    """Exports something for the manager, to the end."""

    def start(subject: Any, **data: Any) -> Operation:
        chosen = {
            "scope": subject._meta.model_name, "id": subject.pk, "which": "all",
            "format": "coco", **data,
        }  # fmt: skip
        return run(engine.start("export", Actor.for_user(manager), team, chosen, subject=subject))

    return start


def staged_import(person: Any, dataset: Dataset, files: dict[str, Any], **data: Any) -> Operation:
    """An import of these files that is ready to run."""
    actor = Actor.for_user(person)
    chosen = {"dataset": dataset.pk, "format": "voc", "create_classes": True, **data}
    operation = engine.start(
        "import-annotations", actor, dataset.team, chosen, subject=dataset, hold=True
    )
    uploads = [
        SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
        for name, content in files.items()
    ]
    stage_files(actor, operation, uploads)
    return engine.release(operation)


def archive(operation: Operation) -> zipfile.ZipFile:
    """The result, every file's sum checked."""
    with operation.file.open("rb") as file:
        result = zipfile.ZipFile(io.BytesIO(file.read()))
    assert result.testzip() is None
    return result


def coco(operation: Operation) -> Any:
    """The annotations of a COCO export."""
    return json.loads(archive(operation).read("annotations.json"))


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A ZIP of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()
