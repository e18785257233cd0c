"""Machine work about jobs. Importing this package fills the registry of kinds."""

from labeling.jobs.operations import changing, launching

__all__ = ["changing", "launching"]
