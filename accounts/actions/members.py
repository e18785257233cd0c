"""Verbs on a membership: what somebody is in a team, and whether they still are."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actions.departures import give_back_work
from accounts.actions.roles_form import (
    OWNERS_BY_OWNERS,
    RoleForm,
    may_own,
    refuse_owners_by_others,
)
from accounts.models import Membership, Team
from accounts.roles import Capability, Role
from labeling.core.errors import Conflict
from labeling.core.workflow import Action, Change, register


class MemberAction(Action):
    """A verb on a member. Only owners touch owners, and the last owner stays one."""

    model = Membership
    capability = Capability.MANAGE_PEOPLE

    def state_of(self, obj: Membership) -> str:
        """The role, or that the person is deactivated."""
        return str(obj.role) if obj.deactivated_at is None else "deactivated"

    def refusal(self, obj: Membership, actor: Any) -> Any | None:
        """Only owners change owners."""
        is_owner = obj.role == Role.OWNER
        return OWNERS_BY_OWNERS if is_owner and not may_own(obj.team_id, actor) else None


class ActiveMemberAction(MemberAction):
    """A verb on somebody who is in the team."""

    state_fields = ("deactivated_at",)
    sources = ((None,),)

    def guard(self, change: Change) -> Q:
        """Nobody gave the person another role since it was read."""
        return Q(role=change.obj.role)


def keep_an_owner(membership: Membership) -> None:
    """Refuse to take the team's last owner away.

    The team's row is locked first, so that two owners who demote each other at once do not both
    find the other one still there. (SQLite has one writer at a time anyway.)

    Raises:
        Conflict: nobody else owns the team.
    """
    if membership.role != Role.OWNER:
        return
    Team.objects.select_for_update().get(pk=membership.team_id)
    others = Membership.objects.owners().filter(team=membership.team_id).exclude(pk=membership.pk)
    if not others.exists():
        raise Conflict(
            _("This is the team's last owner. Make somebody else an owner first."),
            state="last owner",
        )


@register
class ChangeRole(ActiveMemberAction):
    """Give a member another role."""

    verb = "change-role"
    label = _("Change role")
    description = _("Choose what this person may do in the team.")
    form = RoleForm
    order = 10

    def form_kwargs(self, obj: Membership, actor: Any) -> dict[str, Any]:
        """What the person is now; owner is offered by owners only."""
        initial = {"role": obj.role, "restricted": obj.restricted}
        return {"initial": initial, "may_own": may_own(obj.team_id, actor)}

    def check(self, change: Change) -> None:
        """Only owners make owners, and somebody must stay one."""
        refuse_owners_by_others(change.data["role"], change.obj.team_id, change.actor)
        if change.data["role"] != Role.OWNER:
            keep_an_owner(change.obj)
        change.note.update(
            user=change.obj.user_id, role=change.data["role"], restricted=change.data["restricted"]
        )

    def changes(self, change: Change) -> dict[str, Any]:
        """The new role."""
        return {"role": change.data["role"], "restricted": change.data["restricted"]}


@register
class Deactivate(ActiveMemberAction):
    """Take somebody out of the team; the history stays and open jobs return to the pool."""

    verb = "deactivate"
    label = _("Deactivate")
    description = _(
        "The person loses access to this team. What they did stays; their open jobs return to "
        "the pool."
    )
    destructive = True
    undo = "reactivate"
    order = 20

    def check(self, change: Change) -> None:
        """Somebody must stay an owner."""
        keep_an_owner(change.obj)
        change.note["user"] = change.obj.user_id

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {"deactivated_at": change.at}

    def effect(self, change: Change) -> None:
        """Open work goes back to where others can take it."""
        change.note["returned"] = give_back_work(change.obj, change.actor.user.pk)


@register
class Reactivate(MemberAction):
    """Let somebody back into the team."""

    verb = "reactivate"
    label = _("Reactivate")
    description = _("The person gets their access back. Jobs that were given back stay there.")
    undo = "deactivate"
    order = 10

    def is_source(self, obj: Membership) -> bool:
        """Only who was deactivated."""
        return obj.deactivated_at is not None

    def condition(self) -> Q:
        """The same in the database."""
        return Q(deactivated_at__isnull=False)

    def changes(self, change: Change) -> dict[str, Any]:
        """Active again."""
        change.note["user"] = change.obj.user_id
        return {"deactivated_at": None}
