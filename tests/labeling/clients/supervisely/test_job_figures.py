"""Figures, activity, and the end of jobs."""

from typing import Any

import pytest

from labeling.core.errors import Conflict
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.states import BatchStatus
from labeling.projects.models import Item
from tests.labeling.clients.supervisely.work import act


def test_the_figures_of_a_job_are_those_of_its_labels(told, manager, annotator, dataset, job):
    lemon = dataset.project.classes.get(name="lemon")
    first, second = job.job_items.order_by("position")[:2]
    box = {"class": lemon.pk, "shape": "rectangle", "points": [[1, 1], [9, 9]], "tags": []}
    boxes = [{**box, "id": f"box-{number}", "source": "person"} for number in (1, 2)]
    document = {"objects": boxes, "tags": []}
    act(annotator, first, "save-annotation", version=0, document=document)
    act(annotator, first, "confirm-item")
    act(annotator, second, "confirm-item")
    stats = told(manager, "jobs.stats", id=job.pk)
    assert stats["job"]["imagesCount"] == 6
    assert stats["job"]["finishedImagesCount"] == 2
    [row] = stats["classes"]
    assert (row["name"], row["shape"]) == ("lemon", "rectangle")
    assert (row["labelsCount"], row["imagesCount"]) == (2, 1)
    images = {each["id"]: each for each in stats["images"]["images"]}
    assert stats["images"]["total"] == len(images) == 6
    assert images[first.item_id]["labelsCount"] == 2
    assert images[first.item_id]["reviewStatus"] == "done"
    assert told(manager, "jobs.stats", id=job.pk, withEntitiesStats=False)["images"]["images"] == []


def condition(field: str, value: Any, operator: str = "=") -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def test_the_activity_of_a_job_is_its_history(told, refused, manager, reviewer, submitted, team):
    act(reviewer, submitted, "start-review")
    act(reviewer, submitted.job_items.first(), "reject-item", reason="blurred")

    def log(*conditions: Any, **body: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = told(
            manager, "teams.activity", teamId=team.pk, filter=list(conditions), **body
        )["entities"]
        return rows

    of_job = condition("jobId", submitted.pk)
    rows = log(of_job)
    assert [row["action"] for row in rows][:2] == ["image_review_status_updated", "start_review"]
    assert rows[0]["meta"] == {"reviewStatus": "rejected"}
    assert rows[0]["user"] == "kim"
    assert rows[0]["job"] == submitted.name
    assert rows[-1]["action"] == "launch"
    decided = log(of_job, condition("type", ["image_review_status_updated"], "in"))
    assert len(decided) == 7
    assert len(log(of_job, condition("reviewStatus", "rejected"))) == 1
    assert len(log(of_job, condition("userId", reviewer.pk))) == 2
    assert log(of_job, condition("date", "2999-01-01T00:00:00Z", ">=")) == []
    assert len(log(of_job, condition("date", rows[0]["date"], "<="))) >= len(rows) - 1
    assert len(log(of_job, sort="date", sort_order="asc")) == len(rows)
    status, _text = refused(
        manager, "teams.activity", teamId=team.pk, filter=[condition("date", "yesterday", ">=")]
    )
    assert status == 400


def test_jobs_are_removed_for_good_and_the_batch_remembers(
    told, refused, manager, add, annotator, annotator2
):
    first, second = add(annotator, annotator2)
    batch = Job.objects.get(pk=first).batch
    told(manager, "jobs.bulk.remove", ids=[first])
    assert refused(manager, "jobs.info", id=first)[0] == 404
    line = Event.objects.get(batch=batch, verb="delete")
    assert line.data["name"].startswith("lemons")
    assert Item.objects.count() == 6
    told(manager, "jobs.bulk.remove", ids=[second])
    batch.refresh_from_db()
    assert (batch.jobs.count(), batch.status) == (0, BatchStatus.CANCELED)


def test_of_several_jobs_all_are_removed_or_none(refused, manager, annotator, job):
    assert refused(manager, "jobs.bulk.remove", ids=[job.pk, 10**9])[0] == 404
    assert refused(annotator, "jobs.bulk.remove", ids=[job.pk])[0] == 403
    job.refresh_from_db()
    assert job.archived_at is None


def test_jobs_are_archived_and_taken_back_together(told, manager, add, annotator, annotator2):
    keys = add(annotator, annotator2)
    told(manager, "jobs.bulk.archive", ids=keys)
    assert Job.objects.exclude(archived_at=None).count() == 2
    told(manager, "jobs.bulk.unarchive", ids=keys)
    assert Job.objects.filter(archived_at=None).count() == 2


@pytest.fixture
def queue(told, manager, annotator, annotator2, reviewer, dataset) -> int:
    """A queue of all pictures for Ana, reviewed by Kim."""
    key: int = told(
        manager,
        "labeling-queues.add",
        name="lemons for all",
        datasetId=dataset.pk,
        userIds=[annotator.pk],
        reviewerIds=[reviewer.pk],
        readme="read this",
        meta={"classes": ["lemon"], "imageFiguresLimit": 0, "hideFigureAuthor": False},
    )["id"]
    return key


def test_a_queue_is_a_pool_for_its_people(
    told, manager, annotator, annotator2, reviewer, team, queue
):
    info = told(manager, "labeling-queues.info", id=queue)
    assert (info["name"], info["status"]) == ("lemons for all", "pending")
    assert info["labelers"] == [{"id": annotator.pk}]
    assert info["reviewers"] == [{"id": reviewer.pk}]
    assert (info["entitiesCount"], info["pendingCount"], info["inProgressCount"]) == (6, 6, 0)
    [key] = [each["id"] for each in info["jobs"]]
    assert told(manager, "jobs.info", id=key)["labelingQueueId"] == queue

    with pytest.raises(Conflict):
        act(annotator2, team, "take-next")
    job = act(annotator, team, "take-next").outcome
    for place in job.job_items.all()[:4]:
        act(annotator, place, "confirm-item")
    info = told(manager, "labeling-queues.info", id=queue)
    assert (info["inProgressCount"], info["annotatedCount"], info["pendingCount"]) == (2, 4, 0)
    assert info["status"] == "in_progress"
    [row] = told(manager, "labeling-queues.list", teamId=team.pk)["entities"]
    assert row == info

    page = {"id": queue, "page": 1, "per_page": 25, "sort": "name", "sort_order": "asc"}
    images = told(manager, "labeling-queues.stats.entities", **page)
    assert images["total"] == len(images["images"]) == 6
    done = told(manager, "labeling-queues.stats.entities", **page, entityStatus=["done"])
    assert done["total"] == 4
    waiting = told(manager, "labeling-queues.stats.entities", **page, entityStatus=[None])
    assert waiting["total"] == 0


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        ("stopped", "stopped"),
        ("on_review", "on_review"),
        ("completed", "completed"),
        ("pending", "pending"),
    ],
)
def test_a_queues_status_is_set(told, manager, queue, wanted, seen):
    told(manager, "labeling-queues.set-status", id=queue, status=wanted)
    assert told(manager, "labeling-queues.info", id=queue)["status"] == seen


def test_a_stopped_queue_goes_on(told, manager, queue):
    told(manager, "labeling-queues.set-status", id=queue, status="stopped")
    told(manager, "labeling-queues.set-status", id=queue, status="in_progress")
    assert Batch.objects.get(pk=queue).status == BatchStatus.PROCESSING


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"collectionId": 3}, "collectionId"),
        ({"qualityCheckUserIds": [1]}, "qualityCheckUserIds"),
        ({"queueMeta": {"skipCompleteAnnotationJobOnEmpty": True}}, "skipComplete"),
        ({"meta": {"hideFigureAuthor": True}}, "hideFigureAuthor"),
        ({"userIds": [10**9]}, "userIds"),
        ({"reviewerIds": [10**9]}, "reviewerIds"),
        ({"meta": {"classes": ["plum"]}}, "plum"),
    ],
)
def test_what_a_queue_cannot_be_is_refused_and_makes_nothing(
    refused, manager, annotator, dataset, team, more, words
):
    body = {"name": "no", "datasetId": dataset.pk, "userIds": [annotator.pk], "reviewerIds": []}
    status, text = refused(manager, "labeling-queues.add", **{**body, "meta": {}, **more})
    assert status == 400
    assert words in text
    assert not Batch.objects.exists()
    assert not team.skills.exists()


def test_a_guide_is_the_instructions_of_a_batch(told, refused, add, manager, annotator, team):
    [key] = add(annotator, readme="how to label")
    guide = told(manager, "jobs.info", id=key)["meta"]["guide"]
    [row] = told(manager, "guides.list", teamId=team.pk, filter=[])["entities"]
    assert (row["id"], row["description"], row["teamId"]) == (guide, "how to label", team.pk)
    assert told(manager, "guides.info", id=guide) == row
    [again] = add(annotator, meta={"guide": guide})
    assert told(manager, "jobs.info", id=again)["readme"] == "how to label"
    [without] = add(annotator)
    assert told(manager, "jobs.info", id=without)["meta"]["guide"] is None
    assert refused(manager, "guides.info", id=10**9)[0] == 404


def test_issues_are_remarks_on_jobs(told, refused, manager, annotator, job, team, dataset):
    place = job.job_items.first()
    body = {"teamId": team.pk, "name": "Is this ripe?", "comment": "", "assignees": []}
    status, text = refused(manager, "issues.add", **body)
    assert (status, "x-job-id" in text) == (400, True)
    key = told(manager, "issues.add", **body, jobId=job.pk, imageId=place.item_id)["id"]
    info = told(annotator, "issues.info", id=key)
    assert (info["name"], info["status"], info["userLogin"]) == ("Is this ripe?", "open", "max")
    assert (info["imageId"], info["datasetId"]) == (place.item_id, dataset.pk)

    answer = told(annotator, "issues.comments.add", issueId=key, comment="Yes.")
    assert (answer["comment"], answer["createdByUser"]) == ("Yes.", "ana")
    told(annotator, "issues.editInfo", id=key, status="closed")
    assert told(annotator, "issues.info", id=key)["status"] == "closed"

    def found(*conditions: Any) -> list[int]:
        rows = told(manager, "issues.list", teamId=team.pk, filter=list(conditions))["entities"]
        return [row["id"] for row in rows]

    assert found() == [key, answer["id"]]
    assert found(condition("status", "open")) == [answer["id"]]
    assert found(condition("createdBy", manager.pk)) == [key]
    rows = told(manager, "issues.dataset-issues.list", datasetId=dataset.pk)
    assert [row["bindings"][0]["value"] for row in rows] == [place.item_id] * 2
    for call in ("issues.remove", "issues.sub-issue.add", "issues.comments.editInfo"):
        assert refused(manager, call, id=key)[0] == 400
    assert refused(manager, "issues.editInfo", id=key, name="other", status="open")[0] == 400
