"""Tables of human work."""

from labeling.jobs.models.activity import Activity
from labeling.jobs.models.annotations import Annotation
from labeling.jobs.models.batches import Batch
from labeling.jobs.models.forecasts import EstimateRefresh, Forecast, WorkingHours
from labeling.jobs.models.history import Comment, Event
from labeling.jobs.models.jobs import Job, JobItem
from labeling.jobs.models.money import LedgerEntry, Price, Terms
from labeling.jobs.models.people import Pace, SavedView
from labeling.jobs.models.skills import PersonSkill, Skill

__all__ = [
    "Activity",
    "Annotation",
    "Batch",
    "Comment",
    "EstimateRefresh",
    "Event",
    "Forecast",
    "Job",
    "JobItem",
    "LedgerEntry",
    "Pace",
    "PersonSkill",
    "Price",
    "SavedView",
    "Skill",
    "Terms",
    "WorkingHours",
]
