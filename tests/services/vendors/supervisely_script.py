"""A team's own script on Supervisely's real SDK: `python supervisely_script.py <part> <json>`.

Runs in an environment of its own that has the vendor's package and nothing of ours. Each part does
what its name says and prints one JSON object; what the SDK raises is told by its class and words.
"""

import json
import os
import sys
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


PARTS = {part.__name__: part for part in (lemons, seed, wait)}

if __name__ == "__main__":
    name, given = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(PARTS[name](sly.Api(), given), default=str))
