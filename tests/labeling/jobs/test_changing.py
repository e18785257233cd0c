"""Changing many jobs at once: a frozen plan, a result for each row, and the way back."""

import pytest
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.jobs.models import Event, Job
from labeling.jobs.operations import job_tasks
from labeling.operations import engine
from labeling.operations.models import Operation
from tests.factories import JobFactory


@pytest.fixture
def jobs(batch, annotator) -> list[Job]:
    """Three of Ana's jobs."""
    return [JobFactory.create(batch=batch, annotator=annotator, size=1) for _number in range(3)]


@pytest.fixture
def change(team, manager, actor_for):
    """Starts a change and runs it to its end: `change("stop", jobs)`."""

    def run(verb, jobs, user=manager, **data) -> Operation:
        keys = [job.pk for job in jobs]
        operation = engine.start(
            "change-jobs", actor_for(user), team, {"verb": verb, "jobs": keys, **data}
        )
        engine.run(operation.pk)
        operation.refresh_from_db()
        return operation

    return run


@pytest.fixture
def undo(team, manager, actor_for):
    """Takes a change back, to its end."""

    def run(operation: Operation, user=manager) -> Operation:
        started = engine.start(
            "undo-change-jobs", actor_for(user), team, {"operation": operation.pk}
        )
        engine.run(started.pk)
        started.refresh_from_db()
        return started

    return run


def values(jobs, *names) -> list[tuple]:
    """These columns of the jobs as they are stored now."""
    stored = {job.pk: job for job in Job.objects.all()}
    return [tuple(getattr(stored[job.pk], name) for name in names) for job in jobs]


def outcomes(operation) -> list[tuple[str, str]]:
    """How each row went."""
    return list(operation.rows.values_list("outcome", "message"))


def test_each_job_gets_the_verb_and_a_line_of_history(change, jobs, annotator2, manager):
    operation = change("assign", jobs, annotator=annotator2.pk)
    assert operation.status == "complete"
    assert values(jobs, "annotator_id") == [(annotator2.pk,)] * 3
    assert outcomes(operation) == [("ok", "")] * 3
    assert operation.result == {"changed": 3, "skipped": 0, "refused": 0}
    assert Event.objects.filter(verb="assign", actor=manager).count() == 3


@pytest.mark.parametrize(
    ("verb", "data", "column"),
    [
        ("set-priority", {"priority": 5}, "priority"),
        ("set-due", {"due_at": "2030-01-02T10:00:00+01:00"}, "due_at"),
        ("stop", {}, "stopped_at"),
    ],
)
def test_every_verb_is_taken_back(change, undo, jobs, verb, data, column):
    before = values(jobs, column)
    operation = change(verb, jobs, **data)
    assert values(jobs, column) != before
    assert undo(operation).result["changed"] == 3
    assert values(jobs, column) == before


def test_reviewers_are_set_and_taken_back_to_nobody(change, undo, jobs, reviewer):
    operation = change("set-reviewer", jobs, reviewer=reviewer.pk)
    assert values(jobs, "reviewer_id") == [(reviewer.pk,)] * 3
    undo(operation)
    assert values(jobs, "reviewer_id") == [(None,)] * 3


def test_archived_jobs_come_back_and_stopped_ones_resume(change, undo, jobs):
    change("stop", jobs)
    operation = change("archive", jobs)
    assert all(archived for (archived,) in values(jobs, "archived_at"))
    undo(operation)
    assert values(jobs, "archived_at") == [(None,)] * 3
    change("resume", jobs)
    assert values(jobs, "status") == [("pending",)] * 3


def test_an_undo_is_itself_undone(change, undo, jobs, annotator, annotator2):
    there = change("assign", jobs, annotator=annotator2.pk)
    back = undo(there)
    assert values(jobs, "annotator_id") == [(annotator.pk,)] * 3
    undo(back)
    assert values(jobs, "annotator_id") == [(annotator2.pk,)] * 3


def test_rows_that_cannot_change_say_why_and_the_rest_goes_on(
    change, act, jobs, manager, annotator2
):
    act(manager, jobs[0], "stop")
    operation = change("archive", jobs)
    assert operation.status == "complete"
    assert operation.error_count == 2
    (first, second, third) = outcomes(operation)
    assert first == ("ok", "")
    assert second[0] == third[0] == "error"
    assert "not possible now" in second[1]
    assert [bool(archived) for (archived,) in values(jobs, "archived_at")] == [True, False, False]


def test_what_is_so_already_is_left_alone(change, undo, jobs, annotator, annotator2, act, manager):
    act(manager, jobs[0], "assign", annotator=annotator2.pk)
    operation = change("assign", jobs, annotator=annotator2.pk)
    assert outcomes(operation)[0] == ("skipped", "It is so already.")
    undo(operation)
    assert values(jobs, "annotator_id") == [(annotator2.pk,), (annotator.pk,), (annotator.pk,)]


def test_an_undo_leaves_alone_what_somebody_changed_since(
    change, undo, act, jobs, manager, annotator, annotator2, reviewer
):
    operation = change("assign", jobs, annotator=annotator2.pk)
    act(manager, jobs[1], "assign", annotator=reviewer.pk)
    back = undo(operation)
    assert outcomes(back)[1] == ("skipped", "Somebody has changed it since.")
    assert values(jobs, "annotator_id") == [(annotator.pk,), (reviewer.pk,), (annotator.pk,)]


def test_an_undo_tells_whom_it_cannot_give_a_job_back_to(change, undo, jobs, annotator, annotator2):
    operation = change("assign", jobs, annotator=annotator2.pk)
    Membership.objects.filter(user=annotator).update(role=Role.VIEWER)
    assert [outcome for outcome, _message in outcomes(undo(operation))] == ["error"] * 3
    assert values(jobs, "annotator_id") == [(annotator2.pk,)] * 3


def test_a_reviewer_gets_no_own_job_and_the_row_says_so(change, jobs, act, manager, reviewer):
    act(manager, jobs[1], "set-reviewer", reviewer=reviewer.pk)
    operation = change("assign", jobs, annotator=reviewer.pk)
    assert [outcome for outcome, _message in outcomes(operation)] == ["ok", "error", "ok"]
    assert "may not review own work" in outcomes(operation)[1][1]


def test_work_is_spread_by_what_people_hold(change, batch, annotator, annotator2, manager):
    JobFactory.create(batch=batch, annotator=annotator, size=4)
    free = [JobFactory.create(batch=batch, size=2) for _number in range(4)]
    operation = change("spread", free, people=[annotator.pk, annotator2.pk])
    assert operation.result["changed"] == 4
    people = [person for (person,) in values(free, "annotator_id")]
    assert people.count(annotator2.pk) == 3
    assert people.count(annotator.pk) == 1


def test_a_spread_is_taken_back_to_the_pool(change, undo, batch, annotator, annotator2):
    free = [JobFactory.create(batch=batch, size=1) for _number in range(3)]
    undo(change("spread", free, people=[annotator.pk, annotator2.pk]))
    assert values(free, "annotator_id") == [(None,)] * 3


@pytest.mark.parametrize(
    ("verb", "data", "field"),
    [
        ("assign", {}, "annotator"),
        ("assign", {"annotator": "0"}, "annotator"),
        ("set-reviewer", {}, "reviewer"),
        ("set-priority", {"priority": 9}, "priority"),
        ("set-due", {"due_at": "soon"}, "due_at"),
        ("spread", {}, "people"),
        ("complete", {}, "verb"),
    ],
)
def test_input_that_no_row_could_take_starts_nothing(change, jobs, verb, data, field):
    with pytest.raises(Invalid) as refused:
        change(verb, jobs, **data)
    assert field in refused.value.errors
    assert not Operation.objects.exists()


def test_nobody_is_a_choice_that_has_to_be_made(change, jobs):
    change("assign", jobs, annotator="none")
    assert values(jobs, "annotator_id") == [(None,)] * 3


def test_people_who_may_not_label_get_no_work(change, jobs, viewer, outsider):
    for person in (viewer, outsider):
        with pytest.raises(Invalid):
            change("assign", jobs, annotator=person.pk)
        with pytest.raises(Invalid):
            change("spread", jobs, people=[person.pk])


def test_jobs_of_another_team_are_no_part_of_it(change, jobs):
    elsewhere = JobFactory.create()
    with pytest.raises(Invalid) as refused:
        change("stop", [*jobs, elsewhere])
    assert str(elsewhere.pk) in str(refused.value.errors)
    assert values(jobs, "stopped_at") == [(None,)] * 3


@pytest.mark.parametrize("who", ["annotator", "reviewer", "viewer"])
def test_only_managers_change_jobs_in_bulk(change, jobs, request, who):
    with pytest.raises(Forbidden):
        change("stop", jobs, user=request.getfixturevalue(who))


def test_a_manager_who_lost_the_role_meanwhile_changes_nothing(
    team, manager, actor_for, jobs, owner
):
    operation = engine.start(
        "change-jobs", actor_for(manager), team, {"verb": "stop", "jobs": [jobs[0].pk]}
    )
    Membership.objects.filter(user=manager).update(role=Role.VIEWER)
    engine.run(operation.pk)
    operation.refresh_from_db()
    assert [outcome for outcome, _message in outcomes(operation)] == ["error"]
    assert values(jobs, "stopped_at") == [(None,)] * 3


def test_many_jobs_go_in_chunks_and_a_retry_doubles_nothing(monkeypatch, change, jobs):
    monkeypatch.setattr(job_tasks, "CHUNK", 2)
    operation = change("set-priority", jobs, priority=4)
    engine.run(operation.pk)
    assert (operation.done, operation.total) == (3, 3)
    assert [row.number for row in operation.rows.all()] == [1, 2, 3]
    assert Event.objects.filter(verb="set-priority").count() == 3


@pytest.fixture
def retry(act, manager):
    """Does the failed rows of a change again, to the end of the operation that does them."""

    def run(operation: Operation) -> Operation:
        again = act(manager, operation, "retry-failed").outcome
        engine.run(again.pk)
        again.refresh_from_db()
        return again

    return run


def test_refused_jobs_alone_are_tried_again(change, retry, undo, jobs, act, manager, annotator2):
    act(manager, jobs[0], "stop")
    act(manager, jobs[2], "stop")
    operation = change("assign", jobs, annotator=annotator2.pk)
    assert [outcome for outcome, _message in outcomes(operation)] == ["error", "ok", "error"]
    act(manager, jobs[0], "resume")
    again = retry(operation)
    assert (again.total, again.result) == (2, {"changed": 1, "skipped": 0, "refused": 1})
    assert [row.data["job"] for row in again.rows.all()] == [jobs[0].pk, jobs[2].pk]
    act(manager, jobs[2], "resume")
    assert retry(again).result["changed"] == 1
    assert values(jobs, "annotator_id") == [(annotator2.pk,)] * 3
    assert undo(again).result["changed"] == 1


def test_each_refused_job_of_a_spread_goes_to_the_same_person_again(
    change, retry, batch, act, manager, annotator, annotator2
):
    free = [JobFactory.create(batch=batch, size=1) for _number in range(4)]
    act(manager, free[3], "stop")
    operation = change("spread", free, people=[annotator.pk, annotator2.pk])
    act(manager, free[3], "resume")
    assert retry(operation).result["changed"] == 1
    people = [person for (person,) in values(free, "annotator_id")]
    assert sorted(people) == sorted([annotator.pk, annotator2.pk] * 2)


def test_what_could_not_be_taken_back_is_tried_again(
    change, undo, retry, jobs, act, manager, annotator, annotator2
):
    operation = change("assign", jobs, annotator=annotator2.pk)
    act(manager, jobs[1], "stop")
    back = undo(operation)
    assert back.result == {"changed": 2, "skipped": 0, "refused": 1}
    act(manager, jobs[1], "resume")
    again = retry(back)
    assert (again.kind, again.total, again.result["changed"]) == ("undo-change-jobs", 1, 1)
    assert values(jobs, "annotator_id") == [(annotator.pk,)] * 3


def test_a_change_that_changed_nothing_cannot_be_undone(change, undo, jobs):
    operation = change("archive", jobs)
    with pytest.raises(Conflict, match="nothing to take back"):
        undo(operation)


@pytest.fixture
def post(client_for, manager, team):
    """Posts the bulk form of the jobs list."""

    def send(user=manager, **data):
        url = reverse("jobs:change-jobs", args=[team.pk])
        return client_for(user).post(url, data)

    return send


@pytest.mark.django_db(transaction=True)
def test_the_selected_rows_are_changed_and_the_list_offers_the_undo(
    post, client_for, manager, team, jobs
):
    url = reverse("jobs:job-list", args=[team.pk])
    chosen = [jobs[0].pk, jobs[2].pk]
    answer = post(verb="stop", selected=chosen, next=f"{url}?q=lemons")
    assert answer.url == f"{url}?q=lemons"
    assert [status for (status,) in values(jobs, "status")] == ["stopped", "pending", "stopped"]
    client = client_for(manager)
    text = client.get(url).content.decode()
    assert "2 jobs changed." in text
    operation = Operation.objects.get()
    undo_url = reverse("jobs:undo-change", args=[operation.pk])
    assert f'action="{undo_url}"' in text
    client.post(undo_url)
    client.post(undo_url)
    assert values(jobs, "status") == [("pending",)] * 3
    assert Operation.objects.count() == 2
    after = client.get(url).content.decode()
    assert "Undo: Stop: 2 jobs" in after
    assert undo_url not in after


@pytest.mark.django_db(transaction=True)
def test_all_that_match_are_changed_as_the_filters_say(post, jobs, batch, team):
    other = JobFactory.create(batch=batch, name="kiwis")
    answer = post(
        verb="set-priority", priority=5, all_matching="1", query="q=lemons", selected=[other.pk]
    )
    assert answer.status_code == 302
    assert values(jobs, "priority") == [(5,)] * 3
    assert values([other], "priority") == [(3,)]


def test_a_wrong_filter_changes_nothing(post, jobs):
    answer = post(verb="stop", all_matching="1", query="colour=red")
    assert answer.status_code == 400
    assert values(jobs, "stopped_at") == [(None,)] * 3


def test_nothing_selected_is_told(post, jobs):
    answer = post(verb="stop")
    assert answer.status_code == 400
    assert "Select at least one row" in answer.content.decode()


def test_an_outsider_finds_neither_the_form_nor_the_change(
    post, client_for, outsider, change, jobs
):
    assert post(user=outsider, verb="stop", selected=[jobs[0].pk]).status_code == 404
    operation = change("stop", jobs)
    client = client_for(outsider)
    assert client.get(reverse("jobs:change", args=[operation.pk])).status_code == 404
    assert client.post(reverse("jobs:undo-change", args=[operation.pk])).status_code == 404


def test_a_running_change_asks_again_and_a_finished_one_refreshes_the_list(
    team, manager, actor_for, client_for, jobs
):
    operation = engine.start(
        "change-jobs", actor_for(manager), team, {"verb": "stop", "jobs": [jobs[0].pk]}
    )
    url, client = reverse("jobs:change", args=[operation.pk]), client_for(manager)
    running = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{url}"' in running
    engine.run(operation.pk)
    finished = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{url}"' not in finished
    assert 'hx-target="#results"' in finished
