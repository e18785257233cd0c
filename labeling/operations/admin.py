"""Operations in the admin panel."""

from django.contrib import admin

from labeling.core.admin import DeskAdmin, OwnTeamsFilter
from labeling.operations.models import Operation


@admin.register(Operation)
class OperationAdmin(DeskAdmin[Operation]):
    """Machine work with its progress."""

    list_display = (
        "label",
        "kind",
        "team",
        "created_by",
        "status",
        "done",
        "total",
        "error_count",
        "attempts",
        "created_at",
        "completed_at",
    )
    list_filter = ("status", "kind", ("team", OwnTeamsFilter))
    search_fields = ("label", "created_by__username", "created_by__display_name")
    list_select_related = ("team", "created_by")
    exclude = ("claimed_by", "idempotency_key")
    date_hierarchy = "created_at"
