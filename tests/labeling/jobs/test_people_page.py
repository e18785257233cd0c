"""Who has what, how they do, and moving work."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from labeling.jobs.models import Activity, Job, Pace
from labeling.jobs.models.activity import quarter_of
from labeling.operations.models import Operation
from tests.factories import JobFactory, MembershipFactory


@pytest.fixture
def url(team) -> str:
    return reverse("jobs:people", args=[team.pk])


@pytest.fixture
def people(client_for, manager, url):
    """The rows that Max sees, by name, in order."""

    def ask(**query) -> dict:
        response = client_for(manager).get(url, query)
        assert response.status_code == 200
        return {row.obj.user.name: row.obj for row in response.context["rows"]}

    return ask


def test_it_counts_what_is_open_and_what_was_done(people, labeled, annotator, batch):
    JobFactory.create(batch=batch, annotator=annotator, size=2)
    ana = people()["Ana"]
    assert (ana.open_jobs, ana.open_items) == (2, 2)
    assert (ana.done_today, ana.done_week) == (3, 3)
    assert (ana.acceptance, ana.backlog) == (None, 0)


def test_yesterdays_work_is_not_todays(people, labeled):
    Activity.objects.update(quarter=quarter_of(timezone.now() - timedelta(days=8)))
    ana = people()["Ana"]
    assert (ana.done_today, ana.done_week) == (0, 0)


def test_the_pace_is_that_of_the_last_project(people, annotator, labeled):
    Pace.objects.filter(user=annotator).update(usual_seconds=12.5)
    assert people()["Ana"].pace == 12.5
    assert people()["Max"].pace is None


def test_acceptance_counts_the_decided_items(people, act, reviewer, reviewed):
    first, second, third = reviewed.job_items.all()
    act(reviewer, first, "reject-item", reason="Too loose.")
    for row in (second, third):
        act(reviewer, row, "accept-item")
    assert people()["Ana"].acceptance == pytest.approx(2 / 3)
    assert people()["Kim"].backlog == 1


def test_other_teams_work_does_not_count(people, annotator):
    other = JobFactory.create(annotator=annotator, size=2)
    MembershipFactory.create(team=other.team, user=annotator)
    assert people()["Ana"].open_jobs == 0


@pytest.mark.parametrize(
    "column",
    [
        "name", "role", "open_jobs", "open_items", "done_today", "done_week", "pace",
        "acceptance", "backlog",
    ],
)  # fmt: skip
def test_every_column_sorts_both_ways(people, labeled, annotator2, viewer, column):
    assert sorted(people(ordering=column)) == sorted(people(ordering=f"-{column}"))


def test_the_busiest_come_first_when_asked(people, batch, annotator, annotator2):
    JobFactory.create(batch=batch, annotator=annotator2, size=3)
    JobFactory.create(batch=batch, annotator=annotator, size=1)
    assert list(people(ordering="-open_items"))[:2] == ["Ben", "Ana"]


def test_people_are_searched_and_narrowed_by_role(people, annotator, reviewer):
    assert list(people(q="an")) == ["Ana"]
    assert list(people(role="reviewer")) == ["Kim"]


def test_deactivated_people_are_not_listed(people, annotator):
    Membership.objects.filter(user=annotator).update(deactivated_at=timezone.now())
    assert "Ana" not in people()


def test_the_csv_holds_the_figures(client_for, manager, labeled, url):
    response = client_for(manager).get(url, {"format": "csv", "q": "ana"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Name"], row["Open jobs"], row["Today"]) == ("Ana", "1", "3")


@pytest.mark.parametrize("who", ["annotator", "reviewer", "viewer"])
def test_only_who_gives_out_work_sees_how_others_do(client_for, url, request, who):
    assert client_for(request.getfixturevalue(who)).get(url).status_code == 403


def test_an_outsider_finds_no_people(client_for, outsider, url):
    assert client_for(outsider).get(url).status_code == 404


def test_more_people_take_no_more_queries(client_for, manager, team, url, job):
    client = client_for(manager)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    client.get(url)
    few = queries()
    MembershipFactory.create_batch(8, team=team)
    assert queries() == few


def reassign_url(user) -> str:
    return reverse("jobs:reassign", args=[Membership.objects.get(user=user).pk])


@pytest.mark.django_db(transaction=True)
def test_somebodys_open_jobs_are_spread_over_others(
    client_for, manager, annotator, annotator2, reviewer, batch, submitted
):
    """What was handed in already stays the person's."""
    for _number in range(4):
        JobFactory.create(batch=batch, annotator=annotator, size=1)
    client = client_for(manager)
    assert "Move 4 open jobs of Ana" in client.get(reassign_url(annotator)).content.decode()
    chosen = {"people": [annotator2.pk, reviewer.pk]}
    assert client.post(reassign_url(annotator), chosen).status_code == 302
    moved = Job.objects.exclude(pk=submitted.pk)
    assert moved.filter(annotator=annotator2).count() == 2
    assert moved.filter(annotator=reviewer).count() == 2
    submitted.refresh_from_db()
    assert submitted.annotator == annotator
    assert Operation.objects.get().kind == "change-jobs"


def test_reassigning_asks_to_whom(client_for, manager, annotator, job):
    answer = client_for(manager).post(reassign_url(annotator))
    assert answer.status_code == 422
    assert not Operation.objects.exists()


def test_who_has_nothing_open_has_nothing_to_move(client_for, manager, annotator2):
    assert (
        "Ben has no open job" in client_for(manager).get(reassign_url(annotator2)).content.decode()
    )


def test_reassigning_is_for_managers_of_that_team(client_for, reviewer, outsider, annotator, job):
    assert client_for(reviewer).get(reassign_url(annotator)).status_code == 403
    assert client_for(outsider).get(reassign_url(annotator)).status_code == 404
