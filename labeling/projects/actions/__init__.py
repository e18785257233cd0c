"""What a person may do with projects, schemas and datasets. Importing this fills the registry."""

from labeling.projects.actions import classes, datasets, projects, tags

__all__ = ["classes", "datasets", "projects", "tags"]
