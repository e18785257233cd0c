"""Resolvers of what the client changes: each a translation onto our actions and operations."""

import logging
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Team
from labeling.clients.labelbox import manifest, shapes
from labeling.clients.labelbox.reading import Asking
from labeling.clients.labelbox.words import key_of
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import actions, perform
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.models import Project
from labeling.projects.uploads_ahead import address_of, stage_ahead

logger = logging.getLogger(__name__)

# Datasets are free at the vendor and belong to a project here; those of scripts share this one.
PROJECT_NAME = "Labelbox"


def create_dataset(_root: Any, info: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset in the team's project for such scripts, which is made with the first one."""
    asking: Asking = info.context
    if asking.team is None:
        raise Forbidden(_("You are in no team. Ask for an invitation."))
    wanted = {"name": data["name"], "description": data.get("description") or ""}
    project = _project(asking, asking.team)
    change = perform(actions[Project, "create-dataset"], project, asking.actor, wanted)
    return shapes.dataset_shape(change.outcome)


def _project(asking: Asking, team: Team) -> Project:
    visible = Project.objects.visible_to(asking.actor).filter(team=team, archived_at=None)
    known = visible.filter(name=PROJECT_NAME).first()
    if known is not None:
        return known
    wanted = {"name": PROJECT_NAME}
    made: Project = perform(actions[Team, "create-project"], team, asking.actor, wanted).outcome
    return made


def upload_file(_root: Any, info: Any, file: Any, **_said: Any) -> dict[str, Any]:
    """Keep a file for a later import: a picture, some rows, or the manifest."""
    asking: Asking = info.context
    staged = stage_ahead(asking.actor, file)
    return {"url": address_of(staged), "filename": staged.name}


def upsert_data_rows(_root: Any, info: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """Start the import that a manifest describes; the same manifest starts nothing again."""
    asking: Asking = info.context
    operation = manifest.start_import(asking.actor, data["manifestUri"])
    return shapes.task_shape(operation, asking.person_id, asking.request)


def cancel_task(_root: Any, info: Any, id: str) -> dict[str, Any]:
    """Cancel an operation; a repeat of the request finds it canceled already."""
    found = Operation.objects.visible_to(info.context.actor).filter(pk=key_of(id)).first()
    if found is None:
        raise Invalid({"id": [_("There is no such task.")]})
    try:
        perform(actions[Operation, "cancel"], found, info.context.actor)
    except Conflict:
        found.refresh_from_db()
        if found.status not in (Status.CANCELING, Status.CANCELED):
            raise
    return {"success": True}
