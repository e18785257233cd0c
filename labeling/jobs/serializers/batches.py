"""Batches as REST shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import PersonSerializer
from labeling.core.api_verbs import represents
from labeling.jobs.models import Batch
from labeling.jobs.serializers.estimates import EstimateSerializer, shown_estimate


@represents(Batch)
class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A batch with the sums of its jobs."""

    reviewer = PersonSerializer(read_only=True, allow_null=True)
    created_by = PersonSerializer(read_only=True)
    job_count = serializers.IntegerField(read_only=True, default=0)
    items = serializers.IntegerField(read_only=True, default=0)
    done = serializers.IntegerField(read_only=True, default=0)
    accepted = serializers.IntegerField(read_only=True, default=0)
    rejected = serializers.IntegerField(read_only=True, default=0)
    estimate = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = (
            "id",
            "team",
            "project",
            "dataset",
            "name",
            "description",
            "instructions",
            "type",
            "split",
            "seed",
            "segment_size",
            "spread",
            "weights",
            "jobs_a_person",
            "people",
            "reviewer",
            "classes",
            "tags",
            "objects_limit",
            "tags_limit",
            "selection",
            "priority",
            "rank",
            "overlap",
            "items_a_person",
            "lease_minutes",
            "skill",
            "skill_level",
            "due_at",
            "needs_review",
            "allow_own_review",
            "status",
            "operation",
            "job_count",
            "items",
            "done",
            "accepted",
            "rejected",
            "estimate",
            "created_by",
            "created_at",
            "updated_at",
            "archived_at",
        )
        read_only_fields = fields

    @extend_schema_field(EstimateSerializer(allow_null=True))
    def get_estimate(self, batch: Batch) -> dict[str, Any] | None:
        """When it is finished, as it was estimated last."""
        return shown_estimate(batch)
