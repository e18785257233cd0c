"""The projects application."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image


class ProjectsConfig(AppConfig):
    """Owns the tables of workspaces, projects, schemas, datasets and items."""

    name = "labeling.projects"
    label = "projects"
    verbose_name = _("Projects")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the one limit for pictures hold wherever somebody opens one, not only on upload."""
        Image.MAX_IMAGE_PIXELS = settings.LABELDESK_MAX_IMAGE_PIXELS
