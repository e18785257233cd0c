"""The history tells in sentences who did what, from what to what."""

import pytest

from accounts.models import Membership
from labeling.jobs.history import described
from labeling.jobs.models import Event


@pytest.fixture
def told():
    """The sentences about a job, the oldest first."""

    def sentences(job) -> list[str]:
        events = Event.objects.filter(job=job).order_by("pk").select_related("actor", "job_item")
        return [line.text for line in described(events)]

    return sentences


def test_a_job_from_start_to_end(told, act, reviewed, reviewer, annotator):
    act(reviewer, reviewed.job_items.first(), "reject-item", reason="Too loose.")
    act(reviewer, reviewed, "send-back")
    act(annotator, reviewed.job_items.first(), "confirm-item")
    assert told(reviewed) == [
        "Ana confirmed item 1",
        "Ana confirmed item 2",
        "Ana confirmed item 3",
        "Ana submitted it",
        "Kim began the review",
        "Kim rejected item 1",
        "Kim sent it back with 1 item to fix",
        "Ana confirmed item 1",
    ]


def test_people_before_and_after_are_named(told, act, job, manager, annotator2, reviewer):
    act(manager, job, "assign", annotator=annotator2.pk)
    act(manager, job, "assign")
    act(manager, job, "assign", annotator=annotator2.pk)
    act(manager, job, "set-reviewer", reviewer=reviewer.pk)
    act(manager, job, "set-reviewer")
    act(annotator2, job, "release")
    assert told(job) == [
        "Max moved it from Ana to Ben",
        "Max gave it back to the pool",
        "Max assigned it to Ben",
        "Max made Kim its reviewer",
        "Max left the review to any reviewer",
        "Ben gave it back to the pool",
    ]


def test_values_before_and_after_are_said(told, act, job, manager):
    act(manager, job, "set-priority", priority=5)
    act(manager, job, "set-due", due_at="2030-01-02T10:00:00+00:00")
    act(manager, job, "set-due")
    first, second, third = told(job)
    assert first == "Max changed the priority from normal to highest"
    assert second.startswith("Max set the due date to Wed 2 Jan")
    assert third == "Max took the due date away"


def test_a_departure_is_told_as_one(told, act, job, manager, annotator, team):
    act(manager, Membership.objects.get(user=annotator), "deactivate")
    assert told(job) == ["It went back to the pool, since Ana was deactivated"]


def test_states_are_in_peoples_words_and_reasons_beside_them(act, reviewed, reviewer):
    act(reviewer, reviewed.job_items.first(), "reject-item", reason="Too loose.")
    act(reviewer, reviewed, "send-back")
    back, rejected = described(Event.objects.filter(job=reviewed)[:2])
    assert back.change == "validation in progress → annotation rejected"
    assert (rejected.change, rejected.remark) == ("done → rejected", "Too loose.")


def test_names_are_read_in_one_query(
    act, job, manager, annotator, annotator2, django_assert_num_queries
):
    for person in (annotator2, annotator, manager):
        act(manager, job, "assign", annotator=person.pk)
    events = list(Event.objects.filter(job=job).select_related("actor", "job_item"))
    with django_assert_num_queries(1):
        assert len(described(events)) == 3
