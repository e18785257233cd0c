"""Resolvers of what the client reads. Each answers from what the token's person may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Team
from labeling.clients.labelbox import shapes
from labeling.clients.labelbox.metadata import ONTOLOGY
from labeling.clients.labelbox.words import EXPORT, IMPORT, cancelable_type, key_of, statuses_of
from labeling.operations.kinds import kinds
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import Outcome, Status
from labeling.projects.models import Dataset, Item

# The client's own page sizes are 100, 500 and 5,000; nothing larger is given at once.
MOST_A_PAGE = 5_000
REMEMBERED = timedelta(days=30)

Where = Mapping[str, Any]


@dataclass(frozen=True)
class Asking:
    """Who asks, for which team.

    Attributes:
        team: the organization; None for somebody who is in no team.
    """

    actor: Actor
    team: Team | None
    request: HttpRequest

    @property
    def person_id(self) -> int:
        """The key of the token's person."""
        return self.actor.user.pk or 0


def user(_root: Any, info: Any, where: Where | None = None) -> dict[str, Any] | None:
    """The token's person; nobody else is told about."""
    own = info.context.actor.user
    if where is not None and key_of(where["id"]) != own.pk:
        return None
    return shapes.user_shape(own)


def organization(_root: Any, info: Any) -> dict[str, Any] | None:
    """The team."""
    team = info.context.team
    return None if team is None else shapes.organization_shape(team)


def dataset(_root: Any, info: Any, where: Where) -> dict[str, Any] | None:
    """A dataset by its id."""
    found = (
        Dataset.objects.visible_to(info.context.actor).kept().filter(pk=key_of(where["id"])).first()
    )
    return None if found is None else shapes.dataset_shape(found)


def datasets(
    _root: Any, info: Any, where: Where | None = None, skip: int = 0, first: int = 100
) -> list[dict[str, Any]]:
    """The team's datasets."""
    found = Dataset.objects.visible_to(info.context.actor).kept().filter(team=info.context.team)
    for name, value in _conditions(where):
        if name == "deleted":  # what is deleted is not seen here
            found = found.none() if value else found
        else:
            found = found.filter(**({"pk": key_of(value)} if name == "id" else {name: value}))
    return [shapes.dataset_shape(each) for each in _page(found.order_by("pk"), skip, first)]


def data_row(_root: Any, info: Any, where: Where) -> dict[str, Any] | None:
    """An item by its id."""
    found = Item.objects.visible_to(info.context.actor).filter(pk=key_of(where["id"])).first()
    return None if found is None else shapes.data_row_shape(found, info.context.request)


def dataset_data_rows(
    _root: Any, info: Any, id: str, first: int = 500, where: Where | None = None, **cursor: Any
) -> dict[str, Any]:
    """The items of a dataset, the newest first; the cursor is the id of the page's last item."""
    asking: Asking = info.context
    found = Item.objects.visible_to(asking.actor).filter(dataset=key_of(id)).order_by("-pk")
    for name, value in _conditions(where):
        column = {"externalId": "external_id", "globalKey": "global_key"}.get(name, name)
        found = found.filter(**{column: value})
    if cursor.get("from"):
        found = found.filter(pk__lt=key_of(cursor["from"]))
    nodes, more = _one_more(found, first)
    return {
        "nodes": [shapes.data_row_shape(each, asking.request) for each in nodes],
        "pageInfo": {"hasNextPage": more, "startCursor": str(nodes[-1].pk) if more else None},
    }


def user_tasks(root: Any, info: Any, **choice: Any) -> list[dict[str, Any]]:
    """What the person has asked for."""
    own = _operations(info.context).filter(created_by=key_of(root["id"]))
    return _tasks(own, info.context, **choice)


def organization_tasks(root: Any, info: Any, **choice: Any) -> list[dict[str, Any]]:
    """What the team's people have asked for in the last 30 days, the newest first."""
    recent = Q(created_at__gte=timezone.now() - REMEMBERED)
    found = _operations(info.context).filter(recent, team=key_of(root["id"]))
    return _tasks(found, info.context, **choice)


def _operations(asking: Asking) -> QuerySet[Operation]:
    # As at the vendor, tasks that export are not among them.
    return Operation.objects.visible_to(asking.actor).exclude(kind=EXPORT).order_by("-pk")


def _tasks(
    found: QuerySet[Operation],
    asking: Asking,
    where: Where | None = None,
    skip: int = 0,
    first: int = 100,
) -> list[dict[str, Any]]:
    for name, value in _conditions(where):
        if name == "id":
            found = found.filter(pk=key_of(value))
        else:
            found = found.filter(status__in=statuses_of(value))
    shown = _page(found, skip, first)
    return [shapes.task_shape(each, asking.person_id, asking.request) for each in shown]


def created_rows(_root: Any, info: Any, data: Where) -> dict[str, Any]:
    """What an import has made, page by page; the cursor is the last item's position."""
    asking: Asking = info.context
    made = Item.objects.visible_to(asking.actor).filter(imported_by=_import(asking, data))
    total = made.count()
    after = key_of(data.get("from") or 0)
    nodes, more = _one_more(made.filter(position__gt=after).order_by("position"), data.get("first"))
    return {
        "nodes": [shapes.created_row_shape(each, asking.request) for each in nodes],
        "after": str(nodes[-1].position) if more else None,
        "total": total,
    }


def failed_rows(_root: Any, info: Any, data: Where) -> dict[str, Any]:
    """What did not go in, page by page; for an import that gave up, also why."""
    operation = _import(info.context, data)
    visible = OperationRow.objects.visible_to(info.context.actor)
    failed = visible.filter(operation=operation).exclude(outcome=Outcome.OK)
    total = failed.count()
    after = key_of(data.get("from") or 0)
    rows, more = _one_more(failed.filter(number__gt=after).order_by("number"), data.get("first"))
    results = [shapes.failed_row_shape(row) for row in rows]
    if operation is not None and operation.status == Status.FAILED and not after:
        results.insert(0, {"message": operation.message, "spec": shapes.spec_shape({})})
    return {"results": results, "after": str(rows[-1].number) if more else None, "total": total}


def cancelable_types(_root: Any, _info: Any) -> list[str]:
    """Every kind of operation can be canceled."""
    return sorted(cancelable_type(kind.name) for kind in kinds.values())


def metadata_ontology(_root: Any, _info: Any) -> list[dict[str, Any]]:
    """The fields that metadata may name."""
    return ONTOLOGY


def iam_integrations(_root: Any, _info: Any) -> list[dict[str, Any]]:
    """None: pictures are fetched from public addresses, or uploaded."""
    return []


def _import(asking: Asking, data: Where) -> Operation | None:
    found = Operation.objects.visible_to(asking.actor).filter(kind=IMPORT)
    return found.filter(pk=key_of(data["taskId"])).first()


def _conditions(where: Where | None) -> Iterable[tuple[str, Any]]:
    """The comparisons of a filter, those joined by AND as well."""
    for name, value in (where or {}).items():
        if name == "AND":
            for part in value:
                yield from _conditions(part)
        else:
            yield name, value


def _page(found: QuerySet[Any], skip: int, first: int) -> QuerySet[Any]:
    begin = max(skip, 0)
    return found[begin : begin + _bounded(first)]


def _one_more(found: QuerySet[Any], first: int | None) -> tuple[list[Any], bool]:
    """A page, and whether another one follows."""
    size = _bounded(first)
    rows = list(found[: size + 1])
    return rows[:size], len(rows) > size


def _bounded(first: int | None) -> int:
    return MOST_A_PAGE if first is None else min(max(first, 1), MOST_A_PAGE)
