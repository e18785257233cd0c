"""What keeps one person from getting another job, however it would come to them."""

from collections import Counter

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.jobs.models import Batch, Event, Job, PersonSkill, Skill
from labeling.jobs.operations.changing import CHANGE
from labeling.operations.engine import start
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(annotator2, batch, act, manager):
    """Ben may have two open jobs, and has one."""
    act(manager, Membership.objects.get(user=annotator2), "set-limit", most_jobs=2)
    JobFactory.create(batch=batch, annotator=annotator2, size=1)
    return annotator2


@pytest.fixture
def change_many(actor_for, team, manager, django_capture_on_commit_callbacks):
    """Changes jobs at once, and answers what became of the rows."""

    def run(jobs, **data) -> dict:
        asked = {"jobs": [job.pk for job in jobs], **data}
        with django_capture_on_commit_callbacks(execute=True):
            operation = start(CHANGE, actor_for(manager), team, asked)
        operation.refresh_from_db()
        return operation.result

    return run


def test_a_limit_of_open_jobs_is_told_and_can_be_raised(act, manager, batch, ben):
    first, second = (JobFactory.create(batch=batch, size=1) for _ in range(2))
    act(manager, first, "assign", annotator=ben.pk)
    with pytest.raises(Invalid) as told:
        act(manager, second, "assign", annotator=ben.pk)
    assert "Ben has 2 open jobs" in str(told.value.errors)
    act(manager, Membership.objects.get(user=ben), "set-limit")
    act(manager, second, "assign", annotator=ben.pk)


def test_a_limit_leaves_a_line_in_the_history(act, manager, ben):
    line = Event.objects.get(verb="set-limit")
    assert line.data["most_jobs"] == [None, 2]


def test_annotators_set_no_limits(act, annotator, annotator2):
    with pytest.raises(Forbidden):
        act(annotator, Membership.objects.get(user=annotator2), "set-limit", most_jobs=9)


def test_a_job_on_review_may_change_hands_beyond_the_limit(act, manager, submitted, ben):
    Membership.objects.filter(user=ben).update(most_jobs=1)
    act(manager, submitted, "assign", annotator=ben.pk)


def test_many_jobs_at_once_stop_at_the_limit(change_many, batch, ben):
    jobs = [JobFactory.create(batch=batch, size=1) for _ in range(4)]
    result = change_many(jobs, verb="assign", annotator=str(ben.pk))
    assert (result["changed"], result["refused"]) == (1, 3)
    assert Job.objects.filter(annotator=ben).count() == 2


def test_items_of_one_batch_for_one_person_are_bounded(act, manager, batch, annotator):
    Batch.objects.update(items_a_person=5)
    first, second = (JobFactory.create(batch=batch, size=3) for _ in range(2))
    act(manager, first, "assign", annotator=annotator.pk)
    with pytest.raises(Invalid, match="fit"):
        act(manager, second, "assign", annotator=annotator.pk)


def test_nobody_is_assigned_the_same_items_twice(act, manager, batch, annotator, change_many):
    twins = [JobFactory.create(batch=batch, segment=1, size=2) for _ in range(2)]
    result = change_many(twins, verb="assign", annotator=str(annotator.pk))
    assert (result["changed"], result["refused"]) == (1, 1)
    left = Job.objects.get(annotator=None)
    with pytest.raises(Invalid) as told:
        act(manager, left, "assign", annotator=annotator.pk)
    assert "the same items" in str(told.value.errors)


def test_nobody_takes_the_same_items_twice_from_the_pool(act, team, batch, annotator):
    for _ in range(2):
        JobFactory.create(batch=batch, segment=1, size=1)
    taken = act(annotator, team, "take-next").outcome
    for job_item in taken.job_items.all():
        act(annotator, job_item, "confirm-item")
    act(annotator, taken, "submit")
    with pytest.raises(Conflict, match="pool"):
        act(annotator, team, "take-next")


def test_whoever_did_what_is_to_be_done_again_may_do_it(
    act, manager, reviewer, reviewed, annotator, annotator2
):
    Job.objects.filter(pk=reviewed.pk).update(segment=1)
    JobFactory.create(batch=reviewed.batch, segment=1, size=1, annotator=annotator2)
    for row in reviewed.job_items.all():
        act(reviewer, row, "reject-item", version=row.version, reason="blurred")
    act(reviewer, reviewed, "complete")
    again = act(reviewer, reviewed, "restart").outcome
    assert again.segment == 1
    act(manager, again, "release")
    act(manager, again, "assign", annotator=annotator.pk)
    with pytest.raises(Invalid):
        act(manager, again, "assign", annotator=annotator2.pk)


def test_a_batch_s_limits_skill_and_lease_are_edited(act, manager, team, batch, annotator):
    skill = Skill.objects.create(team=team, name="X-ray")
    JobFactory.create(batch=batch, size=1)
    act(
        manager,
        batch,
        "edit",
        items_a_person=7,
        lease_minutes=30,
        skill=skill.pk,
        skill_level=50,
    )
    batch.refresh_from_db()
    assert (batch.items_a_person, batch.lease_minutes, batch.skill, batch.skill_level) == (
        7,
        30,
        skill,
        50,
    )
    with pytest.raises(Conflict):
        act(annotator, team, "take-next")
    PersonSkill.objects.create(skill=skill, user=annotator, level=50)
    taken = act(annotator, team, "take-next").outcome
    assert taken.lease_until is not None
    changed = Event.objects.get(verb="edit", batch=batch).data["changed"]
    assert {"items_a_person", "lease_minutes", "skill", "skill_level"} <= set(changed)


def test_another_lease_counts_for_what_is_taken_already(act, manager, team, batch, annotator):
    job = JobFactory.create(batch=batch, size=1)
    act(annotator, team, "take-next")
    act(manager, batch, "edit", lease_minutes=10)
    job.refresh_from_db()
    assert job.lease_until is not None
    assert (job.lease_until - timezone.now()).total_seconds() == pytest.approx(600, abs=60)
    act(manager, batch, "edit", lease_minutes="")
    job.refresh_from_db()
    assert job.lease_until is None


def test_another_team_s_skill_is_no_choice(act, manager, batch, outsider):
    other = outsider.memberships.get().team
    with pytest.raises(Invalid):
        act(manager, batch, "edit", skill=Skill.objects.create(team=other, name="Night").pk)


def test_a_limit_is_set_on_the_people_page(client_for, manager, team, annotator):
    client = client_for(manager)
    member = Membership.objects.get(user=annotator)
    url = reverse("accounts:member-verb", args=[member.pk, "set-limit"])
    assert url in client.get(reverse("jobs:people", args=[team.pk])).content.decode()
    assert client.post(url, {"most_jobs": 3}).status_code == 302
    member.refresh_from_db()
    assert member.most_jobs == 3
    shown = client.get(reverse("jobs:people", args=[team.pk])).content.decode()
    assert "At most 3" in shown


def test_rest_sets_a_limit_and_tells_it(api_for, manager, annotator):
    member = Membership.objects.get(user=annotator)
    answer = api_for(manager).post(f"/api/members/{member.pk}/set-limit/", {"most_jobs": 4})
    assert (answer.status_code, answer.json()["most_jobs"]) == (200, 4)


def test_spreading_jobs_evenly_leaves_out_who_is_at_the_limit(change_many, batch, ben, annotator):
    JobFactory.create(batch=batch, annotator=annotator, size=30)
    jobs = [JobFactory.create(batch=batch, size=1) for _ in range(3)]
    result = change_many(jobs, verb="spread", people=[str(ben.pk), str(annotator.pk)])
    assert result["changed"] == 3
    have = Counter(Job.objects.filter(annotator__isnull=False).values_list("annotator", flat=True))
    assert have == {ben.pk: 2, annotator.pk: 3}
