"""Operations as REST shows them."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import PersonSerializer
from labeling.core.api_verbs import represents
from labeling.operations.models import Operation, OperationRow


@represents(Operation)
class OperationSerializer(serializers.ModelSerializer[Operation]):
    """Machine work: how far it is, what came of it, and where its result is."""

    created_by = PersonSerializer(read_only=True, allow_null=True)
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
            "error_count",
            "message",
            "result",
            "subject_type",
            "subject_id",
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
