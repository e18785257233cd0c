"""Jobs and their items as REST shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import PersonSerializer
from labeling.core.api_verbs import represents
from labeling.core.workflow import verbs_for
from labeling.jobs.models import Job, JobItem
from labeling.jobs.serializers.estimates import EstimateSerializer, shown_estimate
from labeling.projects.serializers import PixelsField


class CountersSerializer(serializers.ModelSerializer[Job]):
    """Where a job is and how far."""

    class Meta:
        model = Job
        fields = ("id", "status", "stage", "state", "items", "done", "accepted", "rejected")
        read_only_fields = fields


@represents(Job)
class JobSerializer(serializers.ModelSerializer[Job]):
    """A job; `verbs` are those that you may do to it now."""

    annotator = PersonSerializer(read_only=True, allow_null=True)
    reviewer = PersonSerializer(read_only=True, allow_null=True)
    created_by = PersonSerializer(read_only=True)
    status = serializers.CharField(read_only=True)
    estimate = serializers.SerializerMethodField()
    verbs = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id",
            "team",
            "project",
            "dataset",
            "batch",
            "name",
            "number",
            "type",
            "annotator",
            "reviewer",
            "stage",
            "state",
            "status",
            "priority",
            "due_at",
            "parent",
            "items",
            "done",
            "accepted",
            "rejected",
            "estimate",
            "verbs",
            "created_by",
            "created_at",
            "updated_at",
            "claimed_at",
            "lease_until",
            "started_at",
            "submitted_at",
            "completed_at",
            "stopped_at",
            "archived_at",
        )
        read_only_fields = fields

    @extend_schema_field(EstimateSerializer(allow_null=True))
    def get_estimate(self, job: Job) -> dict[str, Any] | None:
        """When it is finished, as it was estimated last."""
        return shown_estimate(job)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_verbs(self, job: Job) -> list[str]:
        """What the asker may do to this job now."""
        request: Any = self.context.get("request")
        if request is None:
            return []
        return [action.verb for action in verbs_for(job, request.actor)]


@represents(JobItem)
class JobItemSerializer(serializers.ModelSerializer[JobItem]):
    """One item in one job, with the job's counters as they are now."""

    name = serializers.CharField(source="item.name", read_only=True)
    width = PixelsField(source="item.width")
    height = PixelsField(source="item.height")
    object_count = serializers.IntegerField(source="annotation.object_count", read_only=True)
    tag_count = serializers.IntegerField(source="annotation.tag_count", read_only=True)
    decided_by = PersonSerializer(read_only=True, allow_null=True)
    done_by = PersonSerializer(read_only=True, allow_null=True)
    job = CountersSerializer(read_only=True)

    class Meta:
        model = JobItem
        fields = (
            "id",
            "job",
            "item",
            "name",
            "width",
            "height",
            "object_count",
            "tag_count",
            "position",
            "state",
            "version",
            "reason",
            "skip_reason",
            "done_by",
            "done_at",
            "decided_by",
            "decided_at",
        )
        read_only_fields = fields
