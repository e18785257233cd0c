"""Who may enter the admin panel: owners of a team, and superusers."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability


class DeskAdminSite(AdminSite):
    """The panel of those who keep house."""

    site_header = _("Labeldesk admin panel")
    site_title = _("Labeldesk")
    index_title = _("Everything in your teams")

    def get_urls(self) -> list[Any]:
        """All but the one that leads to any object by its type and key, whosever it is."""
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def password_change(  # type: ignore[override]  # it leads elsewhere
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Passwords are changed on one's own page, where the second factor is asked for."""
        return redirect("account_change_password")

    def has_permission(self, request: HttpRequest) -> bool:
        """Active superusers, and owners of at least one team."""
        user: Any = request.user
        if not user.is_active:
            return False
        actor: Any = request.actor  # type: ignore[attr-defined]
        return bool(user.is_superuser or actor.teams_where(Capability.ADMINISTER))
