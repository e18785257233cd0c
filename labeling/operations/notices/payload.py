"""What a webhook is told: the body, and the headers that prove where it comes from."""

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from django.urls import reverse

from labeling.operations.models import Operation
from labeling.operations.notices.models import Delivery, Event

VERSION = 1


def body_of(operation: Operation) -> str:
    """The JSON text about an operation that has ended."""
    return json.dumps(
        {"version": VERSION, "event": operation.status, **about(operation)}, ensure_ascii=False
    )


def body_of_test(team: Any) -> str:
    """The JSON text of a test: the same shape, about no operation."""
    return json.dumps(
        {
            "version": VERSION,
            "event": Event.TEST.value,
            "team": {"id": team.pk, "name": team.name},
            "operation": None,
            "urls": {},
        },
        ensure_ascii=False,
    )


def about(operation: Operation) -> dict[str, Any]:
    """The facts of an operation, with addresses that a receiver can open."""
    by = operation.created_by
    return {
        "team": {"id": operation.team_id, "name": operation.team.name},
        "operation": {
            "id": operation.pk,
            "kind": operation.kind,
            "label": operation.label,
            "status": operation.status,
            "message": operation.message,
            "total": operation.total,
            "done": operation.done,
            "errors": operation.error_count,
            "created_by": None if by is None else {"id": by.pk, "name": by.name},
            "created_at": _written(operation.created_at),
            "started_at": _written(operation.started_at),
            "completed_at": _written(operation.completed_at),
        },
        "urls": _urls(operation),
    }


def _urls(operation: Operation) -> dict[str, str | None]:
    names = {
        "page": "operations:operation",
        "operation": "api:operation-detail",
        "errors": "api:operation-errors",
        "results": "api:operation-results",
    }
    found: dict[str, str | None] = {
        key: absolute(reverse(name, args=[operation.pk])) for key, name in names.items()
    }
    file = absolute(reverse("api:operation-download", args=[operation.pk]))
    found["download"] = file if operation.file else None
    return found


def absolute(path: str) -> str:
    """The public address of a path on this desk."""
    return f"{str(settings.LABELDESK_URL).rstrip('/')}{path}"


def headers_of(delivery: Delivery, secret: str, timestamp: int) -> dict[str, str]:
    """The headers of one attempt.

    Arguments:
        timestamp: seconds since 1970, of this attempt; it is signed too, so that an old message
            cannot be sent again by somebody who overheard it.
    """
    return {
        "Content-Type": "application/json",
        "Labeldesk-Event": delivery.event,
        "Labeldesk-Delivery": str(delivery.pk),
        "Labeldesk-Timestamp": str(timestamp),
        "Labeldesk-Signature": f"sha256={signature(secret, timestamp, delivery.body)}",
    }


def signature(secret: str, timestamp: int, body: str) -> str:
    """HMAC-SHA256 over "<timestamp>.<body>" with the webhook's secret, in hex."""
    signed = f"{timestamp}.{body}".encode()
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _written(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat(timespec="seconds"))
