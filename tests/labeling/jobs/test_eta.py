"""The first estimate: what is left, times a pace that breaks do not move."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from labeling.jobs.eta import KEPT_GAPS, estimate, observe, usual_pace
from labeling.jobs.models import Pace
from labeling.jobs.pace import estimates_of
from tests.factories import JobFactory

GAPS = st.lists(st.floats(0, 300), min_size=3, max_size=KEPT_GAPS)


def test_without_evidence_there_is_no_estimate_but_a_reason():
    assert estimate(5, [10, 10], assigned=True).work is None
    assert "not yet" in str(estimate(5, [10, 10], assigned=True).reason)
    assert "no one" in str(estimate(5, [10] * 9, assigned=False).reason)


def test_nothing_left_takes_no_time():
    assert estimate(0, [], assigned=False).work == timedelta(0)


def test_the_usual_pace_is_the_median():
    assert estimate(10, [10, 20, 60], assigned=True).work == timedelta(seconds=200)


def test_a_lunch_break_does_not_count():
    assert observe([10.0], 3600) == [10.0]
    assert observe([10.0], -5) == [10.0]
    assert observe([10.0], 12.34) == [10.0, 12.3]


def test_only_the_last_gaps_are_remembered():
    gaps: list[float] = []
    for second in range(KEPT_GAPS + 20):
        gaps = observe(gaps, second % 100)
    assert len(gaps) == KEPT_GAPS


@given(GAPS, st.integers(1, 1000))
def test_the_slow_estimate_is_never_the_shorter_one(gaps, left):
    told = estimate(left, gaps, assigned=True)
    assert told.work is not None
    assert told.slow is not None
    assert told.slow >= told.work


@given(GAPS)
def test_the_pace_lies_among_the_gaps(gaps):
    assert min(gaps) <= usual_pace(gaps) <= max(gaps)


def test_estimates_of_many_jobs_take_one_query(
    batch, annotator, annotator2, django_assert_num_queries
):
    jobs = [
        JobFactory.create(batch=batch, annotator=who, size=1)
        for who in (annotator, annotator2, None)
    ]
    for who in (annotator, annotator2):
        Pace.objects.create(
            user=who,
            project=batch.project,
            recent_seconds=[30, 30, 30],
            last_done_at=batch.created_at,
        )
    with django_assert_num_queries(1):
        works = [told.work for told in estimates_of(jobs).values()]
    assert works == [timedelta(seconds=30), timedelta(seconds=30), None]


def test_confirming_items_makes_the_pace(act, annotator, labeled):
    pace = Pace.objects.get(user=annotator)
    assert len(pace.recent_seconds) == 2
    assert pace.usual_seconds is None
