"""The operations application."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Owns the tables of operations and their rows."""

    name = "labeling.operations"
    label = "operations"
    verbose_name = _("Operations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make every application's tasks known, so that the doorbell finds its own by name."""
        autodiscover_modules("tasks")
