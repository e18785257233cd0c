"""A project of the team, verbs on it, and pictures of every kind to upload."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.actor import Actor
from accounts.models import Team, User
from labeling.core.workflow import Change, actions, perform
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition
from labeling.projects.staging import begin_upload, stage_files, start_upload
from tests.factories import (
    DatasetFactory,
    LabelClassFactory,
    ProjectFactory,
    TagDefinitionFactory,
)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path) -> None:
    """Each test has a store of its own: keys begin anew in each, and so would its folders."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def project(team: Team, manager: User) -> Project:
    """Max's project."""
    return ProjectFactory.create(team=team, name="Lemons", created_by=manager)


@pytest.fixture
def dataset(project: Project) -> Dataset:
    """An empty dataset of it."""
    return DatasetFactory.create(project=project, name="June")


@pytest.fixture
def lemon(project: Project) -> LabelClass:
    """Its class of rectangles."""
    return LabelClassFactory.create(
        project=project, name="lemon", hotkey="1", color="#ffcc00", position=1
    )


@pytest.fixture
def size(project: Project) -> TagDefinition:
    """Its tag with choices."""
    return TagDefinitionFactory.create(
        project=project,
        name="size",
        value_type="choice",
        choices=["small", "large"],
        position=1,
    )


@pytest.fixture
def do() -> Callable[..., Change]:
    """Performs a verb as somebody, with the input as keywords."""

    def run(user: User, obj: Any, verb: str, **data: Any) -> Change:
        return perform(actions[type(obj), verb], obj, Actor.for_user(user), data)

    return run


def drawn(kind: str = "PNG", color: Any = "olive", side: tuple[int, int] = (40, 30), **options):
    """The bytes of a picture of one colour."""
    target = BytesIO()
    Image.new("RGB", side, color).save(target, kind, **options)
    return target.getvalue()


def zipped(**files: bytes) -> bytes:
    """A ZIP of files; `__` in a name stands for a slash and `_dot_` for a dot."""
    named = {
        name.replace("__", "/").replace("_dot_", "."): content for name, content in files.items()
    }
    return packed(named)


def packed(files: dict[str, bytes]) -> bytes:
    """A ZIP of files by path."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.fixture
def upload(manager: User) -> Callable[..., Operation]:
    """Uploads files (name to bytes) to a dataset; they are decoded unless `run` is false."""

    def send(dataset: Dataset, files: dict[str, bytes], run: bool = True) -> Operation:
        actor = Actor.for_user(manager)
        operation = begin_upload(actor, dataset)
        stage_files(
            actor,
            operation,
            [SimpleUploadedFile(name, content) for name, content in files.items()],
        )
        start_upload(actor, operation)
        if run:
            engine.run(operation.pk)
            operation.refresh_from_db()
        return operation

    return send
