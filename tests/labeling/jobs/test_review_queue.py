"""What waits for a reviewer, in the order in which it should be taken."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from labeling.jobs.models import Batch, Job
from tests.factories import JobFactory


@pytest.fixture
def url(team) -> str:
    return reverse("jobs:review-queue", args=[team.pk])


@pytest.fixture
def waiting(batch, annotator):
    """Makes a job that was handed in some minutes ago."""

    def make(name: str, minutes: int, **values) -> Job:
        return JobFactory.create(
            batch=batch,
            name=name,
            annotator=values.pop("annotator", annotator),
            stage="annotation",
            state="completed",
            submitted_at=timezone.now() - timedelta(minutes=minutes),
            **values,
        )

    return make


@pytest.fixture
def names(client_for, reviewer, url):
    """The names in the queue of a person, in order."""

    def ask(user=reviewer, **query) -> list[str]:
        response = client_for(user).get(url, query)
        assert response.status_code == 200
        return [row.obj.name for row in response.context["rows"]]

    return ask


def test_own_jobs_come_first_then_unclaimed_ones_the_oldest_first(
    names, waiting, reviewer, manager
):
    waiting("new", 5)
    waiting("theirs", 90, reviewer=manager)
    waiting("mine", 10, reviewer=reviewer)
    waiting("old", 60)
    assert names() == ["mine", "old", "new", "theirs"]


def test_only_live_jobs_on_review_wait(names, waiting, act, manager, job):
    stopped = waiting("stopped", 5)
    act(manager, stopped, "stop")
    waiting("here", 5)
    assert names() == ["here"]


def test_own_work_waits_for_somebody_else(names, waiting, reviewer, manager, batch):
    waiting("my own work", 5, annotator=reviewer)
    assert names() == []
    assert names(user=manager) == ["my own work"]
    Batch.objects.filter(pk=batch.pk).update(allow_own_review=True)
    assert names() == ["my own work"]


def test_a_review_begins_from_here_and_goes_on_from_here(client_for, reviewer, url, waiting):
    job = waiting("lemons", 5)
    client = client_for(reviewer)
    begin = reverse("jobs:job-verb", args=[job.pk, "start-review"])
    assert f'action="{begin}"' in client.get(url).content.decode()
    review = client.post(begin).url
    assert review == reverse("jobs:review", args=[job.pk])
    assert f'href="{review}">Continue' in client.get(url).content.decode()


def test_the_sidebar_counts_what_waits_for_me(
    client_for, reviewer, url, waiting, manager, annotator2
):
    waiting("unclaimed", 5)
    waiting("mine", 5, reviewer=reviewer)
    waiting("theirs", 5, reviewer=manager)
    waiting("my own work", 5, annotator=reviewer)
    text = client_for(reviewer).get(url).content.decode()
    assert '<span class="count">2</span>' in text


def test_it_narrows_and_sorts(names, waiting, reviewer, annotator2):
    waiting("b", 5, reviewer=reviewer)
    waiting("a", 6, annotator=annotator2)
    assert names(annotator=annotator2.pk) == ["a"]
    assert names(reviewer="none") == ["a"]
    assert names(ordering="submitted") == ["a", "b"]
    assert names(ordering="-submitted") == ["b", "a"]


@pytest.mark.parametrize("who", ["annotator", "viewer"])
def test_who_may_not_review_gets_no_queue(client_for, url, request, who):
    assert client_for(request.getfixturevalue(who)).get(url).status_code == 403


def test_an_outsider_finds_no_queue(client_for, outsider, url):
    assert client_for(outsider).get(url).status_code == 404


def test_a_long_queue_takes_no_more_queries(client_for, reviewer, url, waiting):
    client = client_for(reviewer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    waiting("first", 1)
    client.get(url)
    few = queries()
    for number in range(8):
        waiting(f"more {number}", number)
    assert queries() == few
