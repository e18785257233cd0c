"""Workspaces: a team's shelves of projects."""

from django.utils.translation import gettext_lazy

from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.wire import moment
from labeling.core.http import get_visible_or_404
from labeling.projects.models import Workspace

FIELDS = {"id": Field("pk"), "name": Field("name", "text")}
ORDERS = {"id": "pk", "name": "name", "createdAt": "created_at"}


@call("workspaces.list")
def workspace_list(asking: Asking) -> Answer:
    """The shelves of a team."""
    found = Workspace.objects.visible_to(asking.actor).filter(team=asking.team())
    return paged(asking, narrowed(found, asking.body, FIELDS), workspace_shape, ORDERS)


@call("workspaces.info")
def workspace_info(asking: Asking) -> Answer:
    """One shelf."""
    found = Workspace.objects.visible_to(asking.actor)
    return workspace_shape(get_visible_or_404(found, asking.body.key("id")))


def workspace_shape(workspace: Workspace) -> dict[str, object]:
    """A workspace as the SDK reads it."""
    created = moment(workspace.created_at)
    return {
        "id": workspace.pk,
        "name": workspace.name,
        "description": "",
        "teamId": workspace.team_id,
        "createdAt": created,
        "updatedAt": created,
    }


refuse(
    gettext_lazy("A workspace comes with its first project: name it when you make one there."),
    "workspaces.add",
)
refuse(gettext_lazy("Workspaces stay; archive their projects."), "workspaces.archive")
