"""The demo application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """Named here so that the settings can install it."""

    name = "labeling.demo"
    label = "demo"
    verbose_name = _("Demo")
