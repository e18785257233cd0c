"""Datasets: flat lists of a project's pictures; the SDK's `remove` deletes one."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.clients.supervisely.areas.projects import project_named
from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.wire import Body, moment
from labeling.core.http import get_visible_or_404
from labeling.core.workflow import actions, perform
from labeling.projects.models import Dataset, Project

FIELDS = {
    "id": Field("pk"),
    "name": Field("name", "text"),
    "projectId": Field("project_id"),
    "createdAt": Field("created_at", "time"),
    "updatedAt": Field("updated_at", "time"),
}
ORDERS = {"id": "pk", "name": "name", "createdAt": "created_at", "updatedAt": "updated_at"}

refuse(
    gettext_lazy("A deleted dataset can be restored for some weeks, and is then gone for good."),
    "datasets.remove.permanently",
)
refuse(gettext_lazy("Datasets of datasets do not exist here."), "datasets.move")


def seen_datasets(asking: Asking) -> QuerySet[Dataset]:
    """The datasets that a script sees: neither archived nor deleted, of projects that are not."""
    found = Dataset.objects.visible_to(asking.actor).kept()
    return found.filter(archived_at=None, project__archived_at=None).select_related("project")


def dataset_named(asking: Asking, name: str = "id") -> Dataset:
    """The dataset that the body names; Http404 when the person may not see it."""
    return get_visible_or_404(seen_datasets(asking), asking.body.key(name))


@call("datasets.list")
def dataset_list(asking: Asking) -> Answer:
    """The datasets of a project."""
    found = seen_datasets(asking).filter(project=project_named(asking, "projectId"))
    return paged(asking, _narrowed(found, asking.body), dataset_shape, ORDERS)


@call("datasets.list.all")
def dataset_list_all(asking: Asking) -> Answer:
    """The datasets of every project that the person sees."""
    return paged(asking, _narrowed(seen_datasets(asking), asking.body), dataset_shape, ORDERS)


def _narrowed(found: QuerySet[Dataset], body: Body) -> QuerySet[Dataset]:
    """Every dataset lies at the top: inside of another one there is none."""
    conditions = body.raw("filter", [])
    if not isinstance(conditions, list):
        raise body.wrong("filter", _("Send a list."))
    about = [each for each in conditions if isinstance(each, dict)]
    parents = [each.get("value") for each in about if each.get("field") == "parentId"]
    others = [each for each in conditions if each not in about or each["field"] != "parentId"]
    found = narrowed(found, Body({"filter": others}), FIELDS)
    return found.none() if any(parent is not None for parent in parents) else found


@call("datasets.info")
def dataset_info(asking: Asking) -> Answer:
    """One dataset."""
    return dataset_shape(dataset_named(asking))


@call("datasets.add")
def dataset_add(asking: Asking) -> Answer:
    """Another dataset of a project."""
    body, project = asking.body, project_named(asking, "projectId")
    if "parentId" in body:
        raise body.wrong("parentId", _("Datasets of datasets do not exist here. Leave it out."))
    _refuse_unkept(body)
    wanted = {"name": body.text("name"), "description": body.text("description")}
    made = perform(actions[Project, "create-dataset"], project, asking.actor, wanted).outcome
    return dataset_shape(made)


@call("datasets.editInfo")
def dataset_edit(asking: Asking) -> Answer:
    """Another name or description."""
    body, dataset = asking.body, dataset_named(asking)
    _refuse_unkept(body)
    wanted = {name: body.text(name) for name in ("name", "description") if name in body}
    perform(actions[Dataset, "edit-dataset"], dataset, asking.actor, wanted)
    return dataset_shape(dataset_named(asking))


@call("datasets.archive")
def dataset_remove(asking: Asking) -> Answer:
    """Delete a dataset that nobody works on; its page can restore it for some weeks."""
    perform(actions[Dataset, "delete"], dataset_named(asking), asking.actor)
    return {"success": True}


def dataset_shape(dataset: Dataset) -> dict[str, Any]:
    """A dataset as the SDK reads it."""
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "description": dataset.description,
        "projectId": dataset.project_id,
        "workspaceId": dataset.project.workspace_id,
        "teamId": dataset.team_id,
        "parentId": None,
        "imagesCount": dataset.item_count,
        "itemsCount": dataset.item_count,
        "createdAt": moment(dataset.created_at),
        "updatedAt": moment(dataset.updated_at),
        "createdBy": dataset.created_by_id,
        "referenceImageUrl": None,
        # A text, as the vendor has it.
        "size": "0",
    }


def _refuse_unkept(body: Body) -> None:
    if body.raw("customData"):
        raise body.wrong("customData", _("A dataset has no such field here. Leave it out."))
