"""Making labeling jobs: each `jobs.add` is one batch of ours, with a job for each person."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.clients.supervisely.areas.jobs import job_named
from labeling.clients.supervisely.calls import Answer, Asking, call
from labeling.clients.supervisely.wire import Body
from labeling.core.errors import Conflict, Invalid
from labeling.core.http import get_visible_or_404
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Job
from labeling.jobs.states import FINISHED, SUBMITTED
from labeling.operations.models import Operation
from labeling.operations.states import Status as OperationStatus
from labeling.operations.waiting import finish
from labeling.projects.models import Dataset, Project

# The SDK waits for as long as it takes; a batch of 100,000 images takes a few minutes.
PATIENCE_SECONDS = 600.0

# What our labeling page cannot do, by the field of `meta`; asked for, it is refused.
UNKNOWN = {
    "dynamicClasses": gettext_lazy(
        "Classes that are made after the job cannot join it. Leave dynamic_classes."
    ),
    "dynamicTags": gettext_lazy(
        "Tags that are made after the job cannot join it. Leave dynamic_tags out."
    ),
    "disableConfirm": gettext_lazy("People can always confirm items. Leave disable_confirm out."),
    "disableSubmit": gettext_lazy("People can always submit a job. Leave disable_submit out."),
    "enableIntermediateReview": gettext_lazy(
        "There is one review. Leave enable_quality_check out."
    ),
    "allowRestore": gettext_lazy(
        "Jobs have names of their own each time. Leave allow_restore out."
    ),
    "readOnlyTags": gettext_lazy("Tags of a job can be changed. Leave read_only_tags out."),
    "toolboxSettings": gettext_lazy("There is no such toolbox. Leave toolbox_settings out."),
    "imageClasses": gettext_lazy("Images are not chosen by their objects. Leave imageClasses out."),
    "validationRules": gettext_lazy("There are no rules of validation. Leave validationRules out."),
    "imageTagsMinLimit": gettext_lazy("Tags have no lower limit. Leave imageTagsMinLimit out."),
}


@call("jobs.add")
def job_add(asking: Asking) -> Answer:
    """One job for each person, the images divided among them as the project says.

    Answers when the jobs are there; what goes wrong with their making is a refusal.
    """
    body = asking.body
    if body.keys("additionalDatasetIds"):
        raise body.wrong("additionalDatasetIds", _("A job has the images of one dataset."))
    data = {**batch_settings(asking), "people": body.keys("userIds")}
    batch = with_jobs(created_batch(asking, data))
    jobs = list(Job.objects.visible_to(asking.actor).filter(batch=batch).order_by("number"))
    if "customData" in body:
        for job in jobs:
            edit = {"custom_data": body.object("customData").given}
            perform(actions[Job, "edit"], job, asking.actor, edit)
    return [{"id": job.pk, "name": job.name, "userId": job.annotator_id} for job in jobs]


def created_batch(asking: Asking, data: dict[str, Any]) -> Batch:
    """The batch of these settings, whose jobs are being made from now on."""
    action, dataset = actions[Dataset, "create-batch"], dataset_named(asking)
    made: Batch = perform(action, dataset, asking.actor, data).outcome
    return made


def with_jobs(batch: Batch) -> Batch:
    """The same batch, once its jobs are there.

    Raises:
        Conflict: they could not be made.
    """
    if batch.operation_id is None:
        raise RuntimeError("a batch that was launched has an operation")
    operation = finish(batch.operation_id, PATIENCE_SECONDS)
    if operation.status != OperationStatus.COMPLETE:
        raise Conflict(_not_made(operation), state=operation.status, operation=operation.pk)
    return batch


def _not_made(operation: Operation) -> str:
    if operation.status == OperationStatus.FAILED:
        return operation.message or _("The jobs could not be made.")
    return _("The jobs are still being made; see operation %d.") % operation.pk


def dataset_named(asking: Asking) -> Dataset:
    """The dataset that the body names."""
    datasets = Dataset.objects.visible_to(asking.actor).kept().select_related("project")
    return get_visible_or_404(datasets, asking.body.key("datasetId"))


def batch_settings(asking: Asking) -> dict[str, Any]:
    """What a job, or a queue, is made with, as the form of our batches takes it."""
    body, project = asking.body, dataset_named(asking).project
    meta = body.object("meta")
    for name, told in UNKNOWN.items():
        if meta.raw(name):
            raise meta.wrong(name, told)
    span = meta.object("range")
    data: dict[str, Any] = {
        "name": body.text("name"),
        "description": body.text("description"),
        "instructions": body.text("readme") or _guide(asking, meta),
        "reviewer": body.key_or_none("reviewerId"),
        "objects_limit": meta.number_or_none("imageFiguresLimit") or None,
        "tags_limit": meta.number_or_none("imageTagsLimit") or None,
        "first": span.number_or_none("start"),
        "last": span.number_or_none("end"),
        "item_ids": meta.keys("entityIds"),
    }
    return data | _schema(meta, project) | _tag_filters(meta, project)


def _guide(asking: Asking, meta: Body) -> str:
    """The instructions of another batch, which the SDK's `guide_id` names."""
    if "guide" not in meta:
        return ""
    batches = Batch.objects.visible_to(asking.actor).exclude(instructions="")
    return get_visible_or_404(batches, meta.key("guide")).instructions


def _schema(meta: Body, project: Project) -> dict[str, Any]:
    """Classes and tags by their names. Neither named means everything that the project offers."""
    names = meta.texts("classes"), meta.texts("projectTags")
    if not any(names):
        return {}
    offered: tuple[Any, Any] = project.classes.offered(), project.tag_definitions.offered()
    return {
        field: _keys(meta, wire, dict(known.values_list("name", "pk")), wanted)
        for field, wire, known, wanted in zip(
            ("classes", "tags"), ("classes", "projectTags"), offered, names, strict=True
        )
    }


def _tag_filters(meta: Body, project: Project) -> dict[str, Any]:
    known = dict(project.tag_definitions.offered().values_list("name", "pk"))
    chosen: dict[str, list[int]] = {"with_tags": [], "without_tags": []}
    for each in meta.parts("imageTags"):
        side = "with_tags" if each.flag("positive", default=True) else "without_tags"
        chosen[side] += _keys(each, "name", known, [each.text("name")])
    return {name: keys for name, keys in chosen.items() if keys}


def _keys(body: Body, field: str, known: dict[str, int], names: list[str]) -> list[int]:
    missing = [name for name in names if name not in known]
    if missing:
        told = _("The project has no “%s”.") % "”, “".join(missing)
        raise body.wrong(field, told)
    return [known[name] for name in names]


@call("jobs.restart")
def job_restart(asking: Asking) -> Answer:
    """The rejected images of a job as a job of their own, for the same person or another one.

    Raises:
        Invalid: nothing is rejected, in the words that the SDK looks for; or several people.
    """
    body, job, actor = asking.body, job_named(asking), asking.actor
    if not job.rejected:
        # Not translated: `restart(ignore_no_rejected_error=True)` reads it.
        raise Invalid({"id": ["No images found: nothing is rejected in this job."]})
    people = body.keys("userIds")
    if len(people) > 1:
        raise body.wrong("userIds", _("Restart for one person, or make a new job for several."))
    if (job.stage, job.state) == SUBMITTED:
        perform(actions[Job, "start-review"], job, actor)
    made: Job = perform(actions[Job, "restart"], job, actor).outcome
    if people and people[0] != made.annotator_id:
        made = perform(actions[Job, "assign"], made, actor, {"annotator": people[0]}).obj
    reviewer = body.key_or_none("reviewerId")
    if reviewer is not None and reviewer != made.reviewer_id:
        made = perform(actions[Job, "set-reviewer"], made, actor, {"reviewer": reviewer}).obj
    if "name" in body:
        made = perform(actions[Job, "edit"], made, actor, {"name": body.text("name")}).obj
    job.refresh_from_db()
    if body.flag("completeExisting", default=True) and (job.stage, job.state) != FINISHED:
        perform(actions[Job, "complete"], job, actor)
    shape = {"id": made.pk, "userId": made.annotator_id, "type": made.type, "name": made.name}
    return [shape]
