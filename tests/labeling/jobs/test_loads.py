"""What people have to do, how fast they are and what limits them."""

from datetime import UTC, datetime

import pytest

from accounts.models import Membership
from labeling.jobs.loads import UNSEEN_SECONDS, Wanted, able_people, held_items
from labeling.jobs.models import Pace
from tests.factories import DatasetFactory, JobFactory

pytestmark = pytest.mark.django_db


def seen(user, project, seconds: float) -> None:
    """The person's pace is known."""
    at = datetime(2026, 11, 20, tzinfo=UTC)
    Pace.objects.create(user=user, project=project, usual_seconds=seconds, last_done_at=at)


@pytest.fixture
def wanted(batch, annotator, annotator2):
    """Ana and Ben are to get items of the batch's project."""

    def of(**more) -> Wanted:
        return Wanted(batch.team_id, batch.project_id, [annotator.pk, annotator2.pk], **more)

    return of


def test_only_unfinished_live_jobs_weigh(act, labeled, batch, annotator, annotator2, manager):
    JobFactory.create(batch=batch, annotator=annotator, size=4)
    stopped = JobFactory.create(batch=batch, annotator=annotator, size=5)
    act(manager, stopped, "stop")
    aside = JobFactory.create(batch=batch, annotator=annotator2, size=2)
    people = [annotator.pk, annotator2.pk]
    assert held_items(batch.team_id, people, []) == {annotator.pk: 4, annotator2.pk: 2}
    assert held_items(batch.team_id, people, [aside.pk])[annotator2.pk] == 0


def test_open_work_is_told_in_each_project_s_own_seconds(wanted, batch, annotator, annotator2):
    other = DatasetFactory.create(team=batch.team, project__team=batch.team, size=1)
    seen(annotator, batch.project, 10)
    seen(annotator, other.project, 100)
    JobFactory.create(batch=batch, annotator=annotator, size=4)
    JobFactory.create(batch__dataset=other, annotator=annotator, size=3)
    ana, ben = able_people(wanted())
    assert (ana.item_seconds, ana.seconds_ahead, ana.is_pace_known) == (10, 4 * 10 + 3 * 100, True)
    assert (ben.item_seconds, ben.seconds_ahead, ben.is_pace_known) == (10, 0, False)


def test_without_any_pace_in_the_team_all_are_alike(wanted):
    assert {each.item_seconds for each in able_people(wanted())} == {UNSEEN_SECONDS}


def test_limits_leave_the_room_that_is_not_taken(wanted, batch, annotator, annotator2):
    Membership.objects.filter(user=annotator).update(most_jobs=3)
    mine = JobFactory.create(batch=batch, annotator=annotator, size=4)
    ana, ben = able_people(wanted(items_a_person=10, batch_id=batch.pk))
    assert (ana.most_items, ana.most_jobs) == (6, 2)
    assert (ben.most_items, ben.most_jobs) == (10, None)
    ana, _ben = able_people(wanted(items_a_person=10, batch_id=batch.pk, without=[mine.pk]))
    assert (ana.most_items, ana.most_jobs, ana.seconds_ahead) == (10, 3, 0)


def test_the_number_of_queries_does_not_grow_with_the_people(
    wanted, batch, annotator, count_queries
):
    limits = {"items_a_person": 5, "batch_id": batch.pk}
    one, both = Wanted(batch.team_id, batch.project_id, [annotator.pk], **limits), wanted(**limits)
    assert count_queries(lambda: able_people(one)) == count_queries(lambda: able_people(both))
