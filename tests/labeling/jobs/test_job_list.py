"""The jobs list: what it shows, finds, sorts and writes."""

import csv
import io

import pytest
from django.urls import reverse

from tests.factories import JobFactory


def names(response) -> list[str]:
    """The jobs of a list page, in order."""
    return [row.obj.name for row in response.context["rows"]]


@pytest.fixture
def url(team) -> str:
    return reverse("jobs:job-list", args=[team.pk])


def test_a_job_shows_its_people_status_and_progress(client_for, manager, labeled, url):
    page = client_for(manager).get(url)
    text = page.content.decode()
    assert page.status_code == 200
    for shown in (labeled.name, "Ana", "in progress", "3 / 3"):
        assert shown in text
