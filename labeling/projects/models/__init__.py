"""Tables of what is labeled."""

from labeling.projects.models.datasets import Dataset, Item, ItemLabels, ItemTag, StagedFile
from labeling.projects.models.schema import LabelClass, TagDefinition
from labeling.projects.models.workspaces import Project, Workspace

__all__ = [
    "Dataset",
    "Item",
    "ItemLabels",
    "ItemTag",
    "LabelClass",
    "Project",
    "StagedFile",
    "TagDefinition",
    "Workspace",
]
