"""The picture of a batch: what is done and accepted, where it may end, today and the due date."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from labeling.jobs.dashboards import with_progress
from labeling.jobs.estimates.burn_up import burn_up_of
from labeling.jobs.estimates.growth import growth_of
from labeling.jobs.models import Batch, Forecast, JobItem
from labeling.jobs.states import ForecastOf
from tests.factories import JobFactory

DAY = timedelta(days=1)
NOON = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


@pytest.fixture
def grown(batch, annotator, reviewer) -> Batch:
    """Eight items: two done two days ago and accepted yesterday, one done this morning."""
    job = JobFactory.create(batch=batch, annotator=annotator, size=8)
    items = list(job.job_items.order_by("position"))
    for job_item in items[:2]:
        JobItem.objects.filter(pk=job_item.pk).update(
            state="accepted",
            done_by=annotator,
            done_at=NOON - 2 * DAY,
            decided_by=reviewer,
            decided_at=NOON - DAY,
        )
    JobItem.objects.filter(pk=items[2].pk).update(
        state="done", done_by=annotator, done_at=NOON - timedelta(hours=3)
    )
    batch.jobs.update(done=3, accepted=2)
    Batch.objects.filter(pk=batch.pk).update(created_at=NOON - 3 * DAY, due_at=NOON + 4 * DAY)
    return with_progress(Batch.objects.filter(pk=batch.pk)).get()


@pytest.fixture
def forecast(grown) -> Forecast:
    """It ends in two to five days."""
    ends = [NOON + 2 * DAY, NOON + 3 * DAY, NOON + 5 * DAY]
    return Forecast.objects.create(
        team=grown.team,
        of=ForecastOf.BATCH,
        subject_id=grown.pk,
        p50_at=ends[1],
        p90_at=ends[2],
        fan=[each.isoformat() for each in ends],
        facts={"people": 1, "to_do": 5, "to_review": 1, "stopped": 0},
        computed_at=NOON,
    )


def drawn(batch: Batch, forecast: Forecast | None) -> BeautifulSoup:
    """The chart, parsed."""
    found = burn_up_of(batch, forecast, 8, NOON)
    assert found is not None
    return BeautifulSoup(found.chart(), "html.parser")


def points(tag) -> list[tuple[float, float]]:
    """The corners of a line, in percent from the left and from the top."""
    pairs = [pair.split(",") for pair in tag["points"].split()]
    return [(float(x), float(y)) for x, y in pairs]


def test_it_grew_as_the_rows_say(grown):
    levels = growth_of(grown, NOON)
    assert [(level.done, level.accepted) for level in levels] == [(0, 0), (2, 0), (2, 2), (3, 2)]
    assert levels[0].at == NOON - 3 * DAY


def test_growth_takes_two_queries_however_many_items(grown, count_queries):
    assert count_queries(lambda: growth_of(grown, NOON)) == 2


def test_the_lines_end_at_what_is_done_and_accepted(grown, forecast):
    chart = drawn(grown, forecast)
    done, accepted = chart.select_one(".chart-line"), chart.select_one(".chart-accepted")
    assert points(done)[-1][1] == pytest.approx(100 * (1 - 3 / 8), abs=0.01)
    assert points(accepted)[-1][1] == pytest.approx(100 * (1 - 2 / 8), abs=0.01)


def test_the_fan_reaches_from_today_to_the_band_of_the_forecast(grown, forecast):
    chart = drawn(grown, forecast)
    now, early, late = points(chart.select_one(".chart-fan"))
    middle = points(chart.select_one(".chart-forecast"))[-1]
    assert now == points(chart.select_one(".chart-line"))[-1]
    assert early[1] == late[1] == middle[1] == 0  # all items
    assert now[0] < early[0] < middle[0] < late[0]
    # Three days have passed, and the band is two to five days ahead.
    assert (late[0] - now[0]) / now[0] == pytest.approx(5 / 3, rel=0.01)


def test_today_and_the_due_date_are_marked(grown, forecast):
    chart = drawn(grown, forecast)
    marks = {
        tag["class"][1]: float(str(tag["x1"]).rstrip("%")) for tag in chart.select(".chart-mark")
    }
    ends = points(chart.select_one(".chart-fan"))
    assert marks["today"] == pytest.approx(ends[0][0], abs=0.01)
    assert ends[1][0] < marks["due"] < ends[2][0]


def test_it_is_told_to_those_who_do_not_see_it(grown, forecast):
    chart = drawn(grown, forecast)
    svg = chart.svg
    assert svg is not None
    keys = str(svg["aria-labelledby"]).split()
    title, description = (chart.select(f"#{key}")[0].text for key in keys)
    assert "lemons" in title
    assert "3 of 8 items are done, 2 accepted." in description
    assert "9 Mar 2026" in description
    assert not chart.select("[style]")


def test_without_an_estimate_there_is_no_fan(grown):
    chart = drawn(grown, None)
    assert not chart.select(".chart-fan, .chart-forecast")


def test_a_batch_without_items_has_no_picture(batch):
    assert burn_up_of(batch, None, 0, timezone.now()) is None


def test_the_batch_page_shows_the_date_and_the_picture(grown, forecast, client_for, viewer):
    page = client_for(viewer).get(grown.get_absolute_url()).content.decode()
    assert 'id="batch-eta"' in page
    assert "burn-up-fan" in page
    assert "It rests on 1 person, 5 items to do" in page


def test_the_figures_behind_it_are_a_table_and_a_file(grown, forecast, client_for, viewer):
    url = reverse("jobs:batch-burn-up", args=[grown.pk])
    page = client_for(viewer).get(url).content.decode()
    assert "burn-up-table" in page
    assert "in nine of ten cases" in page
    text = client_for(viewer).get(f"{url}?format=csv").getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["When", "What", "Done", "Accepted"]
    assert ["2026-03-02", "so far", "2", "0"] in rows
    assert rows[-1][1:] == ["in nine of ten cases", "8", "8"]
