"""Estimates in lists and over REST: sorted, filtered by standing, the same figures everywhere."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.jobs.models import Batch, Forecast, Job
from tests.factories import BatchFactory, JobFactory

DAY = timedelta(days=1)
NOW = timezone.now()


def ends(subject, of: str, p50: int, p90: int) -> None:
    """Store an estimate in days from now."""
    Forecast.objects.create(
        team=subject.team,
        of=of,
        subject_id=subject.pk,
        p50_at=NOW + p50 * DAY,
        p90_at=NOW + p90 * DAY,
        computed_at=NOW,
    )


@pytest.fixture
def batches(dataset) -> dict[str, Batch]:
    """One that is on time, one at risk, one late, one overdue without an estimate, two without."""
    made = {
        name: BatchFactory.create(dataset=dataset, name=name, due_at=due and NOW + due * DAY)
        for name, due in (
            ("early", 9),
            ("risky", 4),
            ("tardy", 2),
            ("overdue", -1),
            ("unknown", 5),
            ("finished", -3),
        )
    }
    ends(made["early"], "batch", 1, 2)
    ends(made["risky"], "batch", 2, 5)
    ends(made["tardy"], "batch", 3, 6)
    Batch.objects.filter(name="finished").update(status="completed")
    return made


@pytest.fixture
def page_of(client_for, manager, team):
    """The list of batches with a query."""

    def text(query: str) -> str:
        url = reverse("jobs:batch-list", args=[team.pk])
        return client_for(manager).get(f"{url}?{query}").content.decode()

    return text


def order(page: str, names) -> list[str]:
    """The names in the order of the page."""
    shown = [name for name in names if f">{name}<" in page]
    return sorted(shown, key=lambda name: page.index(f">{name}<"))


@pytest.mark.parametrize(
    ("query", "first"),
    [("ordering=eta", ["early", "risky", "tardy"]), ("ordering=-eta", ["tardy", "risky", "early"])],
)
def test_batches_are_sorted_by_eta_with_those_without_one_last(page_of, batches, query, first):
    shown = order(page_of(query), batches)
    assert shown[:3] == first
    assert set(shown[3:]) == {"overdue", "unknown", "finished"}


def test_pages_of_the_sorted_list_follow_each_other(page_of, batches, dataset):
    for number in range(30):
        ends(BatchFactory.create(dataset=dataset, name=f"more-{number}"), "batch", 1, 2)
    names = [*batches, *(f"more-{number}" for number in range(30))]
    first = order(page_of("ordering=eta&page_size=25"), names)
    second = order(page_of("ordering=eta&page_size=25&page=2"), names)
    assert len(first) == 25
    assert sorted(first + second) == sorted(names)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("standing=on_time", {"early"}),
        ("standing=at_risk", {"risky"}),
        ("standing=late", {"tardy", "overdue"}),
        ("standing=late&standing=at_risk", {"tardy", "overdue", "risky"}),
        ("standing=none", {"unknown", "finished"}),
    ],
)
def test_batches_are_filtered_by_how_they_stand(page_of, batches, query, names):
    assert set(order(page_of(query), batches)) == names


def test_the_list_says_who_is_at_risk_and_who_is_late(page_of, batches):
    page = page_of("")
    assert page.count(">at risk<") == 1
    assert "1 d late" in page


def test_the_file_has_the_band_the_standing_and_the_age(page_of, batches, client_for, manager):
    url = reverse("jobs:batch-list", args=[batches["risky"].team_id])
    text = client_for(manager).get(f"{url}?format=csv").getvalue().decode("utf-8-sig")
    rows = {row["Name"]: row for row in csv.DictReader(io.StringIO(text))}
    risky = rows["risky"]
    assert datetime.fromisoformat(risky["ETA"]) == (NOW + 2 * DAY).replace(microsecond=0)
    assert risky["ETA in nine of ten cases"] > risky["ETA"]
    assert risky["Against the due date"] == "at risk"
    assert risky["Estimated"]
    assert rows["finished"]["ETA"] == rows["finished"]["Against the due date"] == ""


def test_rest_gives_the_same(api_for, manager, batches):
    answer = api_for(manager).get("/api/batches/?ordering=eta").json()
    first = answer["results"][0]
    assert first["name"] == "early"
    assert first["estimate"]["standing"] == "on_time"
    assert datetime.fromisoformat(first["estimate"]["p50_at"]) == NOW + DAY
    by_name = {each["name"]: each["estimate"] for each in answer["results"]}
    assert by_name["unknown"] is by_name["finished"] is None
    late = api_for(manager).get("/api/batches/?standing=late").json()
    assert {each["name"] for each in late["results"]} == {"tardy", "overdue"}


def test_a_verb_answers_with_the_estimate_too(api_for, manager, batches):
    url = f"/api/batches/{batches['risky'].pk}/edit/"
    answer = api_for(manager).post(url, {"description": "soon"}, format="json")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["estimate"]["standing"] == "at_risk"


def test_jobs_stand_by_their_own_due_dates(api_for, manager, annotator, batch):
    job = JobFactory.create(batch=batch, annotator=annotator, due_at=NOW + 4 * DAY, size=1)
    ends(job, "job", 2, 5)
    found = api_for(manager).get("/api/jobs/?standing=at_risk").json()["results"]
    assert [(each["id"], each["estimate"]["standing"]) for each in found] == [(job.pk, "at_risk")]
    assert not api_for(manager).get("/api/jobs/?standing=late").json()["results"]
    Job.objects.filter(pk=job.pk).update(stage="acceptance", state="completed")
    assert not api_for(manager).get("/api/jobs/?standing=at_risk").json()["results"]


def test_a_project_shows_when_its_batches_are_finished(client_for, manager, batches):
    page = client_for(manager).get(batches["early"].project.get_absolute_url()).content.decode()
    assert (NOW + DAY).isoformat(timespec="seconds") in page
