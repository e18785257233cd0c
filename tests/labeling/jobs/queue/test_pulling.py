"""What "take next" gives: one's own first, then what one may and can do, in the queue's order."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Team
from labeling.core.errors import Conflict
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Event, Job, PersonSkill, Skill
from labeling.jobs.queue.eligibility import claimable_by
from labeling.jobs.queue.pulling import next_claimable
from tests.factories import BatchFactory, JobFactory, JobItemFactory, MembershipFactory


def pooled(batch: Batch, **kwargs) -> Job:
    """A job of the pool that stands where its batch does."""
    return JobFactory.create(batch=batch, **{"rank": batch.rank, "items": 10, **kwargs})


def agreed(user, team) -> int | None:
    """The next job; the walk through the queue finds the same as the whole list."""
    first = claimable_by(user.pk, team.pk).values_list("pk", flat=True).first()
    assert next_claimable(user.pk, team.pk) == first
    return first


def test_ones_own_unfinished_job_comes_first_and_nothing_is_claimed(act, team, batch, annotator):
    pooled(batch, priority=5)
    low = pooled(batch, annotator=annotator, priority=1)
    high = pooled(batch, annotator=annotator, priority=2, state="rejected")
    assert act(annotator, team, "take-next").outcome == high
    Job.objects.filter(pk=high.pk).update(state="completed")
    assert act(annotator, team, "take-next").outcome == low
    assert not Event.objects.exists()
    Job.objects.filter(pk=low.pk).update(stopped_at="2026-01-01T00:00Z")
    assert act(annotator, team, "take-next").outcome.priority == 5


def test_the_pool_is_taken_by_priority_then_rank_then_age(team, dataset, annotator):
    late, early = (BatchFactory.create(dataset=dataset, rank=rank) for rank in (20, 10))
    wanted = [
        pooled(late, priority=5),
        pooled(early, priority=4),
        pooled(early),
        pooled(early),
        pooled(late),
        pooled(early, priority=2),
        pooled(late, priority=1),
    ]
    for job in wanted:
        assert agreed(annotator, team) == job.pk
        Job.objects.filter(pk=job.pk).update(annotator=annotator)
    assert agreed(annotator, team) is None


@pytest.mark.parametrize("status", ["loading", "stopping", "stopped", "no_money", "canceled"])
def test_a_batch_that_does_not_run_gives_nothing_out(act, team, batch, annotator, status):
    pooled(batch)
    Batch.objects.update(status=status)
    assert agreed(annotator, team) is None
    with pytest.raises(Conflict, match="no open job"):
        act(annotator, team, "take-next")


def test_a_batch_asks_for_a_level_of_a_skill(team, dataset, batch, annotator, annotator2):
    skill = Skill.objects.create(team=team, name="X-ray")
    asks = BatchFactory.create(dataset=dataset, rank=-1, skill=skill, skill_level=60)
    hard, easy = pooled(asks), pooled(batch)
    level = PersonSkill.objects.create(skill=skill, user=annotator, level=60)
    assert (agreed(annotator, team), agreed(annotator2, team)) == (hard.pk, easy.pk)
    PersonSkill.objects.filter(pk=level.pk).update(level=59)
    assert agreed(annotator, team) == easy.pk
    asks.skill_level = 0
    asks.save()
    assert (agreed(annotator, team), agreed(annotator2, team)) == (hard.pk, easy.pk)


def test_who_reviews_a_batch_does_not_pull_from_it(team, batch, reviewer):
    job = pooled(batch)
    Batch.objects.update(reviewer=reviewer)
    assert agreed(reviewer, team) is None
    Batch.objects.update(allow_own_review=True)
    assert agreed(reviewer, team) == job.pk


def test_at_most_so_many_items_of_a_batch_go_to_one_person(team, batch, annotator, annotator2):
    Batch.objects.update(items_a_person=25)
    pooled(batch, annotator=annotator, stage="acceptance", state="completed")
    large, small = pooled(batch, items=16), pooled(batch, items=15)
    assert agreed(annotator, team) == small.pk
    assert agreed(annotator2, team) == large.pk
    Job.objects.filter(pk=small.pk).update(annotator=annotator)
    assert agreed(annotator, team) is None


def test_nobody_gets_the_same_items_twice(act, team, batch, annotator, annotator2):
    first, second, other = (
        pooled(batch, segment=1),
        pooled(batch, segment=1),
        pooled(batch, segment=2),
    )
    assert act(annotator, team, "take-next").outcome == first
    assert act(annotator2, team, "take-next").outcome == second
    Job.objects.filter(annotator__isnull=False).update(state="completed")
    assert agreed(annotator, team) == agreed(annotator2, team) == other.pk


def test_who_gave_a_job_back_does_not_get_its_items_in_another_one(
    act, team, batch, annotator, annotator2
):
    first, second = pooled(batch, segment=1), pooled(batch, segment=1)
    done = JobItemFactory.create(job=first)
    assert act(annotator, team, "take-next").outcome == first
    act(annotator, done, "confirm-item")
    first.refresh_from_db()
    act(annotator, first, "release")
    assert next_claimable(annotator.pk, team.pk) == first.pk
    Job.objects.filter(pk=first.pk).update(annotator=annotator2)
    assert next_claimable(annotator.pk, team.pk) is None
    assert next_claimable(annotator2.pk, team.pk) is None
    Job.objects.filter(pk=second.pk).update(segment=None)
    assert next_claimable(annotator.pk, team.pk) == second.pk


def test_a_claim_asks_as_much_of_a_long_pool_as_of_a_short_one(team, dataset, annotator):
    skill = Skill.objects.create(team=team, name="X-ray")
    barred = BatchFactory.create(dataset=dataset, rank=1, skill=skill)
    free = BatchFactory.create(dataset=dataset, rank=3)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            next_claimable(annotator.pk, team.pk)
        return len(captured)

    pooled(barred)
    pooled(free)
    before = queries()
    for _number in range(5):
        pooled(barred)
        pooled(free)
    assert queries() == before


def test_the_page_offers_the_next_job_while_something_is_left(client_for, team, batch, annotator):
    client, url = client_for(annotator), reverse("jobs:my-work", args=[team.pk])
    assert b"disabled" in client.get(url).content.split(b"Take next job")[0].split(b"take-next")[1]
    pooled(batch, annotator=annotator)
    assert (
        b"disabled" not in client.get(url).content.split(b"Take next job")[0].split(b"take-next")[1]
    )


@pytest.mark.django_db(transaction=True)
def test_a_button_pressed_many_times_claims_once(team, batch, annotator):
    for _number in range(4):
        pooled(batch)
    take, gate = actions[Team, "take-next"], threading.Barrier(4)

    def run(_number: int) -> int:
        try:
            gate.wait()
            return perform(take, team, Actor.for_user(annotator)).outcome.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, range(4)))) == 1
    assert Job.objects.filter(annotator=annotator).count() == 1


@pytest.mark.django_db(transaction=True)
def test_people_at_once_get_segments_of_their_own(team, batch):
    people = [MembershipFactory.create(team=team).user for _number in range(6)]
    for segment in (1, 2):
        for _copy in range(3):
            pooled(batch, segment=segment)
    take, gate = actions[Team, "take-next"], threading.Barrier(6)

    def run(person) -> None:
        try:
            gate.wait()
            perform(take, team, Actor.for_user(person))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, people))
    assert Job.objects.values("annotator").distinct().count() == 6
