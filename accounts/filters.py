"""Which members a list shows."""

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Invitation, Membership, Team, User
from accounts.roles import Role
from labeling.core.listing import KeyFilter, Order, StrictFilterSet, VisibleChoiceFilter

STATES = (("active", _("active")), ("deactivated", _("deactivated")))


def team_of_page(request: Any) -> int | None:
    """The team of a team's page; None on REST, which lists all teams."""
    match = getattr(request, "resolver_match", None)
    return match.kwargs.get("team_id") if match else None


def _teammates(request: Any, found: QuerySet[Any]) -> QuerySet[Any]:
    team_id = team_of_page(request)
    return found.filter(memberships__team_id=team_id).distinct() if team_id else found


class PersonFilter(VisibleChoiceFilter):
    """One person, called by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User, narrow=_teammates, **kwargs)

    @property
    def field(self) -> Any:
        """The field, with names instead of logins."""
        field = super().field
        field.label_from_instance = lambda user: user.name
        return field


class MemberFilter(StrictFilterSet):
    """Members of one team."""

    role = django_filters.MultipleChoiceFilter(label=_("Role"), choices=Role.choices)
    status = django_filters.ChoiceFilter(label=_("Status"), choices=STATES, method="by_status")
    restricted = django_filters.BooleanFilter(label=_("Sees only own work"))

    search_fields = ("user__username", "user__display_name", "user__email")
    orderings: ClassVar[Mapping[str, Any]] = {
        "name": ("user__display_name", "user__username"),
        "login": "user__username",
        "role": "role",
        "joined": "joined_at",
    }
    default_ordering = ("name",)

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ()

    def by_status(
        self, queryset: QuerySet[Membership], name: str, value: str
    ) -> QuerySet[Membership]:
        """Whether the person is in the team now."""
        return queryset.filter(deactivated_at__isnull=value == "active")


class MemberOfTeamsFilter(MemberFilter):
    """Members of all one's teams, as REST lists them."""

    team = VisibleChoiceFilter(Team, label=_("Team"))
    user = KeyFilter(label=_("Person"))


class TeamFilter(StrictFilterSet):
    """Teams one is in."""

    search_fields = ("name",)
    orderings: ClassVar[Mapping[str, Any]] = {"name": "name", "created": "created_at"}
    default_ordering = ("name",)

    class Meta:
        model = Team
        fields: tuple[str, ...] = ()


class InvitationFilter(StrictFilterSet):
    """Links into teams."""

    team = VisibleChoiceFilter(Team, label=_("Team"))
    role = django_filters.MultipleChoiceFilter(label=_("Role"), choices=Role.choices)

    search_fields = ("email",)
    orderings: ClassVar[Mapping[str, Any]] = {"created": "created_at", "expires": "expires_at"}
    default_ordering = ("-created",)

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()


class TokenFilter(StrictFilterSet):
    """One's own API tokens."""

    search_fields = ("name",)
    orderings: ClassVar[Mapping[str, Any]] = {
        "name": "name",
        "created": "created_at",
        "used": Order(("last_used_at",), empty_last=True),
    }
    default_ordering = ("-created",)

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = ()
