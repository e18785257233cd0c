"""Human work over REST."""

from labeling.jobs.api.batches import BatchViewSet
from labeling.jobs.api.figures import OwnFiguresView, TeamFiguresView
from labeling.jobs.api.history import CommentViewSet, EventViewSet
from labeling.jobs.api.items import JobItemViewSet
from labeling.jobs.api.jobs import JobViewSet
from labeling.jobs.api.money import LedgerViewSet, PriceViewSet, StatementView, TermsViewSet
from labeling.jobs.api.skills import SkillViewSet

__all__ = [
    "BatchViewSet",
    "CommentViewSet",
    "EventViewSet",
    "JobItemViewSet",
    "JobViewSet",
    "LedgerViewSet",
    "OwnFiguresView",
    "PriceViewSet",
    "SkillViewSet",
    "StatementView",
    "TeamFiguresView",
    "TermsViewSet",
]
