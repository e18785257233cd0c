"""Operations, webhooks and their log in the admin panel."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from labeling.core.admin import DeskAdmin, OwnTeamsFilter
from labeling.operations.models import Delivery, Operation, Webhook
from labeling.operations.notices.actions import RenewSecret


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


@admin.register(Webhook)
class WebhookAdmin(DeskAdmin[Webhook]):
    """Addresses that are told when operations end; never their secrets."""

    list_display = ("url", "team", "is_enabled", "is_removed", "created_by", "created_at")
    list_filter = ("is_enabled", "is_removed", ("team", OwnTeamsFilter))
    search_fields = ("url",)
    list_select_related = ("team", "created_by")
    exclude = ("secret",)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the verb whose answer tells a secret: the panel would not show it."""
        found = super().get_actions(request)
        found.pop(RenewSecret.verb, None)
        return found


@admin.register(Delivery)
class DeliveryAdmin(DeskAdmin[Delivery]):
    """What was sent, and what still waits."""

    list_display = (
        "created_at",
        "event",
        "webhook",
        "person",
        "team",
        "attempt_count",
        "delivered_at",
        "given_up_at",
        "next_try_at",
    )
    list_filter = ("event", ("team", OwnTeamsFilter))
    list_select_related = ("team", "webhook", "person")
