"""recount: a team's counts, counted afresh and mended while people work."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from labeling.core import recounting
from labeling.core.errors import Conflict, Forbidden
from labeling.jobs.models import Annotation, Job
from labeling.operations import engine
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.models import Dataset, Item
from labeling.projects.operations.recounting import Look
from tests.factories import BatchFactory, DatasetFactory, JobFactory


@pytest.fixture
def job(dataset) -> Job:
    """A job of three items."""
    return JobFactory.create(batch=BatchFactory.create(dataset=dataset), size=3)


def run(operation: Operation) -> Operation:
    """To its end."""
    engine.run(operation.pk)
    operation.refresh_from_db()
    return operation


def test_when_all_is_right_it_says_so(job, team, manager, do):
    done = run(do(manager, team, "recount").outcome)
    assert (done.status, done.done, done.total) == (Status.COMPLETE, 8, 8)
    assert done.message == "8 objects looked at: every count was right"
    assert not done.rows.exists()


def test_each_difference_is_a_row_and_mended(job, dataset, team, manager, do):
    Dataset.objects.update(item_count=7)
    Job.objects.update(items=9, done=4)
    Annotation.objects.filter(job_item__position=2).update(object_count=5)
    item = Item.objects.latest("pk")
    Item.objects.filter(pk=item.pk).update(object_count=2)
    done = run(do(manager, team, "recount").outcome)
    assert done.result == {"looked_at": 8, "mended": 5}
    assert done.message == "8 objects looked at: 5 counts mended"
    told = [(row.number, row.name, row.message) for row in done.rows.in_order()]
    assert told[:4] == [
        (1, f"dataset {dataset.pk} item_count", "stored 7, counted 3; mended"),
        (2, f"item {item.pk} object_count", "stored 2, counted 0; mended"),
        (3, f"job {job.pk} items", "stored 9, counted 3; mended"),
        (4, f"job {job.pk} done", "stored 4, counted 0; mended"),
    ]
    call_command("recount", "--check")


def test_another_team_is_left_alone(job, team, manager, do):
    theirs = DatasetFactory.create(size=1)
    Dataset.objects.update(item_count=9)
    done = run(do(manager, team, "recount").outcome)
    assert done.result["mended"] == 1
    assert Dataset.objects.get(pk=theirs.pk).item_count == 9


def test_in_small_chunks_it_finds_the_same(job, team, manager, do, monkeypatch):
    monkeypatch.setattr(recounting, "ROWS_AT_ONCE", 1)
    Item.objects.update(object_count=2)
    done = run(do(manager, team, "recount").outcome)
    assert (done.done, done.total, done.result["mended"]) == (8, 8, 3)
    assert [row.number for row in done.rows.in_order()] == [1, 2, 3]


def test_what_somebody_put_right_meanwhile_is_no_difference(job, team, manager, do, monkeypatch):
    kind = kinds["recount"]
    seemed = Look(keys=[job.pk], wrong=[job.pk])
    work = do(manager, team, "recount").outcome
    prepare = kind.prepare

    def looked_too_early(chunk):
        counters = list(chunk.plan["counters"])
        at_jobs = chunk.cursor and counters[chunk.cursor["counter"]] == "jobs"
        return seemed if at_jobs and not chunk.cursor["after"] else prepare(chunk)

    monkeypatch.setattr(kind, "prepare", looked_too_early)
    assert run(work).result["mended"] == 0


def test_one_at_a_time_in_a_team(team, manager, do):
    do(manager, team, "recount")
    with pytest.raises(Conflict, match="already"):
        do(manager, team, "recount")


@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer", "outsider"])
def test_only_managers_and_owners_recount(role, request, team, do):
    with pytest.raises(Forbidden):
        do(request.getfixturevalue(role), team, "recount")


def test_it_is_started_from_the_operations_page(team, owner, viewer, client_for):
    page, url = (
        reverse("operations:list", args=[team.pk]),
        reverse("projects:recount", args=[team.pk]),
    )
    assert url in client_for(owner).get(page).content.decode()
    assert url not in client_for(viewer).get(page).content.decode()
    answer = client_for(owner).post(url)
    assert answer.status_code == 302
    assert answer["Location"] == Operation.objects.get(kind="recount").get_absolute_url()


def test_scripts_start_it_too(team, manager, api_for):
    answer = api_for(manager).post(f"/api/teams/{team.pk}/recount/")
    assert (answer.status_code, answer.json()["kind"]) == (201, "recount")
