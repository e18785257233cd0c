"""Operations, and what was told of them, as REST shows them."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import PersonSerializer
from labeling.core.api_verbs import represents
from labeling.operations.models import LogLine, Operation, OperationRow
from labeling.operations.notices.models import Attempt, Delivery, Notice, Webhook


@represents(Operation)
class OperationSerializer(serializers.ModelSerializer[Operation]):
    """Machine work: how far it is, what came of it, and where its result is."""

    created_by = PersonSerializer(read_only=True, allow_null=True)
    rate = serializers.FloatField(
        read_only=True, allow_null=True, help_text="Units a second lately; null unless it runs."
    )
    download = serializers.SerializerMethodField()

    class Meta:
        model = Operation
        fields = (
            "id",
            "team",
            "kind",
            "label",
            "status",
            "total",
            "done",
            "rate",
            "error_count",
            "message",
            "result",
            "subject_type",
            "subject_id",
            "project_id",
            "attempts",
            "created_by",
            "created_at",
            "started_at",
            "completed_at",
            "download",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_download(self, operation: Operation) -> str | None:
        """Where the result can be fetched; None without one."""
        if not operation.file:
            return None
        return reverse("api:operation-download", args=[operation.pk])


@represents(OperationRow)
class OperationRowSerializer(serializers.ModelSerializer[OperationRow]):
    """What became of one row of the input."""

    class Meta:
        model = OperationRow
        fields = ("number", "name", "outcome", "message", "data")
        read_only_fields = fields


@represents(LogLine)
class LogLineSerializer(serializers.ModelSerializer[LogLine]):
    """One line of an operation's log."""

    by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = LogLine
        fields = ("id", "at", "event", "by", "text")
        read_only_fields = fields


@represents(Notice)
class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """An operation of one's own that has ended."""

    label = serializers.CharField(  # type: ignore[assignment]  # DRF has an attribute of the name
        source="operation.label", read_only=True
    )
    kind = serializers.CharField(source="operation.kind", read_only=True)
    status = serializers.CharField(source="operation.status", read_only=True)

    class Meta:
        model = Notice
        fields = ("id", "team", "operation", "label", "kind", "status", "at", "seen_at")
        read_only_fields = fields


@represents(Webhook)
class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """An address that is told when operations end.

    `secret` is null except in the answer to `add-webhook` and `renew-secret`: keep it then.
    """

    events = serializers.ListField(child=serializers.CharField(), read_only=True)
    kinds = serializers.ListField(child=serializers.CharField(), read_only=True)
    created_by = PersonSerializer(read_only=True)
    secret = serializers.SerializerMethodField()

    class Meta:
        model = Webhook
        fields = (
            "id",
            "team",
            "url",
            "events",
            "kinds",
            "is_enabled",
            "is_removed",
            "secret",
            "created_by",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_secret(self, hook: Webhook) -> str | None:
        """What bodies are signed with, in the one answer that tells it."""
        return hook.told_secret


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One attempt: when, how long, and what came of it."""

    seconds = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = Attempt
        fields = ("number", "at", "seconds", "code", "reason")
        read_only_fields = fields


@represents(Delivery)
class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One message to a webhook, or by mail to oneself, with every attempt."""

    status = serializers.CharField(read_only=True)
    attempts = AttemptSerializer(many=True, read_only=True)
    body = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = (
            "id",
            "team",
            "webhook",
            "operation",
            "event",
            "status",
            "message",
            "created_at",
            "next_try_at",
            "delivered_at",
            "given_up_at",
            "attempts",
            "body",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_body(self, delivery: Delivery) -> Any:
        """What is sent, byte for byte; empty for a mail."""
        return delivery.body
