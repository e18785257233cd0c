"""What people do is counted as they do it, whoever asks and however many at once."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from accounts.actor import Actor
from labeling.core.errors import Forbidden
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Activity, JobItem
from labeling.jobs.models.activity import QUARTER_SECONDS, add_activity, quarter_of

MORNING = datetime(2026, 3, 2, 9, 7, tzinfo=UTC)


def counted(user) -> list[tuple[int, int, int]]:
    rows = Activity.objects.filter(user=user).order_by("quarter")
    return list(rows.values_list("done", "accepted", "rejected"))


def test_confirming_and_skipping_count_as_done(act, annotator, job):
    first, second, _third = job.job_items.all()
    act(annotator, first, "confirm-item")
    act(annotator, second, "skip-item", reason="Blurred.")
    assert sum(done for done, _accepted, _rejected in counted(annotator)) == 2


def test_saving_labels_counts_nothing(act, annotator, job):
    row = job.job_items.first()
    act(annotator, row, "save-annotation", version=0, document={"objects": [], "tags": []})
    assert counted(annotator) == []


def test_decisions_count_for_whoever_decides(act, annotator, reviewer, reviewed):
    first, second, _third = reviewed.job_items.all()
    act(reviewer, first, "accept-item")
    act(reviewer, second, "reject-item", reason="Too loose.")
    assert counted(reviewer) == [(0, 1, 1)]
    act(reviewer, reviewed, "complete", accept_rest="on")
    assert sum(accepted for _done, accepted, _rejected in counted(reviewer)) == 2
    assert sum(done for done, _accepted, _rejected in counted(annotator)) == 3


def test_it_counts_in_the_quarter_in_which_it_happened(annotator, job):
    actor, rows = Actor.for_user(annotator), job.job_items.all()
    for row, minutes in zip(rows, (0, 7, 8), strict=True):
        at = MORNING + timedelta(minutes=minutes)
        perform(actions[JobItem, "confirm-item"], row, actor, at=at)
    found = list(Activity.objects.order_by("quarter").values_list("quarter", "done"))
    quarter = quarter_of(MORNING)
    assert found == [(quarter, 2), (quarter + 1, 1)]
    assert quarter * QUARTER_SECONDS == datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()


def test_a_refused_verb_counts_nothing(act, annotator2, job):
    with pytest.raises(Forbidden):
        act(annotator2, job.job_items.first(), "confirm-item")
    assert not Activity.objects.exists()


def test_adding_costs_one_query_once_the_quarter_is_there(team, annotator, count_queries):
    add_activity(team.pk, annotator.pk, MORNING, done=2)
    again = count_queries(lambda: add_activity(team.pk, annotator.pk, MORNING, done=3, accepted=0))
    assert again == 1
    assert counted(annotator) == [(5, 0, 0)]
    assert count_queries(lambda: add_activity(team.pk, annotator.pk, MORNING, done=0)) == 0


def test_the_history_from_before_is_counted_the_same(act, annotator, reviewer, reviewed):
    first = reviewed.job_items.first()
    act(reviewer, first, "reject-item", reason="Too loose.")
    act(reviewer, reviewed, "complete", accept_rest="on")
    keys = ("team", "user", "quarter", "done", "accepted", "rejected")
    stored = Activity.objects.order_by("user", "quarter").values_list(*keys)
    before = list(stored)
    Activity.objects.all().delete()
    migration = import_module("labeling.jobs.migrations.0005_past_activity")
    migration.count_the_past(apps, connection.schema_editor())
    assert list(stored.all()) == before


def test_a_restricted_annotator_sees_own_activity_only(team, annotator, annotator2, outsider):
    for user in (annotator, annotator2):
        add_activity(team.pk, user.pk, MORNING, done=1)
    seen = Activity.objects.visible_to
    assert seen(Actor.for_user(annotator)).count() == 2
    team.memberships.filter(user=annotator).update(restricted=True)
    assert [row.user for row in seen(Actor.for_user(annotator))] == [annotator]
    assert not seen(Actor.for_user(outsider)).exists()
