"""The core application: it fills the registries once all models are loaded."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """Lower layers serve higher ones through registries, so somebody has to import the fillers."""

    name = "labeling.core"
    label = "core"

    def ready(self) -> None:
        """Import every application's actions, operation kinds and exchange formats."""
        autodiscover_modules(
            "actions", "operations", "formats", "panels", "purging", "recounting", "usage"
        )
