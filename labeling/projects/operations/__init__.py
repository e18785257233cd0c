"""Machine work about datasets. Importing this package fills the registry of kinds."""

from labeling.projects.operations import uploading

__all__ = ["uploading"]
