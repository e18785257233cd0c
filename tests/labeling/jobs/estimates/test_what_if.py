"""What if: the dates move before anybody changes anything."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from labeling.jobs.estimates.what_if import Wish, what_if
from labeling.jobs.models import Batch, Event, Job
from tests.factories import BatchFactory, JobFactory, MembershipFactory

MINUTE = timedelta(minutes=1)


@pytest.fixture
def working(batch, annotator, reviewer, act) -> Job:
    """Ana has done five of 205 items, two minutes each; the last ones half an hour ago."""
    job = JobFactory.create(batch=batch, annotator=annotator, size=5)
    act(annotator, job, "start")
    for job_item in job.job_items.order_by("position"):
        act(annotator, job_item, "confirm-item")
    now = timezone.now()
    for number, pk in enumerate(Event.objects.filter(verb="confirm-item").values_list("pk")):
        Event.objects.filter(pk=pk[0]).update(at=now - (40 - 2 * number) * MINUTE)
    Job.objects.filter(pk=job.pk).update(items=205, started_at=now - 45 * MINUTE)
    job.refresh_from_db()
    return job


def outcome_of(batch: Batch, **wish: Any) -> Any:
    """What would come of it."""
    return what_if(batch.team_id, batch.pk, Wish(**wish), timezone.now())


@pytest.fixture
def waiting(working, annotator) -> Job:
    """A second job of Ana's, with 200 items, that she has not begun."""
    job = JobFactory.create(batch=working.batch, annotator=annotator, size=1)
    Job.objects.filter(pk=working.pk).update(items=10)
    Job.objects.filter(pk=job.pk).update(items=200)
    return job


def test_what_is_begun_stays_with_whoever_has_it(working, annotator2):
    found = outcome_of(working.batch, person=annotator2.pk)
    assert found.after.p50 == found.before.p50


def test_one_more_person_brings_the_end_nearer(working, waiting, annotator2):
    found = outcome_of(working.batch, person=annotator2.pk)
    assert found.after.p50 < found.before.p50
    assert found.after.p90 < found.before.p90


def test_without_review_it_ends_no_later(working, annotator2):
    Job.objects.filter(pk=working.pk).update(items=5)
    found = outcome_of(working.batch, without_review=True)
    assert found.after.p50 < found.before.p50


def test_a_higher_priority_brings_it_nearer_and_moves_another_batch_away(working, annotator):
    other = BatchFactory.create(dataset=working.dataset, needs_review=False, priority=4)
    job = JobFactory.create(batch=other, annotator=annotator, size=1)
    Job.objects.filter(pk=job.pk).update(items=300, priority=4)
    found = outcome_of(working.batch, priority=5)
    assert found.after.p50 < found.before.p50
    ((key, before, after),) = found.others
    assert key == other.pk
    assert after.p50 > before.p50


def test_nothing_is_changed_by_asking(working, waiting, annotator2, client_for, manager):
    before = Batch.objects.filter(pk=working.batch_id).values().get()
    url = reverse("jobs:what-if", args=[working.batch_id])
    query = f"?person={annotator2.pk}&priority=5&without_review=on"
    page = client_for(manager).get(url + query).content.decode()
    assert "earlier" in page
    assert "Set the priority to highest" in page
    assert "Drop the review" in page
    assert f"/rebalance/?people={annotator2.pk}" in page
    assert Batch.objects.filter(pk=working.batch_id).values().get() == before


def test_the_verb_is_one_click_away(working, client_for, manager):
    client = client_for(manager)
    url = reverse("jobs:batch-verb", args=[working.batch_id, "edit"])
    assert client.post(url, {"priority": "5"}).status_code == 302
    assert client.post(url, {"needs_review": "false"}).status_code == 302
    changed = Batch.objects.get(pk=working.batch_id)
    assert (changed.priority, changed.needs_review, changed.name) == (5, False, "lemons")


def test_the_rebalance_begins_with_the_person_who_was_added(
    working, waiting, annotator2, client_for, manager
):
    url = reverse("jobs:batch-verb", args=[working.batch_id, "rebalance"])
    page = client_for(manager).get(f"{url}?people={annotator2.pk}").content.decode()
    box = BeautifulSoup(page, "html.parser").select_one(f'[name=people][value="{annotator2.pk}"]')
    assert box is not None
    assert box.has_attr("checked")


def test_who_may_not_edit_sees_the_dates_without_the_verbs(working, client_for, viewer):
    url = reverse("jobs:what-if", args=[working.batch_id])
    page = client_for(viewer).get(f"{url}?priority=5").content.decode()
    assert "what-if-table" in page
    assert "data-deed" not in page


def test_a_finished_batch_has_nothing_to_ask(working, client_for, manager):
    Job.objects.filter(pk=working.pk).update(archived_at=timezone.now())
    url = reverse("jobs:what-if", args=[working.batch_id])
    page = client_for(manager).get(f"{url}?priority=5").content.decode()
    assert "Nothing of this batch is open" in page


def test_only_people_of_the_team_can_be_added(working, client_for, manager, outsider):
    url = reverse("jobs:what-if", args=[working.batch_id])
    page = client_for(manager).get(f"{url}?person={outsider.pk}").content.decode()
    assert "Select a valid choice" in page
    assert "what-if-table" not in page


def test_asking_takes_as_many_queries_however_many_batches_move(
    working, annotator, client_for, manager, count_queries, team
):
    client = client_for(manager)
    url = f"{reverse('jobs:what-if', args=[working.batch_id])}?priority=5"
    other = BatchFactory.create(dataset=working.dataset, priority=4)
    JobFactory.create(batch=other, annotator=annotator, size=2)
    client.get(url)
    few = count_queries(lambda: client.get(url))
    for _number in range(4):
        more = BatchFactory.create(dataset=working.dataset, priority=4)
        JobFactory.create(batch=more, annotator=annotator, size=2)
        MembershipFactory.create(team=team)
    assert count_queries(lambda: client.get(url)) == few
