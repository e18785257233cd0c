"""The batches of a project: on its page, and as a list of their own."""

import pytest
from django.urls import reverse

from labeling.jobs.models import Batch
from tests.factories import BatchFactory, JobFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def batches(dataset) -> list[Batch]:
    """Three of one project, one of another project of the team."""
    made = [
        BatchFactory.create(dataset=dataset, name=name, priority=priority, status=status)
        for name, priority, status in (
            ("apples", 2, "completed"),
            ("bananas", 5, "processing"),
            ("cherries", 3, "stopped"),
        )
    ]
    JobFactory.create(batch=made[1], size=4)
    Batch.objects.filter(pk=made[2].pk).update(status="stopped")
    BatchFactory.create(dataset__project__team=dataset.team, name="dates")
    return made


def order(page: str) -> list[str]:
    """The names in the order of the page."""
    names = [name for name in ("apples", "bananas", "cherries", "dates") if f">{name}<" in page]
    return sorted(names, key=lambda name: page.index(f">{name}<"))


def test_the_page_of_a_project_shows_its_batches_and_refreshes_them(
    client_for, manager, batches, dataset
):
    page = client_for(manager).get(dataset.project.get_absolute_url()).content.decode()
    assert order(page) == ["bananas", "cherries", "apples"]
    assert "0 / 4" in page
    assert "People label and review it." in page
    running, stopped = batches[1], batches[2]
    assert reverse("jobs:batch-verb", args=[running.pk, "stop"]) in page
    assert reverse("jobs:batch-verb", args=[stopped.pk, "resume"]) in page
    latest = reverse("jobs:project-batches-latest", args=[dataset.project_id])
    assert f'data-poll-url="{latest}"' in page
    part = client_for(manager).get(latest).content.decode()
    assert order(part) == ["bananas", "cherries", "apples"]
    assert "<html" not in part


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ordering=name", ["apples", "bananas", "cherries"]),
        ("ordering=-priority", ["bananas", "cherries", "apples"]),
        ("ordering=status", ["apples", "bananas", "cherries"]),
        ("status=stopped&status=completed&ordering=-name", ["cherries", "apples"]),
        ("priority=5", ["bananas"]),
        ("q=err", ["cherries"]),
    ],
)
def test_the_list_of_a_project_sorts_and_filters(
    client_for, manager, batches, dataset, query, names
):
    url = reverse("jobs:project-batches", args=[dataset.project_id])
    page = client_for(manager).get(f"{url}?{query}").content.decode()
    assert order(page) == names
    assert "data-poll-seconds" in page
    assert "What the statuses mean" in page


def test_outsiders_see_neither(client_for, outsider, dataset):
    for name in ("jobs:project-batches", "jobs:project-batches-latest"):
        assert client_for(outsider).get(reverse(name, args=[dataset.project_id])).status_code == 404
