"""The team's home: what is late first, who needs a manager first, all at once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.jobs.models import Batch, Forecast, Job, WorkingHours
from labeling.jobs.states import ForecastOf
from tests.factories import BatchFactory, JobFactory, MembershipFactory

HOME = "jobs:home"


def forecast(team, of: ForecastOf, subject: int, days: float, band: float = 0.5) -> None:
    """An estimate: half way in so many days, nine of ten somewhat later."""
    now = timezone.now()
    Forecast.objects.create(
        team=team,
        of=of,
        subject_id=subject,
        p50_at=now + timedelta(days=days),
        p90_at=now + timedelta(days=days + band),
        computed_at=now,
    )


def names(soup) -> list[str]:
    return [each.get_text() for each in soup.select(".work h3")]


def test_batches_that_are_late_come_first_then_those_at_risk(page, manager, team, dataset):
    now = timezone.now()
    for name, due, done_in, priority in [
        ("on time", 5, 1, 5),
        ("late", 5, 6, 1),
        ("at risk", 5, 4.8, 1),
        ("without a date", None, 1, 3),
    ]:
        due_at = None if due is None else now + timedelta(days=due)
        batch = BatchFactory.create(dataset=dataset, name=name, due_at=due_at, priority=priority)
        forecast(team, ForecastOf.BATCH, batch.pk, done_in)
    soup = page(manager, HOME)
    assert names(soup) == ["late", "at risk", "on time", "without a date"]
    assert "1 late" in soup.select_one(".panel-head").get_text()


def test_finished_and_new_batches_are_not_shown(page, manager, dataset):
    for status in ("new", "completed", "stopped", "canceled", "processing"):
        BatchFactory.create(dataset=dataset, name=status, status=status)
    assert names(page(manager, HOME)) == ["processing"]


def test_more_batches_than_fit_are_counted_and_linked(page, manager, dataset):
    BatchFactory.create_batch(11, dataset=dataset)
    soup = page(manager, HOME)
    assert len(names(soup)) == 8
    assert soup.select_one("#more-batches").get_text() == "and 3 more batches"


def people(soup) -> list[tuple[str, str]]:
    """Names with their load."""
    return [
        (row.th.get_text(strip=True), row.select_one(".badge").get_text(strip=True))
        for row in soup.select("#home-people tbody tr")
    ]


def test_who_is_overloaded_or_idle_comes_first_and_it_says_why(
    page, manager, annotator, annotator2, team, batch
):
    cleo = MembershipFactory.create(team=team, user__display_name="Cleo").user
    JobFactory.create(batch=batch, annotator=annotator, size=2)
    late = JobFactory.create(batch=batch, annotator=cleo, size=1)
    Job.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    soup = page(manager, HOME)
    assert people(soup) == [("Cleo", "overloaded"), ("Ben", "idle"), ("Ana", "busy")]
    whys = [each.get_text() for each in soup.select("#home-people .why")]
    assert whys == ["1 job is overdue", "has no open work"]
    assert "1 overloaded, 1 idle" in soup.get_text()


def test_an_estimate_past_the_last_due_date_overloads(page, manager, annotator, team, job):
    soon = timezone.now() + timedelta(days=2)
    Job.objects.filter(pk=job.pk).update(due_at=soon)
    forecast(team, ForecastOf.PERSON, annotator.pk, 1)
    assert people(page(manager, HOME)) == [("Ana", "busy")]
    Forecast.objects.all().delete()
    forecast(team, ForecastOf.PERSON, annotator.pk, 3)
    assert people(page(manager, HOME)) == [("Ana", "overloaded")]


def test_a_job_without_a_due_date_makes_nobody_late(page, manager, annotator, team, batch, job):
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() + timedelta(days=1))
    JobFactory.create(batch=batch, annotator=annotator, size=1)
    forecast(team, ForecastOf.PERSON, annotator.pk, 9)
    assert people(page(manager, HOME)) == [("Ana", "busy")]


def test_managers_without_open_work_are_not_called_idle(page, manager, owner, reviewer, job):
    assert people(page(manager, HOME)) == [("Ana", "busy")]


def test_the_review_backlog_says_how_much_since_when_and_at_whom(
    page, manager, reviewer, submitted, batch, annotator
):
    handed_in = timezone.now() - timedelta(days=3)
    Job.objects.filter(pk=submitted.pk).update(reviewer=reviewer, submitted_at=handed_in)
    other = JobFactory.create(batch=batch, annotator=annotator, size=2)
    Job.objects.filter(pk=other.pk).update(state="completed", done=2, submitted_at=timezone.now())
    soup = page(manager, HOME)
    table = soup.select("#home-reviewers tbody tr")
    cells = [[cell.get_text(strip=True) for cell in row.select("th, td")][:3] for row in table]
    assert cells == [["Kim", "1", "3"], ["nobody yet", "1", "2"]]
    assert "5 items" in soup.select_one("section[aria-labelledby=backlog]").get_text()


def test_the_backlog_is_told_in_days_of_reviewing(page, manager, reviewer, act, reviewed):
    first, *_rest = reviewed.job_items.all()
    act(reviewer, first, "accept-item")
    words = page(manager, HOME).select_one("section[aria-labelledby=backlog]").get_text()
    assert "2 items" in words
    assert "2.0 days of reviewing" in words


def test_throughput_and_hours_are_drawn_of_the_chosen_days(page, manager, annotator, labeled):
    for days in (7, 30, 90):
        soup = page(manager, HOME, days=days)
        assert len(soup.select("svg.bars rect")) == days
        assert f"3 in {days} days" in soup.get_text()
        assert soup.select_one("nav.period [aria-current]")["href"] == f"?days={days}"
    squares = [each.get_text() for each in page(manager, HOME).select(".heat-map rect")]
    assert sum(int(words.rsplit(": ", 1)[1]) for words in squares) == 3


def test_another_number_of_days_is_refused_in_words(client_for, manager, team):
    answer = client_for(manager).get(reverse(HOME, args=[team.pk]), {"days": "8"})
    assert answer.status_code == 400
    assert "Choose one of 7, 30, 90." in answer.content.decode()


def test_a_reviewer_sees_people_and_a_viewer_does_not(page, reviewer, viewer, job, submitted):
    assert page(reviewer, HOME).select_one("#home-people")
    soup = page(viewer, HOME)
    assert soup.select_one("svg.bars")
    assert not soup.select_one("#home-people")
    assert not soup.select_one("#home-reviewers")
    assert "Ana" not in soup.select_one(".home").get_text().split("Lately")[0]


def test_an_annotator_is_led_to_own_work_and_a_stranger_nowhere(
    client_for, annotator, outsider, team
):
    url = reverse(HOME, args=[team.pk])
    assert client_for(annotator).get(url)["Location"] == reverse("jobs:my-work", args=[team.pk])
    assert client_for(outsider).get(url).status_code == 404


def test_days_are_those_of_the_team_where_it_set_its_hours(page, manager, team, dataset):
    assert "Days and hours are yours" in page(manager, HOME).get_text()
    WorkingHours.objects.create(team=team, time_zone="Asia/Kathmandu")
    assert "Days and hours of the team: Asia/Kathmandu." in page(manager, HOME).get_text()


def test_an_empty_team_is_told_what_to_do_first(page, manager):
    soup = page(manager, HOME)
    assert "Make a project with its classes" in soup.get_text()
    assert soup.select_one("#new-project")
    assert not soup.select_one(".period")


def test_more_of_everything_takes_no_more_queries(
    client_for, manager, team, dataset, count_queries
):
    client, url = client_for(manager), reverse(HOME, args=[team.pk])

    def grow(count: int) -> None:
        for batch in BatchFactory.create_batch(count, dataset=dataset):
            member = MembershipFactory.create(team=team)
            JobFactory.create(batch=batch, annotator=member.user, size=1)
            forecast(team, ForecastOf.BATCH, batch.pk, 1)
            forecast(team, ForecastOf.PERSON, member.user_id, 1)

    grow(2)
    client.get(url)
    few = count_queries(lambda: client.get(url))
    grow(9)
    assert count_queries(lambda: client.get(url)) == few
    assert Batch.objects.count() == 11
    assert few <= 30


@pytest.mark.parametrize("who", ["manager", "reviewer", "viewer"])
def test_nothing_on_the_page_is_fetched_afterwards(page, request, who, job):
    soup = page(request.getfixturevalue(who), HOME)
    assert not soup.select("main [hx-trigger*=load], main [aria-busy]")
