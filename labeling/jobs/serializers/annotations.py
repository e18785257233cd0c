"""Annotations as REST shows and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from labeling.core.api_verbs import represents
from labeling.jobs.actions.correcting import annotation_facts
from labeling.jobs.models import Annotation


@represents(Annotation)
class AnnotationSerializer(serializers.Serializer[Annotation]):
    """A label document with its version; a save sends back the version that it is based on."""

    version = serializers.IntegerField(read_only=True)
    document = serializers.JSONField(read_only=True)
    updated_by = serializers.CharField(read_only=True, allow_null=True)
    updated_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def to_representation(self, instance: Annotation) -> dict[str, Any]:
        """The same facts as in a 409."""
        return annotation_facts(instance)


@extend_schema_serializer(component_name="AnnotationSave")
class AnnotationWrite(serializers.Serializer[Any]):
    """What a save sends."""

    version = serializers.IntegerField(min_value=0)
    document = serializers.JSONField()
