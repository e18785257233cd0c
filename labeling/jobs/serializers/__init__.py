"""Human work as REST shows it."""

from labeling.jobs.serializers.annotations import AnnotationSerializer, AnnotationWrite
from labeling.jobs.serializers.batches import BatchSerializer
from labeling.jobs.serializers.history import CommentSerializer, EventSerializer
from labeling.jobs.serializers.jobs import JobItemSerializer, JobSerializer
from labeling.jobs.serializers.rebalancing import RebalancePreviewSerializer

__all__ = [
    "AnnotationSerializer",
    "AnnotationWrite",
    "BatchSerializer",
    "CommentSerializer",
    "EventSerializer",
    "JobItemSerializer",
    "JobSerializer",
    "RebalancePreviewSerializer",
]
