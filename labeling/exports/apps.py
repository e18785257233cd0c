"""The exports application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    """Named here so that the settings can install it."""

    name = "labeling.exports"
    label = "exports"
    verbose_name = _("Exports")
