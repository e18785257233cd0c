"""The page of one job: facts, verbs, items, comments, history, statistics."""

import pytest
from django.urls import reverse

from labeling.jobs.models import Comment, JobItem
from tests.factories import CommentFactory, JobFactory


@pytest.fixture
def url(job) -> str:
    return job.get_absolute_url()


def text_of(response) -> str:
    """What the page says."""
    assert response.status_code == 200, response.content[:500]
    return response.content.decode()


def test_it_says_what_the_job_is_and_who_has_it(client_for, manager, job, url):
    text = text_of(client_for(manager).get(url))
    for shown in (job.name, "Ana", job.batch.name, job.project.name, job.dataset.name, "pending"):
        assert shown in text


@pytest.mark.parametrize("tab", ["comments", "history", "statistics", "figures"])
def test_every_part_of_it_has_an_address_of_its_own(client_for, manager, labeled, tab):
    address = reverse(f"jobs:{tab}", args=[labeled.pk])
    assert labeled.name in text_of(client_for(manager).get(address))
