"""The jobs application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from labeling.operations.subjects import project_lookups


class JobsConfig(AppConfig):
    """Owns the tables of batches, jobs, annotations, comments and events."""

    name = "labeling.jobs"
    label = "jobs"
    verbose_name = _("Jobs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Operations about our things know their projects."""
        for name in ("batch", "job"):
            project_lookups.add(f"jobs.{name}", "project_id")
