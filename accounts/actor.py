"""Who asks, and what they may do in each of their teams."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from accounts.roles import ROLES, Capability, Role

if TYPE_CHECKING:
    from accounts.models import Membership, User


@dataclass(frozen=True, eq=False)
class Actor:
    """A person with their active memberships, read once per request.

    Attributes:
        user: the account, or an anonymous one (which may nothing).
        memberships: active memberships by team id.
    """

    user: "User | AnonymousUser"
    memberships: "Mapping[int, Membership]"

    @classmethod
    def for_user(cls, user: "User | AnonymousUser") -> "Actor":
        """The actor of an account; a deactivated account or membership gives nothing."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return cls(user, MappingProxyType({}))
        active = user.memberships.filter(deactivated_at=None).select_related("team")
        return cls(user, MappingProxyType({each.team_id: each for each in active}))

    @cached_property
    def team_ids(self) -> frozenset[int]:
        """Every team the actor is in."""
        return frozenset(self.memberships)

    @cached_property
    def restricted_team_ids(self) -> frozenset[int]:
        """Teams in which the actor sees only own work."""
        return frozenset(pk for pk, each in self.memberships.items() if each.is_restricted)

    @cached_property
    def unrestricted_team_ids(self) -> frozenset[int]:
        """Teams in which the actor sees everybody's work."""
        return self.team_ids - self.restricted_team_ids

    def role_in(self, team_id: int) -> Role | None:
        """The actor's role in a team, or None for an outsider."""
        membership = self.memberships.get(team_id)
        return None if membership is None else Role(membership.role)

    def can(self, capability: Capability, team_id: int) -> bool:
        """Whether the actor's role in that team holds the capability."""
        role = self.role_in(team_id)
        return role is not None and capability in ROLES[role]

    def teams_where(self, capability: Capability) -> frozenset[int]:
        """The teams in which the actor's role holds the capability."""
        return frozenset(pk for pk in self.memberships if self.can(capability, pk))
