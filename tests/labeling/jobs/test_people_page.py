"""Who has what, how they do, and moving work."""

import pytest
from django.urls import reverse


@pytest.fixture
def url(team) -> str:
    return reverse("jobs:people", args=[team.pk])


def figures(response, name: str) -> dict:
    """The figures of one person's row."""
    (row,) = [row.obj for row in response.context["rows"] if row.obj.user.name == name]
    return {
        key: getattr(row, key)
        for key in ("open_jobs", "open_items", "done_today", "done_week", "acceptance", "backlog")
    }


def test_it_counts_what_is_open_and_what_was_done(client_for, manager, labeled, batch, annotator, url):
    response = client_for(manager).get(url)
    assert figures(response, "Ana") == {
        "open_jobs": 1,
        "open_items": 0,
        "done_today": 3,
        "done_week": 3,
        "acceptance": None,
        "backlog": 0,
    }
