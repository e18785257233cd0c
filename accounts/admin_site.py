"""Who may enter the admin panel: owners of a team, and superusers."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability


class DeskAdminSite(AdminSite):
    """The panel of those who keep house."""

    site_header = _("Labeldesk: keeping house")
    site_title = _("Labeldesk")
    index_title = _("Everything in your teams")

    def has_permission(self, request: HttpRequest) -> bool:
        """Active superusers, and owners of at least one team."""
        user: Any = request.user
        if not user.is_active:
            return False
        actor: Any = request.actor  # type: ignore[attr-defined]
        return bool(user.is_superuser or actor.teams_where(Capability.ADMINISTER))
