"""The jobs list: what it shows, finds, sorts and writes."""

import csv
import io
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from labeling.jobs.models import Forecast, Job
from tests.factories import BatchFactory, DatasetFactory, JobFactory, ProjectFactory


@pytest.fixture
def url(team) -> str:
    return reverse("jobs:job-list", args=[team.pk])


@pytest.fixture
def ask(client_for, manager, url):
    """The names of the jobs that a query shows to Max, in order."""

    def found(user=manager, **query) -> list[str]:
        response = client_for(user).get(f"{url}?{urlencode(query, doseq=True)}")
        assert response.status_code == 200, response.content[:300]
        return [row.obj.name for row in response.context["rows"]]

    return found


@pytest.fixture
def read(client_for, manager, url):
    """The rows of the CSV file that a query gives to Max."""

    def rows(**query) -> list[dict[str, str]]:
        response = client_for(manager).get(f"{url}?{urlencode({**query, 'format': 'csv'})}")
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    return rows


def test_a_job_shows_its_people_status_and_progress(client_for, manager, labeled, url):
    page = client_for(manager).get(url)
    text = page.content.decode()
    assert page.status_code == 200
    for shown in (labeled.name, "Ana", "in progress", "3 / 3"):
        assert shown in text


def test_annotators_are_found_by_id_as_me_and_as_the_pool(ask, batch, manager, annotator):
    JobFactory.create(batch=batch, name="hers", annotator=annotator)
    JobFactory.create(batch=batch, name="mine", annotator=manager)
    JobFactory.create(batch=batch, name="free")
    assert ask(annotator=annotator.pk) == ["hers"]
    assert ask(annotator="me") == ["mine"]
    assert ask(annotator="pool") == ["free"]


def test_reviewers_are_found_by_id_and_as_none(ask, batch, reviewer):
    JobFactory.create(batch=batch, name="claimed", reviewer=reviewer)
    JobFactory.create(batch=batch, name="unclaimed")
    assert ask(reviewer=reviewer.pk) == ["claimed"]
    assert ask(reviewer="none") == ["unclaimed"]
    assert ask(user=reviewer, reviewer="me") == ["claimed"]


def test_project_dataset_and_batch_narrow(ask, batch, team, manager):
    other = BatchFactory.create(
        dataset=DatasetFactory.create(project=ProjectFactory.create(team=team, created_by=manager))
    )
    JobFactory.create(batch=batch, name="this")
    JobFactory.create(batch=other, name="that")
    assert ask(project=batch.project_id) == ["this"]
    assert ask(dataset=other.dataset_id) == ["that"]
    assert ask(batch=batch.pk) == ["this"]
    assert ask(created_by=manager.pk, batch=other.pk) == ["that"]


def test_several_statuses_are_any_of_them(ask, batch, submitted, annotator, act, manager):
    JobFactory.create(batch=batch, name="pending")
    stopped = JobFactory.create(batch=batch, name="stopped")
    act(manager, stopped, "stop")
    assert set(ask(status=["pending", "on_review"])) == {"pending", submitted.name}
    assert ask(status="stopped") == ["stopped"]
    assert ask(stage="annotation", state="completed") == [submitted.name]


def test_sent_back_and_overdue_are_found(ask, act, batch, reviewed, reviewer):
    act(reviewer, reviewed.job_items.first(), "reject-item", reason="Too loose.")
    act(reviewer, reviewed, "send-back")
    yesterday = timezone.now() - timedelta(days=1)
    JobFactory.create(batch=batch, name="late", due_at=yesterday)
    assert ask(sent_back="true") == [reviewed.name]
    assert ask(overdue="true") == ["late"]
    assert ask(overdue="false") == [reviewed.name]
    assert ask(sent_back="false") == ["late"]


def test_a_completed_job_is_not_overdue(ask, act, reviewed, reviewer):
    act(reviewer, reviewed, "complete", accept_rest="on")
    Job.objects.filter(pk=reviewed.pk).update(due_at=timezone.now() - timedelta(days=1))
    assert ask(overdue="true") == []


def test_archived_jobs_are_hidden_until_they_are_asked_for(ask, act, batch, manager):
    kept, gone = (JobFactory.create(batch=batch, name=name) for name in ("kept", "gone"))
    act(manager, gone, "stop")
    act(manager, gone, "archive")
    assert ask() == [kept.name]
    assert ask(archived="yes") == ["gone"]
    assert set(ask(archived="all")) == {"kept", "gone"}


def test_due_and_updated_ranges_include_both_days(ask, batch):
    today = timezone.localdate()
    JobFactory.create(batch=batch, name="soon", due_at=timezone.now())
    JobFactory.create(batch=batch, name="later", due_at=timezone.now() + timedelta(days=9))
    assert ask(due_after=today, due_before=today) == ["soon"]
    assert set(ask(updated_after=today)) == {"soon", "later"}
    assert ask(updated_before=today - timedelta(days=2)) == []


def test_type_and_priority_narrow(ask, batch):
    JobFactory.create(batch=batch, name="again", type="rework", priority=5)
    JobFactory.create(batch=batch, name="first", priority=1)
    assert ask(type="rework") == ["again"]
    assert set(ask(priority=[1, 5])) == {"again", "first"}


def test_the_search_finds_every_word_of_a_name(ask, batch):
    JobFactory.create(batch=batch, name="green lemons")
    JobFactory.create(batch=batch, name="green kiwis")
    assert ask(q="green lem") == ["green lemons"]


@pytest.mark.parametrize(
    "column",
    [
        "name", "project", "annotator", "reviewer", "status", "progress",
        "items", "eta", "due", "updated", "created", "priority",
    ],
)  # fmt: skip
def test_every_column_sorts_both_ways_and_shows_each_job_once(
    ask, batch, annotator, reviewer, column
):
    for number in range(4):
        JobFactory.create(
            batch=batch,
            annotator=annotator if number % 2 else None,
            reviewer=reviewer if number > 2 else None,
            priority=number + 1,
            size=number % 3,
        )
    forward, back = ask(ordering=column), ask(ordering=f"-{column}")
    assert sorted(forward) == sorted(back) == sorted(Job.objects.values_list("name", flat=True))


def test_jobs_of_a_batch_sort_by_number_not_by_letters(ask, batch):
    for _number in range(11):
        JobFactory.create(batch=batch)
    names = ask(ordering="name")
    assert names[1] == "lemons 2"
    assert names[-1] == "lemons 11"


def test_sorting_by_eta_takes_the_earliest_first_and_the_unknown_last(ask, batch, annotator):
    now = timezone.now()
    for name, days in (("long", 3), ("short", 1)):
        job = JobFactory.create(batch=batch, name=name, annotator=annotator, size=1)
        end = now + timedelta(days=days)
        Forecast.objects.create(
            team=batch.team, of="job", subject_id=job.pk, p50_at=end, p90_at=end, computed_at=now
        )
    JobFactory.create(batch=batch, name="unknown", size=1)
    assert ask(ordering="eta") == ["short", "long", "unknown"]
    assert ask(ordering="-eta") == ["long", "short", "unknown"]


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"status": "done"},
        {"annotator": "nobody"},
        {"overdue": "maybe"},
        {"ordering": "secret"},
        {"archived": "no"},
        {"page": "0"},
        {"team": "1"},
    ],
)
def test_what_the_list_does_not_know_is_refused(client_for, manager, url, query):
    response = client_for(manager).get(url, query)
    assert response.status_code == 400
    assert next(iter(query)) in response.content.decode()


def test_people_and_projects_of_other_teams_are_no_choice(client_for, manager, outsider, url):
    elsewhere = ProjectFactory.create(created_by=outsider)
    client = client_for(manager)
    assert client.get(url, {"annotator": outsider.pk}).status_code == 400
    assert client.get(url, {"project": elsewhere.pk}).status_code == 400


def test_an_outsider_finds_no_list(client_for, outsider, url):
    assert client_for(outsider).get(url).status_code == 404


def test_a_restricted_annotator_sees_only_own_jobs(
    ask, client_for, url, batch, annotator, annotator2
):
    Membership.objects.filter(user=annotator).update(restricted=True)
    JobFactory.create(batch=batch, name="hers", annotator=annotator)
    JobFactory.create(batch=batch, name="his", annotator=annotator2)
    JobFactory.create(batch=batch, name="free")
    assert ask(user=annotator) == ["hers"]
    assert client_for(annotator).get(url, {"annotator": annotator2.pk}).status_code == 400


def test_only_managers_get_the_bulk_bar(client_for, manager, annotator, job, url):
    assert 'id="bulk"' in client_for(manager).get(url).content.decode()
    assert 'id="bulk"' not in client_for(annotator).get(url).content.decode()


def test_the_csv_holds_what_is_shown(read, labeled, batch):
    JobFactory.create(batch=batch, name="other")
    (row,) = read(q=labeled.name)
    assert (row["Name"], row["Annotator"], row["Progress"]) == (labeled.name, "Ana", "3 of 3")
    assert row["Status"] == "in_progress"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_csv_cell_is_never_a_formula(read, batch, start):
    JobFactory.create(batch=batch, name=f"{start}HYPERLINK(1)")
    assert [row["Name"] for row in read()] == [f"'{start}HYPERLINK(1)"]


def test_a_long_list_takes_no_more_queries_than_a_short_one(
    client_for, manager, url, batch, annotator, reviewer
):
    client = client_for(manager)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    JobFactory.create(batch=batch, annotator=annotator, reviewer=reviewer)
    client.get(url)
    few = queries()
    for _number in range(12):
        JobFactory.create(batch=batch, annotator=annotator, reviewer=reviewer)
    assert queries() == few


def test_a_menu_of_many_batches_still_holds_the_chosen_one(client_for, manager, url, dataset):
    oldest = BatchFactory.create(dataset=dataset, name="the very first")
    for _number in range(101):
        BatchFactory.create(dataset=dataset)
    client = client_for(manager)
    assert "the very first" not in client.get(url).content.decode()
    chosen = client.get(url, {"batch": oldest.pk}).content.decode()
    assert f'<option value="{oldest.pk}" selected>the very first</option>' in chosen
