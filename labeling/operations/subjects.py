"""Which project an operation belongs to.

Projects stand above this package. Each package there names its models, by "app.model", with the
lookup that leads from one of them to the key of its project.
"""

from typing import Any

from django.apps import apps

from labeling.core.registry import Registry

# What operations can be grouped by: the model whose keys the lookups below lead to.
PROJECT = "projects.project"

project_lookups: Registry[str, str] = Registry("way from a subject to its project")


def project_of(subject_type: str, subject_id: int | None) -> int | None:
    """The key of the project that a subject belongs to; None when it is in none, or gone."""
    lookup = project_lookups.get(subject_type)
    if lookup is None or subject_id is None:
        return None
    model: Any = apps.get_model(subject_type)
    found = model._base_manager.filter(pk=subject_id).values_list(lookup, flat=True).first()
    return None if found is None else int(found)


def project_model() -> Any | None:
    """The model of projects; None while no package brings it."""
    return apps.get_model(PROJECT) if PROJECT in project_lookups else None
