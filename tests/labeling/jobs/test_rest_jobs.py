"""Batches and jobs by a script: made, found, moved on by verbs, counted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from labeling.jobs.models import Batch, Job
from labeling.operations import engine
from labeling.operations.kinds import kinds
from tests.factories import (
    BatchFactory,
    DatasetFactory,
    JobFactory,
    LabelClassFactory,
    ProjectFactory,
    TagDefinitionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(team, manager):
    """Six pictures of a project with one class."""
    project = ProjectFactory.create(team=team, created_by=manager)
    LabelClassFactory.create(project=project, name="lemon")
    TagDefinitionFactory.create(project=project, name="ripe")
    return DatasetFactory.create(project=project, size=6)


@pytest.fixture
def max_(api_for, manager):
    """The manager's script."""
    return api_for(manager)


def ids(answer) -> list[int]:
    return [row["id"] for row in answer.json()["results"]]


def test_a_batch_needs_no_more_than_its_dataset_and_a_name(
    max_, dataset, manager, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = max_.post("/api/batches/", {"dataset": dataset.pk, "name": "All"})
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert shown["created_by"] == {"id": manager.pk, "login": "max", "name": "Max"}
    assert (shown["split"], shown["priority"], shown["needs_review"]) == ("ordered", 3, True)
    assert shown["allow_own_review"] is False
    assert shown["classes"] == [dataset.project.classes.get().pk]
    assert shown["tags"] == [dataset.project.tag_definitions.get().pk]
    found = max_.get(f"/api/batches/{shown['id']}/").json()
    assert (found["status"], found["job_count"], found["items"]) == ("processing", 1, 6)
    (job,) = max_.get(f"/api/jobs/?batch={shown['id']}").json()["results"]
    assert (job["annotator"], job["status"], job["items"]) == (None, "pending", 6)


def test_jobs_are_made_for_people_in_one_request(max_, dataset, annotator, annotator2, reviewer):
    due = timezone.now() + timedelta(days=2)
    body = {
        "dataset": dataset.pk,
        "name": "Shared",
        "people": [annotator.pk, annotator2.pk],
        "reviewer": reviewer.pk,
        "classes": [dataset.project.classes.get().pk],
        "tags": [],
        "priority": 5,
        "due_at": due.isoformat(),
        "objects_limit": 10,
        "item_ids": [item.pk for item in dataset.items.all()[:4]],
    }
    answer = max_.post("/api/jobs/", body)
    assert answer.status_code == 201, answer.content
    jobs = answer.json()
    assert [(job["annotator"]["login"], job["items"]) for job in jobs] == [("ana", 2), ("ben", 2)]
    assert {job["reviewer"]["login"] for job in jobs} == {"kim"}
    assert {job["priority"] for job in jobs} == {5}
    assert datetime.fromisoformat(jobs[0]["due_at"]) == due
    batch = Batch.objects.get()
    assert (batch.objects_limit, batch.tags.count()) == (10, 0)


def test_a_batch_that_is_not_made_at_once_is_answered_as_it_is(max_, dataset, monkeypatch):
    monkeypatch.setattr(kinds["launch-batch"], "run_chunk", lambda *_args: 1 / 0)
    answer = max_.post("/api/jobs/", {"dataset": dataset.pk, "name": "Broken"})
    assert answer.status_code == 202
    operation = max_.get(f"/api/operations/{answer.json()['operation']}/").json()
    assert operation["subject_type"] == "jobs.batch"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"dataset": 999}, "dataset"),
        ({"dataset": None}, "dataset"),
        ({"dataset": "x"}, "dataset"),
        ({"name": ""}, "name"),
        ({"people": [999]}, "people"),
        ({"people": "all"}, "people"),
        ({"split": "fairly"}, "split"),
        ({"split": "segments"}, "segment_size"),
        ({"segment_size": 2**70}, "segment_size"),
        ({"priority": 6}, "priority"),
        ({"due_at": "tomorrow"}, "due_at"),
        ({"first": 4, "last": 2}, "last"),
        ({"item_ids": [10**30]}, "item_ids"),
        ({"annotators": []}, "annotators"),
        ({"needs_review": "maybe"}, "needs_review"),
    ],
)
def test_what_does_not_fit_a_batch_is_told_by_field(max_, dataset, change, field):
    body = {"dataset": dataset.pk, "name": "All", **change}
    for url in ("/api/jobs/", "/api/batches/"):
        answer = max_.post(url, body)
        assert answer.status_code == 400, answer.content
        assert answer.json()["errors"][field][0]
    assert not Batch.objects.exists()


def test_who_may_not_make_jobs_is_told(api_for, annotator, outsider, dataset):
    body = {"dataset": dataset.pk, "name": "All"}
    assert api_for(annotator).post("/api/jobs/", body).status_code == 403
    answer = api_for(outsider).post("/api/jobs/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"dataset": ["There is none of this id."]}


def test_editing_a_batch_keeps_what_is_not_sent(max_, batch):
    Batch.objects.filter(pk=batch.pk).update(description="Lemons", needs_review=False)
    answer = max_.post(f"/api/batches/{batch.pk}/edit/", {"priority": 5})
    assert answer.status_code == 200, answer.content
    shown = answer.json()
    assert (shown["priority"], shown["description"], shown["needs_review"]) == (5, "Lemons", False)
    assert shown["name"] == batch.name


def test_jobs_are_found_by_every_filter(max_, job, submitted, batch, manager, annotator, reviewer):
    other = JobFactory.create(
        batch=BatchFactory.create(dataset=batch.dataset),
        name="kiwis",
        reviewer=reviewer,
        priority=1,
        due_at=datetime(2020, 1, 1, tzinfo=UTC),
        created_by=reviewer,
    )
    finds = {
        f"annotator={annotator.pk}": job,
        "annotator=pool": other,
        "reviewer=none": job,
        f"reviewer={reviewer.pk}": other,
        f"batch={batch.pk}": job,
        "status=on_review&status=stopped": job,
        "stage=annotation&state=completed": job,
        "state=new": other,
        "priority=1": other,
        "overdue=true": other,
        "overdue=false": job,
        "q=kiw": other,
        "created_by=me": job,
        "due_before=2020-02-01": other,
        f"created_by={reviewer.pk}&annotator=pool&overdue=true&type=annotation": other,
    }
    for query, found in finds.items():
        assert ids(max_.get(f"/api/jobs/?{query}")) == [found.pk], query
    both = {other.pk, job.pk}
    for query in (f"project={job.project_id}", f"dataset={job.dataset_id}", f"team={job.team_id}"):
        assert set(ids(max_.get(f"/api/jobs/?{query}"))) == both, query


def test_archived_jobs_are_hidden_in_lists_and_found_by_their_id(max_, job, manager, act):
    act(manager, job, "stop")
    act(manager, job, "archive")
    assert ids(max_.get("/api/jobs/")) == []
    assert ids(max_.get("/api/jobs/?archived=yes")) == [job.pk]
    assert max_.get(f"/api/jobs/{job.pk}/").json()["archived_at"]
    assert max_.post(f"/api/jobs/{job.pk}/unarchive/").status_code == 200
    assert ids(max_.get("/api/jobs/")) == [job.pk]


def test_verbs_are_those_that_one_may_do_now(api_for, job, manager, annotator, viewer, reviewer):
    url = f"/api/jobs/{job.pk}/"
    assert {"start", "submit", "release", "comment"} == verbs(api_for(annotator), url)
    assert {"stop", "assign", "set-due"} <= verbs(api_for(manager), url)
    assert verbs(api_for(viewer), url) == set()
    assert "start-review" not in verbs(api_for(reviewer), url)
    assert api_for(annotator).post(f"{url}start/").json()["status"] == "in_progress"
    assert "start" not in verbs(api_for(annotator), url)


def verbs(client, url) -> set[str]:
    return set(client.get(url).json()["verbs"])


def test_a_job_goes_through_its_life_by_post(api_for, job, annotator, reviewer, manager):
    ana, kim, url = api_for(annotator), api_for(reviewer), f"/api/jobs/{job.pk}/"
    assert ana.post(f"{url}start/").status_code == 200
    early = ana.post(f"{url}submit/", {})
    assert early.status_code == 409
    assert (early.json()["left"], early.json()["state"]) == (3, "annotation in_progress")
    items = ids(ana.get(f"/api/job-items/?job={job.pk}"))
    for key in items:
        assert ana.post(f"/api/job-items/{key}/confirm-item/").json()["state"] == "done"
    submitted = ana.post(f"{url}submit/").json()
    assert (submitted["status"], submitted["done"]) == ("on_review", 3)
    assert ana.post(f"{url}start-review/").status_code == 403
    assert kim.post(f"{url}start-review/").json()["reviewer"]["login"] == "kim"
    no = kim.post(f"/api/job-items/{items[0]}/reject-item/", {"reason": "too loose"})
    assert (no.json()["state"], no.json()["reason"]) == ("rejected", "too loose")
    assert no.json()["job"]["rejected"] == 1
    assert kim.post(f"/api/job-items/{items[1]}/reject-item/", {}).status_code == 400
    undecided = kim.post(f"{url}complete/")
    assert (undecided.status_code, undecided.json()["undecided"]) == (409, 2)
    done = kim.post(f"{url}complete/", {"accept_rest": True}).json()
    assert (done["status"], done["accepted"], done["rejected"]) == ("completed", 2, 1)
    again = kim.post(f"{url}restart/")
    assert again.status_code == 201
    assert (again.json()["type"], again.json()["parent"], again.json()["items"]) == (
        "rework",
        job.pk,
        1,
    )
    twice = kim.post(f"{url}restart/")
    assert (twice.status_code, twice.json()["job"]) == (409, again.json()["id"])
    copy = api_for(manager).post(f"{url}clone/")
    assert (copy.status_code, copy.json()["items"], copy.json()["parent"]) == (201, 3, job.pk)


def test_take_next_answers_the_job_or_says_that_the_pool_is_empty(api_for, team, batch, annotator):
    waiting = JobFactory.create(batch=batch, size=1)
    ana, url = api_for(annotator), f"/api/teams/{team.pk}/take-next/"
    answer = ana.post(url)
    assert (answer.status_code, answer.json()["id"]) == (201, waiting.pk)
    assert answer.json()["annotator"]["login"] == "ana"
    assert ana.post(url).json()["id"] == waiting.pk, "one's own unfinished job first"
    ana.post(f"/api/jobs/{waiting.pk}/submit/", {"anyway": True})
    answer = ana.post(url)
    assert (answer.status_code, answer.json()["state"]) == (409, "empty")


def test_statistics_count_classes_tags_and_items(api_for, viewer, outsider, job):
    lemon = job.project.classes.get()
    ripe = job.project.tag_definitions.get()
    first = job.job_items.first()
    box = {"id": "a", "class": lemon.pk, "shape": "rectangle", "points": [[1, 1], [5, 5]]}
    document = {
        "objects": [{**box, "tags": [{"tag": ripe.pk, "value": "very"}]}, {**box, "id": "b"}],
        "tags": [],
    }
    first.annotation.document = document
    first.annotation.object_count = 2
    first.annotation.save()
    shown = api_for(viewer).get(f"/api/jobs/{job.pk}/statistics/").json()
    assert shown == {
        "items": 3,
        "objects": 2,
        "empty": 2,
        "classes": [{"id": lemon.pk, "name": "lemon", "objects": 2, "items": 1}],
        "tags": [
            {
                "id": ripe.pk,
                "name": "ripe",
                "images": 0,
                "objects": 1,
                "values": [["very", 1]],
            }
        ],
    }
    items = api_for(viewer).get(f"/api/job-items/?job={job.pk}").json()["results"]
    assert [item["object_count"] for item in items] == [2, 0, 0]
    assert api_for(outsider).get(f"/api/jobs/{job.pk}/statistics/").status_code == 404


def test_drawing_jobs_in_every_state_asks_no_more_for_more_of_them(
    max_, api_for, reviewer, batch, annotator, count_queries
):
    def grow(number: int) -> None:
        for _ in range(number):
            fresh = BatchFactory.create(dataset=batch.dataset)
            for stage, state in (
                ("annotation", "new"),
                ("annotation", "rejected"),
                ("annotation", "completed"),
                ("validation", "in_progress"),
                ("acceptance", "completed"),
            ):
                JobFactory.create(batch=fresh, annotator=annotator, stage=stage, state=state)
            JobFactory.create(batch=fresh, stopped_at=timezone.now(), rejected=0)

    for client in (max_, api_for(reviewer), api_for(annotator)):
        grow(1)
        client.get("/api/jobs/")
        few = count_queries(lambda client=client: client.get("/api/jobs/"))
        grow(2)
        assert count_queries(lambda client=client: client.get("/api/jobs/")) == few
    assert Job.objects.count() > 50


def test_many_jobs_are_changed_at_once_and_taken_back(max_, team, batch, annotator, act, manager):
    jobs = [JobFactory.create(batch=batch, size=1) for _ in range(3)]
    act(manager, jobs[2], "stop")
    body = {"team": team.pk, "verb": "assign", "jobs": [job.pk for job in jobs]}
    started = max_.post("/api/jobs/change/", {**body, "annotator": annotator.pk})
    assert started.status_code == 202, started.content
    key = started.json()["id"]
    engine.run(key)
    done = max_.get(f"/api/operations/{key}/").json()
    assert done["result"] == {"changed": 2, "skipped": 0, "refused": 1}
    rows = max_.get(f"/api/operations/{key}/rows/?outcome=error").json()["results"]
    assert "is not possible now" in rows[0]["message"]
    assert Job.objects.filter(annotator=annotator).count() == 2

    undo = max_.post("/api/jobs/undo-change/", {"operation": key}).json()["id"]
    assert max_.post("/api/jobs/undo-change/", {"operation": key}).json()["id"] == undo
    engine.run(undo)
    assert not Job.objects.filter(annotator=annotator).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"team": 999}, "team"),
        ({"verb": "delete"}, "verb"),
        ({"jobs": []}, "jobs"),
        ({"jobs": [999]}, "jobs"),
        ({"jobs": [10**30]}, "jobs"),
        ({"verb": "assign"}, "annotator"),
        ({"verb": "assign", "annotator": 999}, "annotator"),
        ({"verb": "spread", "people": []}, "people"),
        ({"verb": "set-due", "due_at": "soon"}, "due_at"),
        ({"prio": 5}, "prio"),
    ],
)
def test_a_change_of_many_that_does_not_fit_changes_nothing(max_, team, job, change, field):
    body = {"team": team.pk, "verb": "stop", "jobs": [job.pk], **change}
    answer = max_.post("/api/jobs/change/", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][field]
    assert max_.get("/api/operations/").json()["count"] == 0


def test_who_may_not_change_many_is_told(api_for, annotator, outsider, team, job, max_):
    body = {"team": team.pk, "verb": "stop", "jobs": [job.pk]}
    assert api_for(annotator).post("/api/jobs/change/", body).status_code == 403
    assert "team" in api_for(outsider).post("/api/jobs/change/", body).json()["errors"]
    key = max_.post("/api/jobs/change/", body).json()["id"]
    undo = api_for(outsider).post("/api/jobs/undo-change/", {"operation": key})
    assert undo.json()["errors"] == {"operation": ["There is none of this id."]}
    early = max_.post("/api/jobs/undo-change/", {"operation": key})
    assert early.status_code == 409
