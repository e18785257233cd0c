"""Stored estimates as pages read them."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from labeling.jobs.estimates.reading import (
    batch_estimates,
    estimates_of,
    job_estimates,
    standing_of,
)
from labeling.jobs.estimates.showing import estimate_words
from labeling.jobs.models import Batch, Forecast, Job
from labeling.jobs.states import BatchStatus, ForecastOf, Standing
from tests.factories import BatchFactory

NOW = timezone.now()
HOUR = timedelta(hours=1)


def stored(of: ForecastOf, thing, **values):
    """A forecast of half a day and a whole day from now."""
    dates = {"p50_at": NOW + 12 * HOUR, "p90_at": NOW + 24 * HOUR, "subject_id": thing.pk}
    return Forecast.objects.create(
        team_id=thing.team_id,
        of=of,
        **{**dates, "computed_at": timezone.now() + HOUR, **values},
    )


@pytest.mark.parametrize(
    ("due", "standing"),
    [
        (None, Standing.NONE),
        (30, Standing.ON_TIME),
        (18, Standing.AT_RISK),
        (6, Standing.LATE),
        (-1, Standing.LATE),
    ],
)
def test_it_stands_by_its_median_and_its_band(due, standing):
    due_at = None if due is None else NOW + due * HOUR
    assert standing_of(NOW + 12 * HOUR, NOW + 24 * HOUR, due_at, NOW) == standing


def test_without_an_estimate_it_is_late_only_once_it_is_overdue():
    assert standing_of(None, None, NOW + HOUR, NOW) == Standing.NONE
    assert standing_of(None, None, NOW - HOUR, NOW) == Standing.LATE


def test_all_of_a_page_come_in_one_query(dataset, count_queries):
    batches = BatchFactory.create_batch(4, dataset=dataset)
    for batch in batches:
        stored(ForecastOf.BATCH, batch)
    assert count_queries(lambda: batch_estimates(batches)) == 1
    found = batch_estimates(batches)
    assert {each.p50_at for each in found.values()} == {NOW + 12 * HOUR}
    assert len(found) == 4


def test_what_nobody_has_estimated_yet_has_an_entry_that_says_so(batch):
    found = batch_estimates([batch])[batch.pk]
    assert found.p50_at is None
    assert found.computed_at is None
    assert "not been estimated" in estimate_words(found)


def test_a_finished_batch_is_not_late(batch):
    Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.COMPLETED, due_at=NOW - 48 * HOUR)
    batch.refresh_from_db()
    assert batch.pk not in batch_estimates([batch])


def test_one_older_than_the_last_change_says_that_it_is_refreshed(job):
    stored(ForecastOf.JOB, job, computed_at=NOW - HOUR)
    Job.objects.filter(pk=job.pk).update(updated_at=NOW - 2 * HOUR)
    assert not job_estimates([job])[job.pk].is_stale
    Job.objects.filter(pk=job.pk).update(updated_at=NOW)
    found = job_estimates([job])[job.pk]
    assert found.is_stale
    assert "being refreshed" in estimate_words(found)


def test_new_working_hours_make_it_old_too(job, annotator, act):
    Job.objects.filter(pk=job.pk).update(updated_at=NOW - 2 * HOUR)
    stored(ForecastOf.JOB, job, computed_at=NOW - HOUR)
    assert not job_estimates([job])[job.pk].is_stale
    act(annotator, job.team, "set-own-hours", time_zone="UTC", monday="9-17")
    assert job_estimates([job])[job.pk].is_stale


def test_a_person_of_two_teams_has_one_estimate_in_each(team, job, annotator):
    stored(ForecastOf.PERSON, job, subject_id=annotator.pk)
    mine = estimates_of(ForecastOf.PERSON, [annotator.pk], {}, team_id=team.pk)
    theirs = estimates_of(ForecastOf.PERSON, [annotator.pk], {}, team_id=team.pk + 1)
    assert mine[annotator.pk].p50_at == NOW + 12 * HOUR
    assert theirs[annotator.pk].p50_at is None


def test_it_is_shown_as_a_date_with_its_band_and_its_standing(batch):
    stored(ForecastOf.BATCH, batch)
    batch.due_at = NOW + 18 * HOUR
    shown = render_to_string("jobs/estimate.html", {"estimate": batch_estimates([batch])[batch.pk]})
    assert f'datetime="{(NOW + 12 * HOUR).isoformat(timespec="seconds")}"' in shown
    assert "+12 h" in shown
    assert "at risk" in shown


def test_it_is_shown_as_the_reason_where_there_is_no_date(batch):
    stored(ForecastOf.BATCH, batch, p50_at=None, p90_at=None, reason="no one is assigned")
    shown = render_to_string("jobs/estimate.html", {"estimate": batch_estimates([batch])[batch.pk]})
    assert "no one is assigned" in shown
    assert "<time" not in shown
