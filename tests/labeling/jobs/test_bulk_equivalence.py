"""Whatever a verb does to jobs one by one, it does to them in bulk: rows, history and answers."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actor import Actor
from accounts.models import Membership, User
from accounts.roles import Role
from labeling.core.bulk_workflow import perform_many
from labeling.core.errors import WorkflowError
from labeling.core.refusals import explained
from labeling.core.workflow import Action, Change, actions, actions_of, perform
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.operations.job_tasks import MARKS, VALUES
from labeling.jobs.settling import stop_idle_jobs
from labeling.jobs.states import BatchStatus, Stage, State
from labeling.operations import engine
from tests.factories import BatchFactory, DatasetFactory, JobFactory, MembershipFactory, UserFactory

VERBS = (*VALUES, *MARKS)
PEOPLE = ("max", "kim", "ana", "ben", "vic", "nobody")
NOW = datetime(2030, 1, 1, tzinfo=UTC)

job_states = st.fixed_dictionaries(
    {
        "batch": st.integers(0, 2),
        "stage": st.sampled_from(Stage.values),
        "state": st.sampled_from(State.values),
        "stopped_at": st.sampled_from([None, NOW]),
        "archived_at": st.sampled_from([None, None, NOW]),
        "annotator": st.sampled_from(PEOPLE),
        "reviewer": st.sampled_from(PEOPLE),
        "priority": st.integers(1, 5),
        "due_at": st.sampled_from([None, NOW]),
    }
)
inputs = st.fixed_dictionaries(
    {
        "annotator": st.sampled_from(PEOPLE),
        "reviewer": st.sampled_from(PEOPLE),
        "priority": st.sampled_from([1, 3, 5, 9, ""]),
        "due_at": st.sampled_from(["", "2030-05-01T10:00", "soon"]),
    }
)
batch_states = st.lists(
    st.tuples(st.sampled_from(BatchStatus.values), st.booleans()), min_size=3, max_size=3
)


@pytest.fixture
def people(team) -> dict[str, User | None]:
    """One of each role, by login."""
    roles = {
        "max": Role.MANAGER,
        "kim": Role.REVIEWER,
        "ana": Role.ANNOTATOR,
        "ben": Role.ANNOTATOR,
        "vic": Role.VIEWER,
        "otto": None,
    }
    found: dict[str, User | None] = {"nobody": None}
    for login, role in roles.items():
        found[login] = UserFactory.create(username=login, display_name=login.title())
        if role is not None:
            MembershipFactory.create(team=team, user=found[login], role=role)
    return found


@pytest.fixture
def dataset(team):
    """What the batches are about."""
    return DatasetFactory.create(project__team=team)


class _Undone(Exception):
    """Takes an example back."""


def in_vain(call: Callable[[], Any]) -> Any:
    """What a call answers, with all that it did taken back."""
    found = None
    try:
        with transaction.atomic():
            found = call()
            raise _Undone
    except _Undone:
        return found


def make(dataset, people, states, batches) -> list[Job]:
    """Jobs in these states, in three batches."""
    made = [
        BatchFactory.create(dataset=dataset, status=status, allow_own_review=own)
        for status, own in batches
    ]
    jobs = [
        JobFactory.create(
            **{
                **state,
                "batch": made[state["batch"]],
                "annotator": people[state["annotator"]],
                "reviewer": people[state["reviewer"]],
            }
        )
        for state in states
    ]
    stop_idle_jobs(batch.pk for batch in made if batch.status == BatchStatus.STOPPING)
    return jobs


def raw(people: Mapping[str, User | None], given: Mapping[str, Any]) -> dict[str, Any]:
    """The input as a script sends it."""
    keys = {
        name: person.pk if (person := people[given[name]]) else ""
        for name in ("annotator", "reviewer")
    }
    return {**given, **keys}


def told(answer: Change | WorkflowError) -> tuple[Any, ...]:
    """An answer as a person or a script gets it."""
    if isinstance(answer, WorkflowError):
        return (type(answer).__name__, explained(answer), answer.as_dict())
    stored = Job.objects.get(pk=answer.obj.pk)
    assert answer.obj.status == stored.status
    for name in ("annotator_id", "reviewer_id", "priority", "stage", "state", "stopped_at"):
        assert getattr(answer.obj, name) == getattr(stored, name)
    assert (answer.obj.annotator, answer.obj.due_at) == (stored.annotator, stored.due_at)
    return ("changed", answer.before, answer.after, answer.note)


def world() -> tuple[Any, ...]:
    """All that a verb on jobs may have changed, without the moments of its own clock."""
    columns = ("pk", "stage", "state", "status", "annotator", "reviewer", "priority", "due_at")
    more = ("claimed_at", "items", "done", "accepted", "rejected")
    jobs = [
        (*row, bool(stopped), bool(archived), updated >= NOW)
        for *row, stopped, archived, updated in Job.objects.order_by("pk").values_list(
            *columns, *more, "stopped_at", "archived_at", "updated_at"
        )
    ]
    events = Event.objects.order_by("subject_type", "subject_id", "pk").values_list(
        "team", "verb", "actor", "subject_type", "subject_id", "batch", "job", "job_item",
        "from_state", "to_state", "data",
    )  # fmt: skip
    return jobs, list(Batch.objects.order_by("pk").values_list("pk", "status")), list(events)


def one_by_one(action: Action, jobs, actor, data_of) -> tuple[Any, ...]:
    """The verb on each job by itself."""
    answers = {}
    for job in jobs:
        try:
            answers[job.pk] = told(perform(action, job, actor, data_of(job)))
        except WorkflowError as refusal:
            answers[job.pk] = told(refusal)
    return answers, world()


def together(action: Action, jobs, actor, data_of) -> tuple[Any, ...]:
    """The verb on all jobs at once."""
    chosen = Job.objects.filter(pk__in=[job.pk for job in jobs])
    found = perform_many(action, chosen, actor, data_of)
    return {pk: told(answer) for pk, answer in sorted(found.items())}, world()


@pytest.mark.parametrize("verb", VERBS)
@given(
    states=st.lists(job_states, min_size=1, max_size=6),
    batches=batch_states,
    asker=st.sampled_from(["max", "max", "max", "kim", "ana", "vic", "otto"]),
    wishes=st.lists(inputs, min_size=1, max_size=3),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_bulk_or_one_by_one_a_verb_does_the_same(
    dataset, people, verb, states, batches, asker, wishes
):
    action, actor = actions[Job, verb], Actor.for_user(people[asker])

    def compare() -> None:
        jobs = make(dataset, people, states, batches)
        data = {job.pk: raw(people, wishes[at % len(wishes)]) for at, job in enumerate(jobs)}
        each = in_vain(lambda: one_by_one(action, jobs, actor, lambda job: data[job.pk]))
        many = in_vain(lambda: together(action, jobs, actor, lambda job: data[job.pk]))
        assert many == each

    in_vain(compare)


def test_every_verb_of_the_bulk_bar_and_no_other_is_done_in_bulk():
    assert {action.verb for action in actions_of(Job) if action.in_bulk} == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_ten_times_the_jobs_take_no_more_queries(dataset, people, verb, count_queries):
    wish = {"annotator": people["kim"].pk, "reviewer": people["ana"].pk, "priority": 5}
    stopped = verb in ("resume", "archive")
    state = {
        "stopped_at": NOW if stopped else None,
        "archived_at": NOW if verb == "unarchive" else None,
        "annotator": people["ana"],
        "reviewer": people["kim"],
    }
    batch = BatchFactory.create(dataset=dataset)
    few = [JobFactory.create(batch=batch, **state) for _number in range(3)]
    many = [JobFactory.create(batch=batch, **state) for _number in range(30)]
    actor = Actor.for_user(people["max"])

    def bulk(jobs):
        chosen = Job.objects.filter(pk__in=[job.pk for job in jobs])
        return lambda: in_vain(lambda: perform_many(actions[Job, verb], chosen, actor, wish))

    assert count_queries(bulk(few)) == count_queries(bulk(many)) <= 14


def test_a_verb_that_is_not_made_for_bulk_is_performed_one_after_the_other(dataset, people):
    batch = BatchFactory.create(dataset=dataset)
    jobs = [JobFactory.create(batch=batch, annotator=people["ana"], size=1) for _number in "ab"]
    Job.objects.filter(pk=jobs[1].pk).update(annotator=None)
    chosen = Job.objects.filter(batch=batch)
    found = perform_many(actions[Job, "release"], chosen, Actor.for_user(people["max"]))
    assert told(found[jobs[0].pk])[0] == "changed"
    assert told(found[jobs[1].pk])[:2] == ("Forbidden", "Nobody has this job.")
    assert Event.objects.filter(verb="release").count() == 1


def test_what_is_left_alone_and_what_is_gone_has_no_answer(dataset, people):
    batch = BatchFactory.create(dataset=dataset)
    jobs = [JobFactory.create(batch=batch) for _number in range(3)]
    gone = jobs[2].pk
    jobs[2].delete()
    chosen = Job.objects.filter(pk__in=[jobs[0].pk, jobs[1].pk, gone])
    found = perform_many(
        actions[Job, "stop"],
        chosen,
        Actor.for_user(people["max"]),
        lambda job: None if job.pk == jobs[0].pk else {},
    )
    assert list(found) == [jobs[1].pk]
    assert list(Job.objects.filter(stopped_at=None)) == [jobs[0]]


def test_who_changes_a_job_at_the_same_moment_wins_and_the_others_go_on(
    dataset, people, monkeypatch
):
    batch = BatchFactory.create(dataset=dataset)
    jobs = [JobFactory.create(batch=batch, annotator=people["ana"]) for _number in range(4)]
    assign = actions[Job, "assign"]
    check = type(assign).check

    def meanwhile(self, change):
        check(self, change)
        if change.obj.pk == jobs[1].pk:
            Job.objects.filter(pk=jobs[1].pk).update(annotator=people["kim"])
        if change.obj.pk == jobs[2].pk:
            Job.objects.filter(pk=jobs[2].pk).update(stage="acceptance", state="completed")

    monkeypatch.setattr(type(assign), "check", meanwhile)
    chosen = Job.objects.filter(batch=batch)
    found = perform_many(
        assign, chosen, Actor.for_user(people["max"]), {"annotator": people["ben"].pk}
    )
    answers = [told(found[job.pk]) for job in jobs]
    assert [answer[0] for answer in answers] == ["changed", "Conflict", "Conflict", "changed"]
    assert "Somebody changed this at the same moment" in answers[1][1]
    assert "not possible now" in answers[2][1]
    holders = Job.objects.order_by("pk").values_list("annotator__username", flat=True)
    assert list(holders) == ["ben", "kim", "ana", "ben"]
    assert Event.objects.count() == 2


def test_each_job_may_get_another_value_in_one_update(dataset, people, count_queries):
    batch = BatchFactory.create(dataset=dataset)
    jobs = [JobFactory.create(batch=batch, annotator=people["ana"]) for _number in range(9)]
    days = {job.pk: f"2030-05-{day:02}T10:00" for day, job in enumerate(jobs, 1)}
    chosen = Job.objects.filter(batch=batch)
    actor = Actor.for_user(people["max"])
    perform_many(actions[Job, "set-due"], chosen, actor, lambda job: {"due_at": days[job.pk]})
    due = Job.objects.order_by("pk").values_list("due_at__day", flat=True)
    assert list(due) == list(range(1, 10))
    givers = [people["kim"], people["ben"], None]
    to = {job.pk: givers[place % 3] for place, job in enumerate(jobs)}
    wish = {pk: {"annotator": person.pk if person else ""} for pk, person in to.items()}
    perform_many(actions[Job, "assign"], chosen, actor, lambda job: wish[job.pk])
    assert [job.annotator for job in Job.objects.order_by("pk")] == givers * 3


def test_a_deactivated_manager_changes_nothing_in_bulk(dataset, people):
    job = JobFactory.create(batch=BatchFactory.create(dataset=dataset))
    Membership.objects.filter(user=people["max"]).update(deactivated_at=NOW)
    found = perform_many(actions[Job, "stop"], Job.objects.all(), Actor.for_user(people["max"]))
    assert told(found[job.pk])[0] == "Forbidden"


def test_a_thousand_jobs_take_no_more_queries_than_ten(
    team, batch, manager, actor_for, annotator, annotator2, count_queries
):
    def queries(count) -> int:
        made = Job.objects.bulk_create(
            JobFactory.build(
                batch=batch,
                team=team,
                project=batch.project,
                dataset=batch.dataset,
                created_by=manager,
                annotator=annotator,
                number=number,
                name=f"{count} {number}",
            )
            for number in range(count * 10, count * 11)
        )
        keys = [job.pk for job in made]
        operation = engine.start(
            "change-jobs",
            actor_for(manager),
            team,
            {"verb": "assign", "annotator": annotator2.pk, "jobs": keys},
        )
        counted = count_queries(lambda: engine.run(operation.pk))
        operation.refresh_from_db()
        assert operation.result["changed"] == count
        return counted

    queries(2)  # the team's first operation makes more of its own rows
    assert queries(10) == queries(1000)
