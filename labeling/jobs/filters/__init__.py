"""What the lists of human work may be filtered by; the pages and REST share these classes."""

from labeling.jobs.filters.batches import (
    BatchFilterSet,
    ProjectBatchFilterSet,
    TeamBatchFilterSet,
)
from labeling.jobs.filters.history import CommentFilterSet, EventFilterSet
from labeling.jobs.filters.items import JobItemFilterSet
from labeling.jobs.filters.jobs import JobFilterSet, ReviewQueueFilterSet, TeamJobFilterSet
from labeling.jobs.filters.people import PeopleFilterSet
from labeling.jobs.filters.skills import SkillFilterSet

__all__ = [
    "BatchFilterSet",
    "CommentFilterSet",
    "EventFilterSet",
    "JobFilterSet",
    "JobItemFilterSet",
    "PeopleFilterSet",
    "ProjectBatchFilterSet",
    "ReviewQueueFilterSet",
    "SkillFilterSet",
    "TeamBatchFilterSet",
    "TeamJobFilterSet",
]
