"""A script of somebody, as Supervisely's SDK asks."""

import json
from typing import Any

import pytest

from accounts.models import ApiToken, User
from labeling.jobs.models import Job
from labeling.projects.models import Dataset
from tests.factories import (
    DatasetFactory,
    LabelClassFactory,
    ProjectFactory,
    TagDefinitionFactory,
)
from tests.labeling.clients.supervisely.work import act

ROOT = "/supervisely/public/api/v3"


@pytest.fixture
def ask(client):
    """Send a call with a person's token: `ask(person, "teams.list", page=1)`; the answer."""

    def asked(person: User | None, call: str, /, **body: Any) -> Any:
        headers = {"x-api-key": ApiToken.issue(person, "script")[1]} if person else {}
        sent = json.dumps(body)
        return client.post(f"{ROOT}/{call}", sent, "application/json", headers=headers)

    return asked


@pytest.fixture
def told(ask):
    """The same for what is answered with 200: its JSON."""

    def asked(person: User, call: str, /, **body: Any) -> Any:
        answer = ask(person, call, **body)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    return asked


@pytest.fixture
def refused(ask):
    """The same for what is refused: its status and words."""

    def asked(person: User | None, call: str, /, **body: Any) -> tuple[int, str]:
        answer = ask(person, call, **body)
        assert 400 <= answer.status_code < 500, answer.content.decode()
        return answer.status_code, answer.json()["details"]["message"]

    return asked


@pytest.fixture
def dataset(team, manager) -> Dataset:
    """Six pictures of lemons and kiwis."""
    project = ProjectFactory.create(team=team, created_by=manager)
    for name in ("lemon", "kiwi"):
        LabelClassFactory.create(project=project, name=name)
    for name in ("size", "origin"):
        TagDefinitionFactory.create(project=project, name=name)
    return DatasetFactory.create(project=project, size=6)


@pytest.fixture
def add(told, manager, dataset):
    """Make jobs as `labeling_job.create` does; their ids."""

    def added(*people: Any, meta: dict[str, Any] | None = None, **body: Any) -> list[int]:
        usual: dict[str, Any] = {
            "classes": ["lemon"],
            "projectTags": [],
            "imageTags": [],
            "imageFiguresLimit": 0,
            "imageTagsLimit": 0,
            "entityIds": [],
            "dynamicClasses": False,
            "dynamicTags": False,
            "allowRestore": False,
        }
        body = {
            "name": "lemons",
            "datasetId": dataset.pk,
            "userIds": [person.pk for person in people],
            **body,
            "meta": usual | (meta or {}),
        }
        return [row["id"] for row in told(manager, "jobs.add", **body)]

    return added


@pytest.fixture
def job(add, annotator) -> Job:
    """Ana's job of all pictures."""
    [key] = add(annotator)
    return Job.objects.get(pk=key)


@pytest.fixture
def submitted(job, annotator) -> Job:
    """Ana has done it."""
    for place in job.job_items.all():
        act(annotator, place, "confirm-item")
    act(annotator, job, "submit")
    job.refresh_from_db()
    return job
