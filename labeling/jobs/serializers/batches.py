"""Batches as REST shows them."""

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from labeling.core.api_verbs import represents
from labeling.jobs.models import Batch


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
            "created_by",
            "created_at",
            "updated_at",
            "archived_at",
        )
        read_only_fields = fields
