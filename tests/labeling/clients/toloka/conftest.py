"""A script that speaks as Toloka's client does, without its package."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from django.db.models import Model
from django.test import Client

from accounts.actor import Actor
from accounts.models import ApiToken, User
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch
from labeling.operations import engine
from labeling.projects.models import Project
from tests.factories import LabelClassFactory, ProjectFactory

URL = "https://pictures.example.org/1.jpg"


def run_launch(batch: Batch) -> None:
    """What the worker does after a start."""
    batch.refresh_from_db()
    assert batch.operation is not None
    engine.run(batch.operation.pk)


@dataclass(frozen=True)
class Told:
    """An answer: the status, and what its JSON says; None for an empty one."""

    status: int
    body: Any

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of a refusal."""
        assert set(self.body) == {"request_id", "code", "message", "payload"}
        assert self.body["message"]
        return self.status, self.body["code"]

    @property
    def fields(self) -> list[str]:
        """What a ValidationApiError lists as invalid."""
        assert self.refusal[1] == "VALIDATION_ERROR", self.body
        return sorted(self.body["payload"])


Ask = Callable[..., Told]


@pytest.fixture
def ask(db) -> Ask:
    """Call an address below /toloka/api/app/v0/ with a person's token."""

    def asked(
        person: Any, method: str, path: str, body: Any = None, team: Any = None, **query: Any
    ) -> Told:
        headers = {"authorization": f"OAuth {ApiToken.issue(person, 'script')[1]}"}
        if team is not None:
            headers["x-act-under-account-id"] = str(team)
        answer = Client().generic(
            method,
            f"/toloka/api/app/v0/{path}",
            b"" if body is None else orjson.dumps(body),
            "application/json",
            headers=headers,
            query_params=query,
        )
        return Told(answer.status_code, orjson.loads(answer.content) if answer.content else None)

    return asked


@pytest.fixture
def project(team, manager) -> Project:
    """A project with a class of rectangles, "lemon"."""
    made = ProjectFactory.create(team=team, created_by=manager, name="Orchard")
    LabelClassFactory.create(project=made, name="lemon")
    return made


@pytest.fixture
def batches(project: Project) -> str:
    """The address of its batches."""
    return f"app-projects/{project.pk}/batches"


@pytest.fixture
def items(project: Project) -> str:
    """The address of its items."""
    return f"app-projects/{project.pk}/items"


@pytest.fixture
def act() -> Callable[..., Any]:
    """Perform a verb as a person; the outcome."""

    def acted(person: User, thing: Model, verb: str, **data: Any) -> Any:
        change = perform(actions[type(thing), verb], thing, Actor.for_user(person), data)
        thing.refresh_from_db()
        return change.outcome

    return acted


@pytest.fixture
def made(ask: Ask, manager, batches: str) -> Callable[..., Batch]:
    """A batch of so many new addresses, as the manager's script makes it."""

    def make(count: int, **said: Any) -> Batch:
        new = [{"image_url": f"{URL}?{said.get('name', '')}{n}"} for n in range(count)]
        answer = ask(manager, "POST", batches, {"items": new, **said})
        assert answer.status == 200, answer
        return Batch.objects.get(pk=answer.body["id"])

    return make
