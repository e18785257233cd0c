"""What a person may do with projects, schemas and datasets. Importing this fills the registry."""

from labeling.projects.actions import (
    classes,
    datasets,
    deleting,
    labels,
    projects,
    recounting,
    references,
    tags,
    thumbnails,
)

__all__ = [
    "classes",
    "datasets",
    "deleting",
    "labels",
    "projects",
    "recounting",
    "references",
    "tags",
    "thumbnails",
]
