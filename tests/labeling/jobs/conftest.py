"""Jobs in the states that tests start from."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.models import User
from labeling.core.workflow import Change, actions, perform
from labeling.jobs.models import Batch, Job
from labeling.projects.models import Dataset
from tests.factories import BatchFactory, DatasetFactory, JobFactory, ProjectFactory

Perform = Callable[..., Change]


@pytest.fixture
def dataset(team, manager) -> Dataset:
    """An empty dataset of Max's project."""
    return DatasetFactory.create(project=ProjectFactory.create(team=team, created_by=manager))


@pytest.fixture
def batch(dataset) -> Batch:
    """A launched batch without jobs."""
    return BatchFactory.create(dataset=dataset, name="lemons")


@pytest.fixture
def job(batch, annotator) -> Job:
    """Ana's job of three items, not begun."""
    return JobFactory.create(batch=batch, annotator=annotator, size=3)


@pytest.fixture
def act() -> Perform:
    """Performs a verb as a person: `act(ana, job, "submit", anyway="on")`."""

    def run(user: User, obj: Any, verb: str, **data: Any) -> Change:
        return perform(actions[type(obj), verb], obj, Actor.for_user(user), data)

    return run


@pytest.fixture
def labeled(job, annotator, act) -> Job:
    """Ana has confirmed every item of her job."""
    for job_item in job.job_items.all():
        act(annotator, job_item, "confirm-item")
    job.refresh_from_db()
    return job


@pytest.fixture
def submitted(labeled, annotator, act) -> Job:
    """Ana has handed her job in."""
    return act(annotator, labeled, "submit").obj


@pytest.fixture
def reviewed(submitted, reviewer, act) -> Job:
    """Kim has begun to review Ana's job."""
    return act(reviewer, submitted, "start-review").obj
