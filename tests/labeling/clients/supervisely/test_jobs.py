"""Labeling jobs: made, listed, moved, given to others, done again; by scripts of managers."""

from typing import Any

import pytest

from labeling.jobs.models import Batch, Job, JobItem
from labeling.jobs.states import ItemState
from tests.factories import JobFactory, UserFactory
from tests.labeling.clients.supervisely.work import act, items_of


def test_a_job_has_what_the_tutorial_prints(told, add, manager, annotator, dataset, team):
    [key] = add(
        annotator,
        name="labeler1_lemons_task",
        readme="annotation manual",
        description="short description",
    )
    info = told(manager, "jobs.info", id=key)
    project = dataset.project
    assert (
        info.items()
        >= {
            "id": key,
            "name": "labeler1_lemons_task",
            "readme": "annotation manual",
            "description": "short description",
            "teamId": team.pk,
            "workspaceId": project.workspace_id,
            "workspaceTitle": project.workspace.name,
            "projectId": project.pk,
            "projectTitle": project.name,
            "datasetId": dataset.pk,
            "datasetTitle": dataset.name,
            "createdBy": manager.pk,
            "managerLogin": "max",
            "userId": annotator.pk,
            "labelerLogin": "ana",
            "reviewerId": None,
            "startedAt": None,
            "finishedAt": None,
            "status": "pending",
            "disabled": False,
            "imagesCount": 6,
            "finishedImagesCount": 0,
            "rejectedImagesCount": 0,
            "acceptedImagesCount": 0,
            "labelingQueueId": None,
            "customData": {},
        }.items()
    )
    assert [each["name"] for each in info["meta"]["classes"]] == ["lemon"]
    assert info["meta"]["projectTags"] == info["meta"]["imageTags"] == []
    assert info["meta"]["range"] == {"start": None, "end": None}
    assert (info["meta"]["imageFiguresLimit"], info["meta"]["imageTagsLimit"]) == (None, None)
    assert [each["id"] for each in info["entities"]] == items_of(dataset)
    assert {each["reviewStatus"] for each in info["entities"]} == {"none"}


def test_limits_tags_and_chosen_images_are_the_jobs_own(told, add, manager, annotator, dataset):
    chosen = items_of(dataset)[1:4]
    meta = {
        "classes": ["kiwi"],
        "projectTags": ["size", "origin"],
        "imageFiguresLimit": 10,
        "imageTagsLimit": 20,
        "entityIds": chosen,
    }
    [key] = add(annotator, meta=meta)
    info = told(manager, "jobs.info", id=key)
    assert {each["name"] for each in info["meta"]["projectTags"]} == {"size", "origin"}
    assert (info["meta"]["imageFiguresLimit"], info["meta"]["imageTagsLimit"]) == (10, 20)
    assert [each["id"] for each in info["entities"]] == chosen
    batch = Job.objects.get(pk=key).batch
    assert (batch.objects_limit, batch.tags_limit) == (10, 20)


def test_several_people_get_even_shares_in_order(
    told, add, manager, annotator, annotator2, dataset
):
    keys = add(annotator, annotator2)
    infos = [told(manager, "jobs.info", id=key) for key in keys]
    assert [info["userId"] for info in infos] == [annotator.pk, annotator2.pk]
    shares = [[each["id"] for each in info["entities"]] for info in infos]
    assert shares == [items_of(dataset)[:3], items_of(dataset)[3:]]


def test_the_project_says_how_several_people_share(
    told, add, manager, annotator, annotator2, dataset
):
    act(manager, dataset.project, "edit-project", split="each")
    infos = [told(manager, "jobs.info", id=key) for key in add(annotator, annotator2)]
    assert [info["imagesCount"] for info in infos] == [6, 6]


def test_a_range_and_tags_choose_the_images(told, add, manager, annotator, dataset):
    [key] = add(annotator, meta={"range": {"start": 2, "end": 4}})
    info = told(manager, "jobs.info", id=key)
    assert [each["id"] for each in info["entities"]] == items_of(dataset)[1:4]
    assert info["meta"]["range"] == {"start": 2, "end": 4}

    size = dataset.project.tag_definitions.get(name="size")
    dataset.items.first().item_tags.create(tag=size)
    [key] = add(annotator, meta={"imageTags": [{"name": "size", "positive": False}]})
    info = told(manager, "jobs.info", id=key)
    assert info["imagesCount"] == 5
    assert info["meta"]["imageTags"] == [{"id": size.pk, "name": "size", "positive": False}]


def test_neither_classes_nor_tags_means_all(told, add, manager, annotator):
    [key] = add(annotator, meta={"classes": []})
    meta = told(manager, "jobs.info", id=key)["meta"]
    assert {each["name"] for each in meta["classes"]} == {"lemon", "kiwi"}
    assert {each["name"] for each in meta["projectTags"]} == {"size", "origin"}


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ({"classes": ["plum"]}, "plum"),
        ({"projectTags": ["weight"]}, "weight"),
        ({"imageTags": [{"name": "weight", "positive": True}]}, "weight"),
        ({"dynamicClasses": True}, "dynamic_classes"),
        ({"dynamicTags": True}, "dynamic_tags"),
        ({"disableSubmit": True}, "disable_submit"),
        ({"disableConfirm": True}, "disable_confirm"),
        ({"enableIntermediateReview": True}, "enable_quality_check"),
        ({"allowRestore": True}, "allow_restore"),
        ({"readOnlyTags": ["size"]}, "read_only_tags"),
        ({"entityIds": [10**9]}, "not in this selection"),
        ({"range": {"start": 5, "end": 2}}, "ends before it begins"),
        ({"imageFiguresLimit": -1}, "imageFiguresLimit"),
        ({"range": [1, 2]}, "range"),
    ],
)
def test_what_a_job_cannot_be_is_refused_and_makes_nothing(
    refused, manager, annotator, dataset, meta, words
):
    body = {"name": "no", "datasetId": dataset.pk, "userIds": [annotator.pk]}
    status, text = refused(manager, "jobs.add", **body, meta={"classes": ["lemon"]} | meta)
    assert status == 400
    assert words in text
    assert not Batch.objects.exists()


def test_people_who_may_not_label_here_get_no_job(refused, manager, dataset):
    stranger = UserFactory.create()
    body = {"name": "no", "datasetId": dataset.pk, "userIds": [stranger.pk], "meta": {}}
    assert refused(manager, "jobs.add", **body)[0] == 400


def test_an_annotators_token_makes_and_moves_no_jobs(refused, annotator, dataset, job):
    body = {"name": "no", "datasetId": dataset.pk, "userIds": [annotator.pk], "meta": {}}
    assert refused(annotator, "jobs.add", **body)[0] == 403
    for call, more in (
        ("jobs.stop", {}),
        ("jobs.archive", {}),
        ("jobs.set-status", {"status": "completed"}),
        ("jobs.editInfo", {"customData": {"a": 1}}),
    ):
        assert refused(annotator, call, id=job.pk, **more)[0] == 403
    job.refresh_from_db()
    assert (job.status, job.custom_data) == ("pending", {})


def test_another_teams_job_is_not_there(refused, manager):
    other = JobFactory.create(size=1)
    body = {"id": other.pk, "jobId": other.pk, "status": "stopped", "mode": "all"}
    for call in (
        "jobs.info",
        "jobs.stop",
        "jobs.archive",
        "jobs.set-status",
        "jobs.editInfo",
        "jobs.reject",
        "jobs.restart",
        "jobs.entities.update-review-status",
    ):
        assert refused(manager, call, **body)[0] == 404, call
    assert refused(manager, "jobs.list", teamId=other.team_id)[0] == 404


def condition(field: str, value: Any, operator: str = "=") -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def test_every_filter_and_their_combinations_choose_jobs(
    told, add, manager, owner, reviewer, annotator, annotator2, dataset, team
):
    [first] = add(annotator)
    [second] = add(annotator2, reviewerId=reviewer.pk)
    pool = JobFactory.create(
        batch__dataset=dataset, batch__split="segments", batch__segment_size=1, created_by=owner
    )
    told(manager, "jobs.set-status", id=second, status="completed")
    told(manager, "jobs.stop", id=first)

    def found(*conditions: Any, **body: Any) -> list[int]:
        listed = told(manager, "jobs.list", teamId=team.pk, filter=list(conditions), **body)
        return [row["id"] for row in listed["entities"]]

    assert found() == [first, second, pool.pk]
    assert found(sort="id", sort_order="desc") == [pool.pk, second, first]
    assert found(condition("createdBy", manager.pk)) == [first, second]
    assert found(condition("userId", annotator2.pk)) == [second]
    both = condition("createdBy", manager.pk), condition("userId", annotator2.pk)
    assert found(*both) == [second]
    assert found(condition("createdBy", owner.pk), condition("userId", annotator2.pk)) == []
    assert found(condition("reviewerId", reviewer.pk)) == [second]
    assert found(condition("projectId", dataset.project_id)) == [first, second, pool.pk]
    assert found(condition("datasetId", dataset.pk + 1)) == []
    assert found(condition("labelingQueueId", None)) == [first, second]
    assert found(condition("labelingQueueId", [pool.batch_id], "in")) == [pool.pk]
    assert found(condition("status", ["completed"], "!in")) == [first, pool.pk]
    assert found(condition("status", "stopped")) == [first]
    assert found(fields=["id"]) == [first, second, pool.pk]
    assert found(participantUserIds=[reviewer.pk, annotator.pk]) == [first, second]

    told(manager, "jobs.archive", id=first)
    assert found() == [second, pool.pk]
    assert found(showDisabled=True) == [first, second, pool.pk]
    assert told(manager, "jobs.info", id=first)["disabled"] is True


def test_a_list_costs_the_same_for_many_jobs(
    ask, add, manager, annotator, annotator2, team, django_assert_max_num_queries
):
    add(annotator, annotator2)
    with django_assert_max_num_queries(14):
        ask(manager, "jobs.list", teamId=team.pk)
    add(annotator, annotator2)
    with django_assert_max_num_queries(14):
        answer = ask(manager, "jobs.list", teamId=team.pk)
    assert len(answer.json()["entities"]) == 4


def test_an_annotator_sees_a_stopped_job_no_more(told, refused, manager, annotator, job, team):
    annotator.memberships.update(restricted=True)
    assert told(annotator, "jobs.list", teamId=team.pk)["total"] == 1
    told(manager, "jobs.stop", id=job.pk)
    assert told(annotator, "jobs.list", teamId=team.pk)["total"] == 0
    assert refused(annotator, "jobs.info", id=job.pk)[0] == 404
    told(manager, "jobs.stop", id=job.pk)
    assert told(manager, "jobs.info", id=job.pk)["status"] == "stopped"


@pytest.mark.parametrize("status", ["completed", "on_review", "in_progress", "pending", "stopped"])
def test_a_script_gives_a_job_any_status(told, manager, job, status):
    told(manager, "jobs.set-status", id=job.pk, status=status)
    info = told(manager, "jobs.info", id=job.pk)
    assert info["status"] == status
    assert (info["finishedAt"] is not None) == (status == "completed")


def test_a_status_that_jobs_do_not_have_is_refused(refused, manager, job):
    status, text = refused(manager, "jobs.set-status", id=job.pk, status="review_completed")
    assert (status, "on_review" in text) == (400, True)


def test_statuses_follow_the_people(told, manager, annotator, reviewer, submitted):
    info = told(manager, "jobs.info", id=submitted.pk)
    assert (info["status"], info["finishedImagesCount"]) == ("on_review", 6)
    act(reviewer, submitted, "start-review")
    act(reviewer, submitted, "complete", accept_rest="on")
    info = told(manager, "jobs.info", id=submitted.pk)
    assert (info["status"], info["acceptedImagesCount"]) == ("completed", 6)
    assert {each["reviewStatus"] for each in info["entities"]} == {"accepted"}


def test_a_reviewers_script_decides_on_images(told, refused, reviewer, submitted):
    first, second = submitted.job_items.order_by("position")[:2]
    set_to = "jobs.entities.update-review-status"
    told(reviewer, set_to, jobId=submitted.pk, entityId=first.item_id, status="accepted")
    told(reviewer, set_to, jobId=submitted.pk, entityId=second.item_id, status="rejected")
    info = told(reviewer, "jobs.info", id=submitted.pk)
    assert (info["acceptedImagesCount"], info["rejectedImagesCount"]) == (1, 1)
    told(reviewer, set_to, jobId=submitted.pk, entityId=second.item_id, status="accepted")
    second.refresh_from_db()
    assert second.state == ItemState.ACCEPTED
    for status, entity in (("none", first.item_id), ("great", first.item_id)):
        assert (
            refused(reviewer, set_to, jobId=submitted.pk, entityId=entity, status=status)[0] == 400
        )
    answer = refused(reviewer, set_to, jobId=submitted.pk, entityId=10**9, status="accepted")
    assert answer[0] == 404


def test_an_annotators_script_confirms_own_images_only(told, refused, manager, annotator, job):
    place = job.job_items.first()
    confirm = {"jobId": job.pk, "entityId": place.item_id, "status": "done"}
    assert refused(manager, "jobs.entities.update-review-status", **confirm)[0] == 403
    told(annotator, "jobs.entities.update-review-status", **confirm)
    assert told(annotator, "jobs.info", id=job.pk)["status"] == "in_progress"


def test_images_are_rejected_together(told, reviewer, submitted):
    first = submitted.job_items.first()
    act(reviewer, submitted, "start-review")
    act(reviewer, first, "accept-item")
    told(reviewer, "jobs.reject", id=submitted.pk, mode="unmarked")
    counts = told(reviewer, "jobs.info", id=submitted.pk)
    assert (counts["acceptedImagesCount"], counts["rejectedImagesCount"]) == (1, 5)
    told(reviewer, "jobs.reject", id=submitted.pk, mode="all")
    assert told(reviewer, "jobs.info", id=submitted.pk)["rejectedImagesCount"] == 6
    assert all(JobItem.objects.values_list("reason", flat=True))


def test_what_is_rejected_is_restarted_for_another_person(
    told, manager, reviewer, annotator2, submitted
):
    act(reviewer, submitted, "start-review")
    places = list(submitted.job_items.order_by("position"))
    act(reviewer, places[0], "reject-item", reason="blurred")
    for place in places[1:]:
        act(reviewer, place, "accept-item")
    [made] = told(
        manager,
        "jobs.restart",
        id=submitted.pk,
        completeExisting=True,
        userIds=[annotator2.pk],
        reviewerId=reviewer.pk,
        name="again",
    )
    info = told(manager, "jobs.info", id=made["id"])
    assert (info["name"], info["userId"], info["reviewerId"]) == (
        "again",
        annotator2.pk,
        reviewer.pk,
    )
    assert [each["id"] for each in info["entities"]] == [places[0].item_id]
    assert told(manager, "jobs.info", id=submitted.pk)["status"] == "completed"


def test_a_restart_of_nothing_says_what_the_sdk_looks_for(refused, manager, annotator, submitted):
    again = {"id": submitted.pk, "userIds": [annotator.pk], "completeExisting": True}
    status, text = refused(manager, "jobs.restart", **again)
    assert status == 400
    assert "No images found" in text


def test_a_job_goes_to_others_with_what_scripts_keep(
    told, refused, manager, reviewer, annotator, annotator2, job
):
    told(manager, "jobs.editInfo", id=job.pk, userId=annotator2.pk, reviewerId=reviewer.pk)
    told(manager, "jobs.editInfo", id=job.pk, customData={"order": 17, "of": ["a", None]})
    info = told(manager, "jobs.info", id=job.pk)
    assert (info["userId"], info["reviewerId"]) == (annotator2.pk, reviewer.pk)
    assert info["customData"] == {"order": 17, "of": ["a", None]}
    assert refused(manager, "jobs.editInfo", id=job.pk, customData=[1])[0] == 400
    assert refused(manager, "jobs.editInfo", id=job.pk, customData={"a": "x" * 70_000})[0] == 400
    assert refused(manager, "jobs.editInfo", id=job.pk, userId=reviewer.pk)[0] == 400
    told(manager, "jobs.editInfo", id=job.pk, userId=reviewer.pk, reviewerId=manager.pk)


def test_an_open_job_is_archived_by_stopping_it(told, manager, job):
    told(manager, "jobs.archive", id=job.pk)
    info = told(manager, "jobs.info", id=job.pk)
    assert (info["disabled"], info["status"]) == (True, "stopped")
    told(manager, "jobs.archive", id=job.pk)
