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
def labeled(job: Job, annotator, act) -> Job:
    """Ana has confirmed every item of her job."""
    for job_item in job.job_items.all():
        act(annotator, job_item, "confirm-item")
    job.refresh_from_db()
    return job


@pytest.fixture
def submitted(labeled: Job, annotator, act) -> Job:
    """Ana has handed her job in."""
    act(annotator, labeled, "submit")
    labeled.refresh_from_db()
    return labeled


@pytest.fixture
def reviewed(submitted: Job, reviewer, act) -> Job:
    """Kim has begun to review Ana's job."""
    act(reviewer, submitted, "start-review")
    submitted.refresh_from_db()
    return submitted
