"""Teams, members and tokens in the admin panel."""

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, Membership, Team
from labeling.core.admin import DeskAdmin


@admin.register(Team)
class TeamAdmin(DeskAdmin[Team]):
    """Teams with their size."""

    team_lookup = "pk"
    list_display = ("name", "active_members", "created_at", "on_the_desk")
    search_fields = ("name",)
    date_hierarchy = "created_at"
    exclude = ("members",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """Own teams with their number of active members."""
        active = Count("memberships", filter=Q(memberships__deactivated_at=None))
        return super().get_queryset(request).annotate(active=active)

    @admin.display(description=_("Members"), ordering="active")
    def active_members(self, team: Team) -> int:
        """How many are in it now."""
        return int(team.active)  # type: ignore[attr-defined]


@admin.register(Membership)
class MembershipAdmin(DeskAdmin[Membership]):
    """Who is what in which team."""

    list_display = ("user", "team", "role", "restricted", "joined_at", "deactivated_at")
    list_filter = ("role", "restricted", ("deactivated_at", admin.EmptyFieldListFilter))
    search_fields = ("user__username", "user__display_name", "team__name")
    list_select_related = ("user", "team")


@admin.register(Invitation)
class InvitationAdmin(DeskAdmin[Invitation]):
    """Links that let somebody in."""

    list_display = ("email", "team", "role", "created_by", "created_at", "expires_at", "status")
    list_filter = ("role", ("accepted_at", admin.EmptyFieldListFilter))
    search_fields = ("email", "team__name")
    list_select_related = ("team", "created_by")
    exclude = ("token_hash",)
