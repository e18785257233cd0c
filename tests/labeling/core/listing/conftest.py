"""A batch to list, somebody who lists, and a way to ask."""

from typing import Any

import pytest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from accounts.actor import Actor
from labeling.core.listing import ListPage
from tests.factories import BatchFactory, ProjectFactory
from tests.labeling.core.listing.sample import JobList


@pytest.fixture
def batch(team, manager):
    """A batch of the team."""
    project = ProjectFactory.create(team=team, created_by=manager, name="Fruit on a table")
    return BatchFactory.create(dataset__project=project, name="Lemons")


@pytest.fixture
def ask(manager):
    """Asks the list as the manager, with a query and headers."""

    def asked(query: str = "", view: type[ListPage] = JobList, **headers: str):
        request: Any = RequestFactory().get(f"/jobs/?{query}", headers=headers)
        request.user, request.actor = manager, Actor.for_user(manager)
        request.htmx = HtmxDetails(request)
        return view.as_view()(request)

    return asked


@pytest.fixture
def actor(manager) -> Actor:
    """The manager as actor."""
    return Actor.for_user(manager)
