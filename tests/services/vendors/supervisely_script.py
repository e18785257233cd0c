"""A team's own script on Supervisely's real SDK: `python supervisely_script.py <part> <json>`.

Runs in an environment of its own that has the vendor's package and nothing of ours. Each part does
what its name says and prints one JSON object; what the SDK raises is told by its class and words.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import supervisely as sly

Given = dict[str, Any]


def raised(call: Callable[[], Any]) -> list[str]:
    """The class and the words of what it raises; empty when it raises nothing."""
    try:
        call()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return []


def plain(info: Any) -> Any:
    """The SDK's tuples as JSON has them."""
    if isinstance(info, list):
        return [plain(each) for each in info]
    return info._asdict() if hasattr(info, "_asdict") else info


def prepare_project(api: sly.Api, id: int) -> None:
    """The classes and tags of the tutorial, unless they are there; in the vendor's words."""
    project_meta = sly.ProjectMeta.from_json(api.project.get_meta(id))
    lemon = sly.ObjClass("lemon", sly.Bitmap, [80, 227, 194])
    kiwi = sly.ObjClass("kiwi", sly.Bitmap, [208, 2, 27])
    names = ["lemon", "kiwi"]
    size = sly.TagMeta(
        "size",
        sly.TagValueType.ONEOF_STRING,
        ["small", "medium", "large"],
        applicable_to=sly.TagApplicableTo.OBJECTS_ONLY,
        applicable_classes=names,
    )
    origin = sly.TagMeta(
        "origin",
        sly.TagValueType.ANY_STRING,
        applicable_to=sly.TagApplicableTo.OBJECTS_ONLY,
        applicable_classes=names,
    )
    for obj_class in (lemon, kiwi):
        if obj_class not in project_meta.obj_classes:
            project_meta = project_meta.add_obj_class(obj_class)
    for tag_meta in (size, origin):
        if tag_meta not in project_meta.tag_metas:
            project_meta = project_meta.add_tag_meta(tag_meta)
    api.project.update_meta(id, project_meta)


def lemons(api: sly.Api, given: Given) -> dict[str, Any]:
    """The project that the page takes from the vendor's shop: six pictures in a dataset."""
    [workspace] = api.workspace.get_list(given["team"])
    project = api.project.create(workspace.id, given.get("name", "Lemons (Test)"))
    dataset = api.dataset.create(project.id, "ds1")
    names = [os.path.basename(path) for path in given["files"]]
    images = api.image.upload_paths(dataset.id, names, given["files"])
    return {
        "workspace": [workspace.id, workspace.name],
        "project": project.id,
        "dataset": dataset.id,
        "images": {image.id: image.name for image in images},
    }


def seed(api: sly.Api, given: Given) -> dict[str, Any]:
    """Every code block of the vendor's page about labeling jobs, in its order.

    Up to the waiting, which is a part of its own: somebody has to work meanwhile.
    """
    # The page gets these from `local.env`.
    TEAM_ID = int(os.environ["CONTEXT_TEAMID"])  # noqa: N806
    PROJECT_ID = int(os.environ["CONTEXT_PROJECTID"])  # noqa: N806
    USER_LOGIN = os.environ["CONTEXT_USERLOGIN"]  # noqa: N806

    prepare_project(api=api, id=PROJECT_ID)

    labeler_1 = api.user.get_info_by_login(login="labeler_1")
    if labeler_1 is None:
        labeler_1 = api.user.create(login="labeler_1", password="11111abc", is_restricted=True)

    labeler_2 = api.user.get_info_by_login(login="labeler_2")
    if labeler_2 is None:
        labeler_2 = api.user.create(login="labeler_2", password="22222abc", is_restricted=True)

    if api.user.get_team_role(labeler_1.id, TEAM_ID) is None:
        api.user.add_to_team(labeler_1.id, TEAM_ID, api.role.DefaultRole.ANNOTATOR)
    if api.user.get_team_role(labeler_2.id, TEAM_ID) is None:
        api.user.add_to_team(labeler_2.id, TEAM_ID, api.role.DefaultRole.ANNOTATOR)

    project_meta_json = api.project.get_meta(PROJECT_ID)
    project_meta = sly.ProjectMeta.from_json(project_meta_json)
    project = api.project.get_info_by_id(PROJECT_ID)
    datasets = api.dataset.get_list(project.id)

    created_jobs = api.labeling_job.create(
        name="labeler1_lemons_task",
        dataset_id=datasets[0].id,
        user_ids=[labeler_1.id],
        readme="annotation manual for fruits in markdown format here (optional)",
        description="short description is here (optional)",
        classes_to_label=["lemon"],
    )
    first = created_jobs
    stopped = api.labeling_job.stop(created_jobs[0].id)

    # As the page's printed output has it, and its script: the first three images.
    selected_images_ids = [image.id for image in api.image.get_list(datasets[0].id)][:3]
    created_jobs = api.labeling_job.create(
        name="labeler2_kiwi_task_with_complex_settings",
        dataset_id=datasets[0].id,
        user_ids=[labeler_2.id],
        readme="annotation manual for fruits in markdown format here (optional)",
        description="short description is here (optional)",
        classes_to_label=["kiwi"],
        objects_limit_per_image=10,
        tags_to_label=["size", "origin"],
        tags_limit_per_image=20,
        images_ids=selected_images_ids,
    )

    jobs = api.labeling_job.get_list(TEAM_ID)
    user = api.user.get_info_by_login(USER_LOGIN)
    by_creator = api.labeling_job.get_list(TEAM_ID, created_by_id=user.id)
    by_both = api.labeling_job.get_list(TEAM_ID, created_by_id=user.id, assigned_to_id=labeler_2.id)
    active = api.labeling_job.get_list(TEAM_ID)

    first_status = api.labeling_job.get_status(jobs[-2].id)
    job_id = jobs[-1].id
    second_status = api.labeling_job.get_status(job_id)
    set_status = api.labeling_job.set_status(id=job_id, status="completed")
    then = api.labeling_job.get_status(job_id)
    api.labeling_job.wait(job_id, target_status=api.labeling_job.Status.COMPLETED)

    api.labeling_job.archive(jobs[-2].id)
    return {
        "labelers": [labeler_1.id, labeler_2.id],
        "roles": [api.user.get_team_role(each.id, TEAM_ID).role for each in (labeler_1, labeler_2)],
        "meta": str(project_meta),
        "meta_json": project_meta_json,
        "datasets": plain(datasets),
        "first": plain(first),
        "second": plain(created_jobs),
        "nothing": [stopped, set_status],
        "jobs": [job.id for job in jobs],
        "by_creator": [job.id for job in by_creator],
        "by_both": [job.id for job in by_both],
        "active": plain(active),
        "statuses": [repr(each) for each in (first_status, second_status, then)],
        "left": [job.id for job in api.labeling_job.get_list(TEAM_ID)],
        "with_archived": [job.id for job in api.labeling_job.get_list(TEAM_ID, show_disabled=True)],
        "archived": plain(api.labeling_job.get_info_by_id(jobs[-2].id)),
        "user": user.id,
    }


def wait(api: sly.Api, given: Given) -> dict[str, Any]:
    """Wait until people have moved a job through each of these statuses."""
    status = api.labeling_job.Status
    seen = []
    for name in given["statuses"]:
        api.labeling_job.wait(given["job"], target_status=status(name), wait_attempts=120)
        seen.append(name)
        print(json.dumps({"reached": name}), flush=True)
    return {"seen": seen}


def whole(api: sly.Api, given: Given) -> dict[str, Any]:
    """The rest of the labeling jobs' methods, as a manager who also does the review."""
    jobs_api, team = api.labeling_job, given["team"]
    members = {each.login: each for each in api.user.get_team_members(team)}
    first, second = (members[login] for login in given["labelers"])
    reviewer = members[given["reviewer"]]
    two = jobs_api.create(
        "for two",
        given["dataset"],
        [first.id, second.id],
        classes_to_label=["lemon"],
        readme="look twice",
        reviewer_id=reviewer.id,
    )
    ids = [job.id for job in two]
    one = two[0]
    jobs_api.set_custom_data(one.id, {"order": 17})
    jobs_api.set_custom_data(one.id, {"shop": "north"})
    assigned = jobs_api.set_assignees(one.id, annotator_id=second.id)
    [clone] = jobs_api.clone(one.id, new_title="again", assignee_ids=[first.id])
    infos = jobs_api.get_info_by_ids([*ids, 987654321])
    listed = jobs_api.get_list(
        team, project_id=given["project"], reviewer_id=reviewer.id, with_entities=True
    )
    jobs_api.set_status(one.id, "on_review")
    images = [entity["id"] for entity in one.entities]
    jobs_api.set_entity_review_status(one.id, images[0], "accepted")
    jobs_api.reject_annotations(one.id, mode="unmarked")
    reviewed = jobs_api.get_info_by_id(one.id)
    again = jobs_api.restart(one.id, assignee_ids=[first.id], title="once more")
    nothing = jobs_api.restart(clone.id, ignore_no_rejected_error=True)
    annotations = jobs_api.get_annotations(one.id, image_ids=images[:1])
    activity = jobs_api.get_activity(team, one.id)

    queue = api.labeling_queue.create(
        "lemons for all", [first.id], [reviewer.id], given["dataset"], classes_to_label=["lemon"]
    )
    queue_info = api.labeling_queue.get_info_by_id(queue)
    entities = api.labeling_queue.get_entities_all_pages(queue, per_page=4)
    in_queue = jobs_api.get_list(team, queue_ids=queue)
    not_queued = jobs_api.get_list(team, is_part_of_queue=False)

    guide = jobs_api.get_info_by_id(one.id).guide_id
    [guided] = jobs_api.create(
        "guided", given["dataset"], [first.id], classes_to_label=["lemon"], guide_id=guide
    )
    api.add_header("x-job-id", str(one.id))
    issue = api.issues.add(team, "Is this ripe?")
    api.pop_header("x-job-id")
    answer = api.issues.add_comment(issue.id, "Yes.")
    closed = api.issues.update(issue.id, status="closed")

    jobs_api.remove(guided.id)
    jobs_api.remove_batch([clone.id])
    return {
        "shares": [[job.assigned_to_login, job.images_count] for job in two],
        "entities": [[entity["id"] for entity in job.entities] for job in two],
        "custom": jobs_api.get_custom_data(one.id),
        "assigned": assigned.assigned_to_login,
        "clone": [clone.name, clone.assigned_to_login, clone.images_count, clone.reviewer_id],
        "reviewer": reviewer.id,
        "infos": [info and info.id for info in infos],
        "ids": ids,
        "listed": sorted(job.id for job in listed),
        "with_entities": all(job.entities for job in listed),
        "reviewed": [reviewed.accepted_images_count, reviewed.rejected_images_count],
        "again": again,
        "old": jobs_api.get_status(one.id).value,
        "nothing": nothing,
        "annotations": [list(each.img_size) for each in annotations],
        "actions": sorted(set(activity["action"])),
        "stats": jobs_api.get_stats(one.id)["job"],
        "meta": [each.name for each in jobs_api.get_project_meta(one.id).obj_classes],
        "queue": [queue_info.name, queue_info.status, queue_info.labelers, queue_info.reviewers],
        "queue_counts": [queue_info.entities_count, queue_info.pending_count, entities["total"]],
        "queue_images": len(entities["images"]),
        "queue_meta": [
            each.name for each in api.labeling_queue.get_project_meta(queue).obj_classes
        ],
        "in_queue": [job.labeling_queue_id for job in in_queue],
        "queue_id": queue,
        "queued_elsewhere": [job.id for job in not_queued if job.labeling_queue_id is not None],
        "guided": guided.readme,
        "guides": [each.description for each in api.guides.get_list(team)],
        "issue": [issue.name, issue.status, answer.comment, closed.status],
        "issues": [each.id for each in api.issues.get_list(team)],
        "removed": [jobs_api.get_info_by_id(key) for key in (guided.id, clone.id)],
        "first": first.id,
    }


def refusals(api: sly.Api, given: Given) -> dict[str, Any]:
    """Whatever a script of an annotator, of a stranger or of a manager does wrong."""
    annotator = sly.Api(os.environ["SERVER_ADDRESS"], given["annotator"])
    stranger = sly.Api(os.environ["SERVER_ADDRESS"], "no-such-token")
    job, dataset, other = given["job"], given["dataset"], given["other"]

    def create(**more: Any) -> Callable[[], Any]:
        settings: Given = {"classes_to_label": ["lemon"], **more}
        return lambda: api.labeling_job.create("no", dataset, given["people"], **settings)

    return {
        "annotator_creates": raised(lambda: annotator.user.create("labeler_9", "99999abc")),
        "annotator_adds": raised(
            lambda: annotator.user.add_to_team_by_login(given["login"], given["team"], 1)
        ),
        "annotator_stops": raised(lambda: annotator.labeling_job.stop(job)),
        "stranger": raised(lambda: stranger.team.get_list()),
        "other_job": api.labeling_job.get_info_by_id(other["job"]),
        "other_stop": raised(lambda: api.labeling_job.stop(other["job"])),
        "other_list": raised(lambda: api.labeling_job.get_list(other["team"])),
        "dynamic": raised(create(dynamic_classes=True)),
        "quality": raised(create(enable_quality_check=True)),
        "no_class": raised(create(classes_to_label=["plum"])),
        "status": raised(lambda: api.labeling_job.set_status(job, "review_completed")),
        "by_name": raised(lambda: api.labeling_job.get_info_by_name(given["team"], "no")),
        "video": raised(lambda: api.post("videos.list", {"datasetId": dataset})),
        "unknown": raised(lambda: api.post("teleports.list", {})),
        "issue": raised(lambda: api.issues.add(given["team"], "where?")),
        "issue_removed": raised(lambda: api.post("issues.remove", {"id": 1})),
        "seconds": time.monotonic() - BEGAN,
    }


BEGAN = time.monotonic()
PARTS = {part.__name__: part for part in (lemons, seed, wait, whole, refusals)}

if __name__ == "__main__":
    name, given = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(PARTS[name](sly.Api(), given), default=str))
