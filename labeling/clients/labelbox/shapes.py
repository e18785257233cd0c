"""Our things as Labelbox's objects: dictionaries with every field that the client may ask for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Team, User
from labeling.clients.labelbox import signing
from labeling.clients.labelbox.metadata import values_of
from labeling.clients.labelbox.words import IMPORT, STATUS_WORDS, moment, type_of
from labeling.operations.models import Operation, OperationRow
from labeling.projects.models import Dataset, Item


def user_shape(user: User) -> dict[str, Any]:
    """The person whose token it is."""
    return {
        "id": str(user.pk),
        "email": user.email,
        "name": user.name,
        "nickname": user.username,
        "picture": None,
        "isExternalUser": False,
        "isViewer": False,
        "lastLoginAt": moment(user.last_login),
        "createdAt": moment(user.date_joined),
        "updatedAt": moment(user.date_joined),
    }


def organization_shape(team: Team) -> dict[str, Any]:
    """A team."""
    created = moment(team.created_at)
    return {"id": str(team.pk), "name": team.name, "createdAt": created, "updatedAt": created}


def dataset_shape(dataset: Dataset) -> dict[str, Any]:
    """A dataset."""
    return {
        "id": str(dataset.pk),
        "name": dataset.name,
        "description": dataset.description,
        "rowCount": dataset.item_count,
        "createdAt": moment(dataset.created_at),
        "updatedAt": moment(dataset.updated_at),
    }


def row_data_of(item: Item, request: HttpRequest) -> str:
    """Where the picture lies: the address that was imported, else ours."""
    ours = reverse("api:item-image", args=[item.pk])
    return item.source_url or request.build_absolute_uri(ours)


def data_row_shape(item: Item, request: HttpRequest) -> dict[str, Any]:
    """An item."""
    facts = list(values_of(item.metadata))
    extent = {"width": item.width, "height": item.height} if item.is_fetched else {}
    return {
        "id": str(item.pk),
        "externalId": item.external_id or None,
        "globalKey": item.global_key,
        "rowData": row_data_of(item, request),
        "mediaAttributes": {**extent, "mimeType": item.media_type or None},
        "customMetadata": facts,
        "metadataFields": facts,
        "createdAt": moment(item.created_at),
        "updatedAt": moment(item.created_at),
    }


def created_row_shape(item: Item, request: HttpRequest) -> dict[str, Any]:
    """An item as the result of an import names it."""
    return {
        "id": str(item.pk),
        "externalId": item.external_id or None,
        "globalKey": item.global_key,
        "rowData": row_data_of(item, request),
    }


def failed_row_shape(row: OperationRow) -> dict[str, Any]:
    """A row that did not go in, with what it had said."""
    return {"message": row.message, "spec": spec_shape(row.data)}


def spec_shape(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of an import had said, as far as it can be shown as what it should have been."""
    metadata, attachments = data.get("metadata"), data.get("attachments")
    return {
        "externalId": _text(data.get("external_id")),
        "globalKey": _text(data.get("global_key")),
        "rowData": _text(data.get("row_data")),
        "metadata": list(values_of(metadata)) if isinstance(metadata, dict) else [],
        "attachments": _attachments(attachments) if isinstance(attachments, list) else [],
    }


def _attachments(attachments: list[Any]) -> list[dict[str, str | None]]:
    return [
        {name: _text(each.get(name)) for name in ("type", "value", "name")}
        for each in attachments
        if isinstance(each, dict)
    ]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def task_shape(operation: Operation, person_id: int, request: HttpRequest) -> dict[str, Any]:
    """An operation as a person sees it.

    `result` is an address that the client reads without saying who it is, so it is signed; only an
    import that is over has one.
    """
    readable = operation.kind == IMPORT and operation.is_finished
    changed = operation.completed_at or operation.started_at or operation.created_at
    return {
        "id": str(operation.pk),
        "name": operation.label,
        "type": type_of(operation),
        "status": STATUS_WORDS[operation.status],
        "completionPercentage": round(100 * (operation.fraction or 0.0), 1),
        "result": signing.address(operation, person_id, request) if readable else None,
        "errors": operation.message or None,
        "metadata": operation.result or None,
        "createdAt": moment(operation.created_at),
        "updatedAt": moment(changed),
    }
