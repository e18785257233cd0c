"""Who has a job: taken from the pool, given back, assigned; and what happens in a rush."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.actor import Actor
from accounts.models import Membership, Team
from accounts.roles import Role
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Event, Job, JobItem
from tests.factories import JobFactory, MembershipFactory


def at_once(*calls) -> list:
    """Run each call in a thread and a transaction of its own, all at the same moment.

    Returns what each answered, or the Conflict that it was refused with.
    """
    gate = threading.Barrier(len(calls))

    def run(call):
        gate.wait()
        try:
            return call()
        except Conflict as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_a_taken_job_is_claimed_and_recorded(act, team, batch, annotator):
    job = JobFactory.create(batch=batch)
    taken = act(annotator, team, "take-next").outcome
    assert (taken.pk, taken.annotator) == (job.pk, annotator)
    assert taken.claimed_at is not None
    assert Event.objects.get(job=job).verb == "take-next"


def test_the_pool_holds_nothing_stopped_archived_or_submitted(act, team, batch, manager, annotator):
    stopped, archived = (JobFactory.create(batch=batch) for _number in range(2))
    act(manager, stopped, "stop")
    act(manager, archived, "stop")
    act(manager, archived, "archive")
    JobFactory.create(batch=batch, stage="annotation", state="completed")
    with pytest.raises(Conflict, match="no open job"):
        act(annotator, team, "take-next")


def test_a_reviewer_does_not_take_what_they_will_review(act, team, batch, reviewer):
    JobFactory.create(batch=batch, reviewer=reviewer)
    with pytest.raises(Conflict, match="no open job"):
        act(reviewer, team, "take-next")
    Batch.objects.update(allow_own_review=True)
    assert act(reviewer, team, "take-next").outcome.annotator == reviewer


def test_the_pool_of_another_team_is_closed(act, team, batch, outsider):
    JobFactory.create(batch=batch)
    with pytest.raises(Forbidden):
        act(outsider, team, "take-next")


def test_only_its_annotator_or_a_manager_gives_a_job_back(
    act, job, annotator, annotator2, reviewer, manager
):
    for person in (annotator2, reviewer):
        with pytest.raises(Forbidden, match="Only the person who has this job"):
            act(person, job, "release")
    act(annotator, job, "release")
    with pytest.raises(Forbidden, match="Nobody has this job"):
        act(manager, job, "release")


def test_a_submitted_job_is_not_given_back(act, submitted, annotator):
    with pytest.raises(Conflict):
        act(annotator, submitted, "release")


def test_a_manager_assigns_to_who_may_label_here(act, job, manager, annotator2, viewer, outsider):
    assert act(manager, job, "assign", annotator=annotator2.pk).obj.annotator == annotator2
    for person in (viewer, outsider):
        with pytest.raises(Invalid):
            act(manager, job, "assign", annotator=person.pk)
    event = Event.objects.get(verb="assign")
    assert event.data["annotator"] == [job.annotator_id, annotator2.pk]


def test_annotator_and_reviewer_are_two_people_unless_the_batch_says_otherwise(
    act, job, manager, annotator, reviewer
):
    with pytest.raises(Invalid):
        act(manager, job, "set-reviewer", reviewer=annotator.pk)
    Membership.objects.filter(user=annotator).update(role=Role.REVIEWER)
    with pytest.raises(Invalid, match="do not fit"):
        act(manager, job, "set-reviewer", reviewer=annotator.pk)
    act(manager, job, "set-reviewer", reviewer=reviewer.pk)
    with pytest.raises(Invalid):
        act(manager, job, "assign", annotator=reviewer.pk)
    Batch.objects.update(allow_own_review=True)
    act(manager, job, "assign", annotator=reviewer.pk)


def test_a_completed_job_has_its_people_for_good(act, reviewed, reviewer, manager, annotator2):
    act(reviewer, reviewed, "complete", accept_rest="on")
    with pytest.raises(Conflict):
        act(manager, reviewed, "assign", annotator=annotator2.pk)
    with pytest.raises(Conflict):
        act(manager, reviewed, "set-reviewer")


# In a rush. Real threads with connections of their own, on whatever database the suite runs.


@pytest.mark.django_db(transaction=True)
def test_fifty_people_take_next_on_ten_jobs_and_ten_win(team, batch):
    for _number in range(10):
        JobFactory.create(batch=batch)
    people = [MembershipFactory.create(team=team).user for _number in range(50)]
    take = actions[Team, "take-next"]

    def taking(actor: Actor):
        return lambda: perform(take, team, actor).outcome.pk

    answers = at_once(*[taking(Actor.for_user(person)) for person in people])
    won = [answer for answer in answers if isinstance(answer, int)]
    assert len(won) == len(set(won)) == 10
    assert sum(isinstance(answer, Conflict) for answer in answers) == 40
    assert Job.objects.filter(annotator__isnull=False).count() == 10
    assert Job.objects.values("annotator").distinct().count() == 10
    assert Event.objects.filter(verb="take-next").count() == 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("with_version", [True, False])
def test_one_reviewer_accepts_while_another_rejects_and_one_outcome_stands(
    reviewed, reviewer, manager, with_version
):
    for row in reviewed.job_items.all():
        seen = {"version": row.version} if with_version else {}
        answers = at_once(
            lambda row=row, seen=seen: perform(
                actions[JobItem, "accept-item"], row, Actor.for_user(reviewer), seen
            ),
            lambda row=row, seen=seen: perform(
                actions[JobItem, "reject-item"],
                row,
                Actor.for_user(manager),
                {**seen, "reason": "No."},
            ),
        )
        (refused,) = [answer for answer in answers if isinstance(answer, Conflict)]
        assert str(refused.message)
    reviewed.refresh_from_db()
    assert reviewed.accepted + reviewed.rejected == 3
    assert reviewed.accepted == reviewed.job_items.filter(state="accepted").count()


@pytest.mark.django_db(transaction=True)
def test_a_job_is_submitted_once_however_often_the_button_is_pressed(labeled, annotator):
    submit = actions[Job, "submit"]
    answers = at_once(*[lambda: perform(submit, labeled, Actor.for_user(annotator))] * 6)
    assert sum(not isinstance(answer, Conflict) for answer in answers) == 1
    assert Event.objects.filter(job=labeled, verb="submit").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_item_is_not_decided_in_a_job_that_is_completed_at_that_moment(
    reviewed, reviewer, manager
):
    row = reviewed.job_items.first()
    at_once(
        lambda: perform(
            actions[Job, "complete"], reviewed, Actor.for_user(reviewer), {"accept_rest": "on"}
        ),
        lambda: perform(
            actions[JobItem, "reject-item"], row, Actor.for_user(manager), {"reason": "No."}
        ),
    )
    reviewed.refresh_from_db()
    assert reviewed.accepted == reviewed.job_items.filter(state="accepted").count()
    assert reviewed.rejected == reviewed.job_items.filter(state="rejected").count()


@pytest.mark.django_db(transaction=True)
def test_a_job_given_to_two_people_at_once_has_one_of_them(act, job, manager, owner, annotator2):
    assign = actions[Job, "assign"]
    at_once(
        lambda: perform(assign, job, Actor.for_user(manager), {"annotator": annotator2.pk}),
        lambda: perform(assign, job, Actor.for_user(owner), {"annotator": manager.pk}),
    )
    job.refresh_from_db()
    last = Event.objects.filter(job=job, verb="assign").latest("at", "pk")
    assert last.data["annotator"][1] in {annotator2.pk, manager.pk}
    assert job.annotator_id in {annotator2.pk, manager.pk}
