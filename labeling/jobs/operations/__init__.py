"""Machine work about jobs. Importing this package fills the registry of kinds."""

from labeling.jobs.operations import changing, extending, launching, rebalancing, undoing

__all__ = ["changing", "extending", "launching", "rebalancing", "undoing"]
