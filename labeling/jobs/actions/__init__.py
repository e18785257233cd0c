"""Every verb of human work. Importing this package fills the registry."""

from labeling.jobs.actions import (
    annotating,
    batches,
    claiming,
    comments,
    correcting,
    deciding,
    history,
    launching,
    leaving,
    reviewing,
    saved_views,
    steering,
)

__all__ = [
    "annotating",
    "batches",
    "claiming",
    "comments",
    "correcting",
    "deciding",
    "history",
    "launching",
    "leaving",
    "reviewing",
    "saved_views",
    "steering",
]
