"""Projects: those of the person's teams that are not archived; the SDK's `remove` archives one."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team
from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.meta_json import SETTINGS, refuse_settings
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.unfit import Unfit
from labeling.clients.supervisely.wire import Body, moment
from labeling.core.errors import Invalid
from labeling.core.http import get_visible_or_404
from labeling.core.workflow import actions, perform
from labeling.projects.models import Dataset, Item, Project, Workspace

IMAGES = "images"
FIELDS = {
    "id": Field("pk"),
    "name": Field("name", "text"),
    "workspaceId": Field("workspace_id"),
    "createdBy": Field("created_by_id"),
    "createdAt": Field("created_at", "time"),
    "updatedAt": Field("updated_at", "time"),
}
ORDERS = {"id": "pk", "name": "name", "createdAt": "created_at", "updatedAt": "updated_at"}

refuse(
    gettext_lazy("Deleting a project for good is not offered; archive it instead."),
    "projects.remove.permanently",
)
refuse(
    gettext_lazy("A project stays what it is; download it and upload it anew."),
    "projects.clone",
)


def seen_projects(asking: Asking) -> QuerySet[Project]:
    """The projects that a script sees, with what their shape needs."""
    found = Project.objects.visible_to(asking.actor).active()
    datasets = Dataset.objects.visible_to(asking.actor).kept().filter(project=OuterRef("pk"))
    ordered = datasets.order_by().values("project")
    return found.annotate(
        datasets_seen=Coalesce(Subquery(ordered.annotate(n=Count("pk")).values("n")), 0),
        items_seen=Coalesce(Subquery(ordered.annotate(n=Sum("item_count")).values("n")), 0),
    )


def project_named(asking: Asking, name: str = "id") -> Project:
    """The project that the body names; Http404 when the person may not see it."""
    return get_visible_or_404(seen_projects(asking), asking.body.key(name))


@call("projects.list", "projects.list.all")
def project_list(asking: Asking) -> Answer:
    """The projects of a shelf, of a team, or all."""
    found = seen_projects(asking)
    if "workspaceId" in asking.body:
        shelves = Workspace.objects.visible_to(asking.actor)
        shelf = get_visible_or_404(shelves, asking.body.key("workspaceId"))
        found = found.filter(workspace=shelf)
    if "groupId" in asking.body:
        found = found.filter(team=asking.team("groupId"))
    return paged(asking, narrowed(found, asking.body, FIELDS), project_shape, ORDERS)


@call("projects.info")
def project_info(asking: Asking) -> Answer:
    """One project."""
    return project_shape(project_named(asking)) | {"size": str(_byte_size(asking))}


@call("projects.add")
def project_add(asking: Asking) -> Answer:
    """Another project on a shelf."""
    body = asking.body
    if body.text("type", IMAGES) != IMAGES:
        raise body.wrong("type", _("Labeldesk labels images: projects of other types have no use."))
    _refuse_unkept(body)
    shelves = Workspace.objects.visible_to(asking.actor).select_related("team")
    shelf = get_visible_or_404(shelves, body.key("workspaceId"))
    wanted = {
        "name": body.text("name"),
        "description": body.text("description"),
        "workspace": shelf.pk,
    }
    made = perform(actions[Team, "create-project"], shelf.team, asking.actor, wanted).outcome
    return project_shape(get_visible_or_404(seen_projects(asking), made.pk))


@call("projects.editInfo")
def project_edit(asking: Asking) -> Answer:
    """Another name or description."""
    body, project = asking.body, project_named(asking)
    _refuse_unkept(body)
    wanted = {name: body.text(name) for name in ("name", "description") if name in body}
    perform(actions[Project, "edit-project"], project, asking.actor, wanted)
    return project_shape(project_named(asking))


@call("projects.workspace.set")
def project_move(asking: Asking) -> Answer:
    """To another shelf of the same team."""
    project = project_named(asking)
    wanted = {"workspace": asking.body.key("workspaceId")}
    perform(actions[Project, "edit-project"], project, asking.actor, wanted)
    return {"success": True}


@call("projects.archive")
def project_archive(asking: Asking) -> Answer:
    """Put a project away; it can be taken back on its page."""
    perform(actions[Project, "archive"], project_named(asking), asking.actor)
    return {"success": True}


@call("projects.settings.update")
def project_settings(asking: Asking) -> Answer:
    """Nothing to keep: what a project of ours does not have may only be sent as switched off."""
    project_named(asking)
    try:
        refuse_settings(asking.body.object("settings"))
    except Unfit as unfit:
        raise Invalid({"settings": [str(unfit)]}) from None
    return dict(SETTINGS)


def project_shape(project: Any) -> dict[str, Any]:
    """A project as the SDK reads it; annotated by `seen_projects`."""
    return {
        "id": project.pk,
        "name": project.name,
        "title": project.name,
        "description": project.description,
        "readme": "",
        "type": IMAGES,
        "workspaceId": project.workspace_id,
        "teamId": project.team_id,
        "groupId": project.team_id,
        "imagesCount": project.items_seen,
        "itemsCount": project.items_seen,
        "datasetsCount": project.datasets_seen,
        "createdAt": moment(project.created_at),
        "updatedAt": moment(project.updated_at),
        "createdBy": project.created_by_id,
        "referenceImageUrl": None,
        "customData": {},
        "settings": dict(SETTINGS),
        "importSettings": {},
        "size": "0",
    }


def _byte_size(asking: Asking) -> int:
    """Bytes of the pictures that are here."""
    items = Item.objects.visible_to(asking.actor).filter(dataset__project=asking.body.key("id"))
    kept = items.filter(dataset__deleted_at=None)
    return kept.aggregate(bytes=Sum("byte_size"))["bytes"] or 0


def _refuse_unkept(body: Body) -> None:
    """What a project of ours has no place for."""
    for name in ("customData", "readme"):
        if body.raw(name):
            raise body.wrong(name, _("A project has no such field here. Leave it out."))
    try:
        settings = body.object("settings")
        refuse_settings(settings)
    except Unfit as unfit:
        raise Invalid({"settings": [str(unfit)]}) from None
