"""Human work over REST."""

from labeling.jobs.api.batches import BatchViewSet
from labeling.jobs.api.history import CommentViewSet, EventViewSet
from labeling.jobs.api.items import JobItemViewSet
from labeling.jobs.api.jobs import JobViewSet

__all__ = [
    "BatchViewSet",
    "CommentViewSet",
    "EventViewSet",
    "JobItemViewSet",
    "JobViewSet",
]
