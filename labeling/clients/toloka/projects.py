"""App projects: our projects, each with its label schema as parameters."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Team
from labeling.clients.toloka.calls import Asking, serve
from labeling.clients.toloka.parameters import add_schema, parameters_of, read_parameters
from labeling.clients.toloka.searching import (
    DATE,
    ID,
    NAME,
    Fields,
    Search,
    listed,
    matching,
    page,
    read_search,
)
from labeling.clients.toloka.wire import text
from labeling.clients.toloka.words import APP, key_of, moment, one_of
from labeling.core.errors import Invalid
from labeling.core.workflow import actions, perform
from labeling.jobs.money.arithmetic import price_of_next
from labeling.jobs.money.balance import PriceList
from labeling.projects.models import LabelClass, Project, TagDefinition

PROJECTS = Fields(
    compared={"id": ID, "name": NAME, "created": DATE},
    sorted=("id", "name", "created"),
    words=("app_id", "parent_app_project_id", "status", "scope", "requester_ids"),
    most=5_000,
)
COLUMNS = {"id": "pk", "name": "name", "created": "created_at"}

READY, ARCHIVED = "READY", "ARCHIVED"
# A project is made in one go, so that none is ever found in the other two.
STATUSES = {
    READY: Q(archived_at=None),
    ARCHIVED: Q(archived_at__isnull=False),
    "CREATING": Q(pk__in=()),
    "ERROR": Q(pk__in=()),
}
MY, COMPANY, LISTED = "MY", "COMPANY", "REQUESTER_LIST"
SCOPES = {MY: MY, COMPANY: COMPANY, LISTED: LISTED}


@serve("GET", "app-projects")
def find_projects(asking: Asking) -> Any:
    """The team's projects."""
    search = read_search(asking.request, PROJECTS)
    found: QuerySet[Project] = Project.objects.visible_to(asking.actor).filter(team=asking.team)
    if search.word("status"):
        found = found.filter(one_of("status", search.word("status"), STATUSES))
    if search.word("app_id") not in ("", APP) or search.word("parent_app_project_id"):
        found = found.none()  # there is one app, and no project has a parent
    found = _in_scope(found, asking, search)
    rows, more = page(matching(with_schema(found, asking), search, COLUMNS), search.limit)
    return listed(shapes_of(rows), more=more)


def _in_scope(found: QuerySet[Project], asking: Asking, search: Search) -> QuerySet[Project]:
    scope = one_of("scope", search.word("scope") or COMPANY, SCOPES)
    if scope == COMPANY:
        return found
    if scope == MY:
        return found.filter(created_by=asking.actor.user.pk)
    words = ",".join(search.words["requester_ids"]).split(",")
    return found.filter(created_by__in=[key_of(word) for word in words])


@serve("POST", "app-projects")
def create_project(asking: Asking) -> Any:
    """A project with the classes and tags of its parameters; all of it or nothing."""
    body = asking.body
    if text(body, "app_id") != APP:
        raise Invalid({"app_id": [_("Use the app “%s”.") % APP]})
    if text(body, "parent_app_project_id"):
        told = _("A clone cannot be asked for. Send the other project's parameters instead.")
        raise Invalid({"parent_app_project_id": [told]})
    parameters = read_parameters(body)
    wanted = {"name": text(body, "name"), "description": parameters["description"]}
    with transaction.atomic():
        made: Project = perform(
            actions[Team, "create-project"], asking.team, asking.actor, wanted
        ).outcome
        add_schema(made, asking.actor, parameters)
    return _shown(asking, made)


@serve("GET", "app-projects/{project}")
def get_project(asking: Asking, project: str) -> Any:
    """A project."""
    return _shown(asking, asking.project(project))


@serve("POST", "app-projects/{project}/archive")
def archive_project(asking: Asking, project: str) -> None:
    """Put a project away."""
    perform(actions[Project, "archive"], asking.project(project), asking.actor)


@serve("POST", "app-projects/{project}/unarchive")
def unarchive_project(asking: Asking, project: str) -> None:
    """Take a project back."""
    perform(actions[Project, "unarchive"], asking.project(project), asking.actor)


def with_schema(found: QuerySet[Project], asking: Asking) -> QuerySet[Project]:
    """Projects with the classes and tags that they offer."""
    classes: Any = LabelClass.objects.visible_to(asking.actor).filter(removed_at=None)
    tags: Any = TagDefinition.objects.visible_to(asking.actor).filter(removed_at=None)
    return found.prefetch_related(Prefetch("classes", classes), Prefetch("tag_definitions", tags))


def _shown(asking: Asking, project: Project) -> Any:
    own = Project.objects.visible_to(asking.actor).filter(pk=project.pk)
    return shapes_of(list(with_schema(own, asking)))[0]


def shapes_of(projects: Sequence[Project]) -> list[dict[str, Any]]:
    """Projects as the client has them."""
    prices = PriceList(project.pk for project in projects)
    return [
        {
            "id": str(project.pk),
            "app_id": APP,
            "app": {"id": APP, "name": _("Image annotation")},
            "parent_app_project_id": None,
            "name": project.name,
            "parameters": parameters_of(project),
            "status": ARCHIVED if project.archived_at else READY,
            "created": moment(project.created_at),
            "item_price": price_of_next(prices.of(project.pk), needs_review=True),
            "errors": [],
            "read_only": project.archived_at is not None,
        }
        for project in projects
    ]
