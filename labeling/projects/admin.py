"""Projects and datasets in the admin panel."""

from django.contrib import admin

from labeling.core.admin import DeskAdmin, DeskInline, OwnTeamsFilter
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition


class ClassInline(DeskInline):
    """A project's classes."""

    model = LabelClass
    fields = ("name", "shape", "color", "hotkey", "removed_at")
    readonly_fields = fields


class TagInline(DeskInline):
    """A project's tag definitions."""

    model = TagDefinition
    fields = ("name", "value_type", "applies_to", "hotkey", "removed_at")
    readonly_fields = fields


@admin.register(Project)
class ProjectAdmin(DeskAdmin[Project]):
    """Projects with their schema."""

    list_display = ("name", "team", "workspace", "lifecycle", "created_at", "on_the_desk")
    list_filter = (("team", OwnTeamsFilter), ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "workspace__name")
    list_select_related = ("team", "workspace")
    inlines = (ClassInline, TagInline)


@admin.register(Dataset)
class DatasetAdmin(DeskAdmin[Dataset]):
    """Datasets with their size."""

    list_display = ("name", "project", "team", "item_count", "lifecycle", "on_the_desk")
    list_filter = (("team", OwnTeamsFilter), ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "project__name")
    list_select_related = ("project", "team")
