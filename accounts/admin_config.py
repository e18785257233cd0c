"""Puts our admin site in the place of the framework's."""

from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    """The admin panel, for owners of teams too."""

    default_site = "accounts.admin_site.DeskAdminSite"
