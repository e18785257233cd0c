"""Tables of human work."""

from labeling.jobs.models.annotations import Annotation
from labeling.jobs.models.batches import Batch
from labeling.jobs.models.history import Comment, Event
from labeling.jobs.models.jobs import Job, JobItem
from labeling.jobs.models.people import Pace, SavedView

__all__ = [
    "Annotation",
    "Batch",
    "Comment",
    "Event",
    "Job",
    "JobItem",
    "Pace",
    "SavedView",
]
