"""The label schema of a project as formats know it."""

from __future__ import annotations

from labeling.exports.records import Schema, SchemaClass, SchemaTag
from labeling.projects.models import LabelClass, TagDefinition


def schema_of(project_id: int) -> Schema:
    """Classes and tag definitions in their order, removed ones included."""
    classes = LabelClass.objects.filter(project=project_id).order_by("position", "pk")
    tags = TagDefinition.objects.filter(project=project_id).order_by("position", "pk")
    return Schema(
        classes=tuple(
            SchemaClass(
                id=each.pk,
                name=each.name,
                shape=each.shape,
                color=each.color,
                is_removed=each.removed_at is not None,
            )
            for each in classes
        ),
        tags=tuple(
            SchemaTag(
                id=each.pk,
                name=each.name,
                value_type=each.value_type,
                choices=tuple(each.choices),
                applies_to=each.applies_to,
                classes=tuple(kind.pk for kind in each.classes.all()),
                is_removed=each.removed_at is not None,
            )
            for each in tags.prefetch_related("classes")
        ),
    )
