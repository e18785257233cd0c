"""What each role may do: the one table that every page, API and client asks."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What somebody is in a team, the most powerful first."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    REVIEWER = "reviewer", _("Reviewer")
    ANNOTATOR = "annotator", _("Annotator")
    VIEWER = "viewer", _("Viewer")


class Capability(StrEnum):
    """What an action asks for. Actions name a capability, never a role."""

    VIEW = "view"  # see the team's work
    LABEL = "label"
    REVIEW = "review"
    COMMENT = "comment"
    MANAGE_JOBS = "manage_jobs"
    MANAGE_PROJECTS = "manage_projects"
    EXPORT = "export"
    MANAGE_PEOPLE = "manage_people"
    ADMINISTER = "administer"  # the admin panel, the team's settings, its owners


_VIEWER = frozenset({Capability.VIEW})
_ANNOTATOR = _VIEWER | {Capability.LABEL, Capability.COMMENT}
_REVIEWER = _ANNOTATOR | {Capability.REVIEW, Capability.EXPORT}
_MANAGER = _REVIEWER | {
    Capability.MANAGE_JOBS,
    Capability.MANAGE_PROJECTS,
    Capability.MANAGE_PEOPLE,
}

ROLES: Mapping[Role, frozenset[Capability]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Capability),
        Role.MANAGER: _MANAGER,
        Role.REVIEWER: _REVIEWER,
        Role.ANNOTATOR: _ANNOTATOR,
        Role.VIEWER: _VIEWER,
    }
)


def roles_with(capability: Capability) -> frozenset[Role]:
    """The roles that hold a capability, for queries such as "who may review here"."""
    return frozenset(role for role, held in ROLES.items() if capability in held)
