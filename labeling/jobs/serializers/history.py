"""Comments and events as REST shows them."""

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from labeling.core.api_verbs import represents
from labeling.jobs.models import Comment, Event


@represents(Comment)
class CommentSerializer(serializers.ModelSerializer[Comment]):
    """A remark; x and y are image pixels."""

    author = PersonSerializer(read_only=True)
    resolved_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Comment
        fields = (
            "id",
            "job",
            "job_item",
            "author",
            "text",
            "x",
            "y",
            "created_at",
            "resolved_at",
            "resolved_by",
        )
        read_only_fields = fields


@represents(Event)
class EventSerializer(serializers.ModelSerializer[Event]):
    """One line of history."""

    actor = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Event
        fields = (
            "id",
            "team",
            "verb",
            "actor",
            "subject_type",
            "subject_id",
            "batch",
            "job",
            "job_item",
            "from_state",
            "to_state",
            "data",
            "at",
        )
        read_only_fields = fields
