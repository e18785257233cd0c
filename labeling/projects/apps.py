"""The projects application."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image

from labeling.operations.subjects import PROJECT, project_lookups


class ProjectsConfig(AppConfig):
    """Owns the tables of workspaces, projects, schemas, datasets and items."""

    name = "labeling.projects"
    label = "projects"
    verbose_name = _("Projects")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """One limit for pictures wherever somebody opens one; operations know their projects."""
        Image.MAX_IMAGE_PIXELS = settings.LABELDESK_MAX_IMAGE_PIXELS
        project_lookups.add(PROJECT, "pk")
        project_lookups.add("projects.dataset", "project_id")
