"""Estimates are made of real rows, in the background, and a killed refresh loses nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Team
from labeling.jobs.estimates import refreshing
from labeling.jobs.estimates.refreshing import refresh, refresh_due, teams_due
from labeling.jobs.estimates.team_facts import facts_of
from labeling.jobs.eta.forecasting import forecast
from labeling.jobs.models import Batch, EstimateRefresh, Event, Forecast, Job, Skill, WorkingHours
from labeling.jobs.states import BatchStatus, ForecastOf
from tests.factories import BatchFactory, JobFactory

MINUTE = timedelta(minutes=1)


def forecast_of(of: ForecastOf, subject: Any) -> Any:
    """What is stored."""
    return Forecast.objects.get(of=of, subject_id=subject.pk)


def age(team: Team, by: timedelta) -> None:
    """Let everything that was done and refreshed be so much older."""
    rows: list[tuple[Any, str]] = [
        (EstimateRefresh.objects.filter(team=team), "read_at"),
        (Event.objects.filter(team=team), "at"),
        (Job.objects.filter(team=team), "updated_at"),
    ]
    for found, column in rows:
        for pk, moment in list(found.values_list("pk", column)):
            found.filter(pk=pk).update(**{column: moment - by})


@pytest.fixture
def working(batch, annotator, act) -> Job:
    """Ana has done four of her eight items, one a minute, half an hour ago."""
    job = JobFactory.create(batch=batch, annotator=annotator, size=8)
    act(annotator, job, "start")
    for job_item in job.job_items.order_by("position")[:4]:
        act(annotator, job_item, "confirm-item")
    now = timezone.now()
    for number, event in enumerate(Event.objects.filter(verb="confirm-item").order_by("pk")):
        Event.objects.filter(pk=event.pk).update(at=now - (30 - number) * MINUTE)
    Job.objects.filter(pk=job.pk).update(started_at=now - 31 * MINUTE)
    job.refresh_from_db()
    return job


def test_the_facts_are_those_of_the_rows(team, working, annotator, reviewer):
    found = facts_of(team.pk, timezone.now())
    (work,) = found.facts.works
    assert (work.to_do, work.to_review, work.review) == (4, 4, True)
    assert list(work.people) == [annotator.pk]
    assert list(work.reviewers or ()) == [reviewer.pk]
    assert len(found.facts.acts) == 4
    assert set(found.facts.acts.person.tolist()) == {annotator.pk}
    (launch,) = found.facts.launches
    assert (launch.batch, launch.items) == (working.batch_id, 8)


def test_what_is_done_and_accepted_is_no_work_any_more(team, working, annotator, reviewer, act):
    for job_item in working.job_items.filter(state="none"):
        act(annotator, job_item, "confirm-item")
    act(annotator, working, "submit")
    act(reviewer, working, "start-review")
    for job_item in working.job_items.all()[:5]:
        act(reviewer, job_item, "accept-item")
    (work,) = facts_of(team.pk, timezone.now()).facts.works
    assert (work.to_do, work.to_review) == (0, 3)


def test_one_refresh_writes_the_job_the_batch_the_project_and_the_person(
    team, working, annotator, reviewer
):
    assert refresh(team.pk)
    for of, subject in (
        (ForecastOf.JOB, working),
        (ForecastOf.BATCH, working.batch),
        (ForecastOf.PROJECT, working.project),
        (ForecastOf.PERSON, annotator),
    ):
        row = forecast_of(of, subject)
        assert row.p50_at is not None, (of, row.reason)
        assert row.p90_at >= row.p50_at > timezone.now()
    shown = forecast_of(ForecastOf.BATCH, working.batch)
    assert len(shown.fan) == 3
    assert (shown.facts["to_do"], shown.facts["to_review"]) == (4, 4)


def test_it_is_written_again_in_place_and_what_is_finished_goes(team, working, reviewer):
    refresh(team.pk)
    before = Forecast.objects.count()
    refresh(team.pk)
    assert Forecast.objects.count() == before
    Job.objects.filter(pk=working.pk).update(archived_at=timezone.now())
    Batch.objects.filter(pk=working.batch_id).update(status=BatchStatus.CANCELED)
    refresh(team.pk)
    assert not Forecast.objects.exists()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (BatchStatus.NEW, "not launched yet"),
        (BatchStatus.STOPPED, "stopped"),
        (BatchStatus.NO_MONEY, "no money for the next item"),
    ],
)
def test_a_batch_that_nobody_works_on_has_a_reason(team, working, status, reason):
    Batch.objects.filter(pk=working.batch_id).update(status=status)
    refresh(team.pk)
    assert forecast_of(ForecastOf.BATCH, working.batch).reason == reason


def test_a_job_that_is_stopped_by_itself_does_not_hold_its_batch_up(team, working, annotator):
    stopped = JobFactory.create(batch=working.batch, annotator=annotator, size=3)
    Job.objects.filter(pk=stopped.pk).update(stopped_at=timezone.now())
    refresh(team.pk)
    row = forecast_of(ForecastOf.BATCH, working.batch)
    assert row.p50_at is not None
    assert row.facts["stopped"] == 3
    assert forecast_of(ForecastOf.JOB, stopped).reason == "paused"


def test_too_little_evidence_says_how_much_is_missing(team, job, reviewer):
    refresh(team.pk)
    assert forecast_of(ForecastOf.BATCH, job.batch).reason == "3 more items needed"


def test_the_pool_is_worked_off_by_everybody_who_may(
    team, working, annotator, annotator2, reviewer, dataset
):
    pool = BatchFactory.create(dataset=dataset, needs_review=False)
    for _number in range(5):
        JobFactory.create(batch=pool, size=2)
    works = [w for w in facts_of(team.pk, timezone.now()).facts.works if w.batch == pool.pk]
    assert {person for work in works for person in work.people} == {annotator.pk, annotator2.pk}
    assert sum(work.to_do for work in works) == 10
    refresh(team.pk)
    ends = Forecast.objects.filter(of=ForecastOf.JOB, subject_id__in=pool.jobs.values("pk"))
    assert ends.count() == 5
    order = [row.p50_at for row in ends.order_by("subject_id") if row.p50_at is not None]
    assert order == sorted(order)
    assert forecast_of(ForecastOf.BATCH, pool).p50_at >= order[-1]


def test_one_job_of_the_pool_is_done_by_one_person(
    team, working, annotator, annotator2, reviewer, dataset
):
    JobFactory.create(batch=BatchFactory.create(dataset=dataset), size=2)
    works = facts_of(team.pk, timezone.now()).facts.works
    (pooled,) = [work for work in works if work.batch != working.batch_id]
    assert list(pooled.people) == [annotator2.pk]  # Ana has something to do already


def test_people_without_the_skill_are_not_counted_on(team, working, annotator2, dataset, reviewer):
    skill = Skill.objects.create(team=team, name="X-ray")
    pool = BatchFactory.create(dataset=dataset, skill=skill, skill_level=50)
    JobFactory.create(batch=pool, size=2)
    refresh(team.pk)
    assert forecast_of(ForecastOf.BATCH, pool).reason == "no one is assigned"


def test_the_facts_take_as_many_queries_for_ten_batches_as_for_one(
    team, working, annotator, reviewer, dataset, count_queries
):
    few = count_queries(lambda: facts_of(team.pk, timezone.now()))
    for _number in range(9):
        JobFactory.create(batch=BatchFactory.create(dataset=dataset), annotator=annotator, size=2)
    assert count_queries(lambda: facts_of(team.pk, timezone.now())) == few
    assert few <= 10


def test_many_jobs_of_one_person_are_estimated_together(team, working, annotator, monkeypatch):
    for _number in range(3):
        JobFactory.create(batch=working.batch, annotator=annotator, size=2)
    monkeypatch.setattr("labeling.jobs.estimates.team_facts.MOST_WORKS", 2)
    assert len(facts_of(team.pk, timezone.now()).facts.works) < 4
    refresh(team.pk)
    assert Forecast.objects.filter(of=ForecastOf.JOB).count() == 4


def test_a_team_with_very_many_shares_is_estimated_by_batch(
    team, working, annotator, annotator2, monkeypatch
):
    other = JobFactory.create(batch=working.batch, annotator=annotator2, size=2)
    monkeypatch.setattr("labeling.jobs.estimates.open_work.MOST_SHARES", 1)
    (work,) = facts_of(team.pk, timezone.now()).facts.works
    assert set(work.people) == {annotator.pk, annotator2.pk}
    assert (work.to_do, work.to_review) == (6, 4)
    refresh(team.pk)
    whole = forecast_of(ForecastOf.BATCH, working.batch)
    for of, subject in ((ForecastOf.JOB, other), (ForecastOf.PERSON, annotator)):
        assert forecast_of(of, subject).p50_at == whole.p50_at


def test_working_hours_change_the_date(team, working, annotator, reviewer):
    Batch.objects.filter(pk=working.batch_id).update(needs_review=False)
    refresh(team.pk)
    before = forecast_of(ForecastOf.BATCH, working.batch).p50_at
    later = (timezone.now().weekday() + 3) % 7
    week = [[[600, 660]] if day == later else [] for day in range(7)]
    WorkingHours.objects.create(team=team, user=annotator, week=week)
    refresh(team.pk)
    after = forecast_of(ForecastOf.BATCH, working.batch).p50_at
    assert after > before
    assert after.weekday() == later


def test_a_refresh_that_is_killed_leaves_the_estimates_and_is_taken_up_again(
    team, working, reviewer, monkeypatch
):
    refresh(team.pk)
    before = Forecast.objects.order_by("pk").values_list("pk", "computed_at")
    kept = list(before)
    age(team, 2 * MINUTE)
    Job.objects.filter(pk=working.pk).update(updated_at=timezone.now())

    def killed(*_args):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(refreshing, "forecast", killed)
        with pytest.raises(SystemExit):
            refresh(team.pk)
    assert list(before.all()) == kept
    assert not refresh(team.pk)  # the claim of the dead still counts
    assert teams_due(timezone.now()) == [team.pk]
    EstimateRefresh.objects.update(claimed_at=timezone.now() - refreshing.LEASE - MINUTE)
    assert refresh_due() == 1
    assert all(computed > kept[0][1] for _pk, computed in before.all())


def test_whoever_was_thought_lost_writes_nothing(team, working, reviewer, monkeypatch):
    def slow(*args):
        EstimateRefresh.objects.update(claimed_at=timezone.now() + MINUTE)
        return forecast(*args)

    monkeypatch.setattr(refreshing, "forecast", slow)
    assert not refresh(team.pk)
    assert not Forecast.objects.exists()


def test_a_team_is_due_when_work_changed_and_not_more_than_once_a_minute(team, working, reviewer):
    assert teams_due(timezone.now()) == [team.pk]
    refresh(team.pk)
    Job.objects.filter(pk=working.pk).update(updated_at=timezone.now())
    assert teams_due(timezone.now()) == []
    assert teams_due(timezone.now() + refreshing.EVERY) == [team.pk]


def test_a_team_without_changes_is_left_alone_until_time_makes_it_old(team, working, reviewer):
    refresh(team.pk)
    age(team, 5 * MINUTE)
    EstimateRefresh.objects.update(read_at=timezone.now() - 2 * MINUTE)
    assert teams_due(timezone.now()) == []
    assert teams_due(timezone.now() + refreshing.AGES_AFTER) == [team.pk]
    Batch.objects.update(status=BatchStatus.COMPLETED)
    assert teams_due(timezone.now() + refreshing.AGES_AFTER) == []


def test_one_team_that_fails_does_not_keep_the_others_waiting(
    team, working, reviewer, outsider, monkeypatch
):
    other = outsider.memberships.get().team
    JobFactory.create(team=other)
    Job.objects.filter(team=other).update(updated_at=timezone.now())
    seen = []

    def odd(team_id):
        seen.append(team_id)
        if len(seen) == 1:
            raise ValueError("odd rows")
        return True

    monkeypatch.setattr(refreshing, "refresh", odd)
    assert refresh_due() == 1
    assert set(seen) == {team.pk, other.pk}
