"""Guides: the instructions of batches, which a job of the SDK names by the batch's id."""

from typing import Any

from django.db.models import QuerySet

from labeling.clients.supervisely.calls import Answer, Asking, call
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.wire import moment
from labeling.core.http import get_visible_or_404
from labeling.jobs.models import Batch

FIELDS = {
    "id": Field("pk"),
    "name": Field("name", "text"),
    "createdBy": Field("created_by"),
    "createdAt": Field("created_at", "time"),
}
ORDERS = {"id": "pk", "name": "name", "createdAt": "created_at", "updatedAt": "updated_at"}


def seen_guides(asking: Asking) -> QuerySet[Batch]:
    """The batches with instructions."""
    return Batch.objects.visible_to(asking.actor).exclude(instructions="")


@call("guides.list")
def guide_list(asking: Asking) -> Answer:
    """The guides of a team."""
    found = narrowed(seen_guides(asking).filter(team=asking.team()), asking.body, FIELDS)
    return paged(asking, found, lambda batch: guide_shape(batch, asking), ORDERS)


@call("guides.info")
def guide_info(asking: Asking) -> Answer:
    """One guide."""
    return guide_shape(get_visible_or_404(seen_guides(asking), asking.body.key("id")), asking)


def guide_shape(batch: Batch, asking: Asking) -> dict[str, Any]:
    """A batch's instructions as the SDK reads a guide; the file is the batch's page."""
    return {
        "id": batch.pk,
        "name": batch.name,
        "description": batch.instructions,
        "filePath": asking.request.build_absolute_uri(batch.get_absolute_url()),
        "createdAt": moment(batch.created_at),
        "updatedAt": moment(batch.updated_at),
        "createdBy": batch.created_by_id,
        "teamId": batch.team_id,
        "videoId": None,
        "disabledBy": None,
        "disabledAt": moment(batch.archived_at),
    }
