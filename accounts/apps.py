"""The accounts application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Owns the tables of users, teams, memberships, invitations and API tokens."""

    name = "accounts"
    label = "accounts"
    verbose_name = _("Accounts")
