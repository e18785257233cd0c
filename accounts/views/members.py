"""The members of a team, and what may be done with each."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.filters import MemberFilter
from accounts.models import Invitation, Membership, Team
from accounts.roles import Capability, Role
from accounts.views.verbs import back_with_toast, verb_page
from labeling.core import workflow
from labeling.core.http import Request, get_visible_or_404
from labeling.core.listing import Column, ListPage
from labeling.core.navigation import nav_item
from labeling.core.workflow import verbs_for

DONE = {
    "change-role": gettext_lazy("%(name)s is %(role)s now."),
    "deactivate": gettext_lazy("%(name)s is deactivated. Jobs back in the pool: %(returned)d."),
    "reactivate": gettext_lazy("%(name)s is active again."),
    "set-limit": gettext_lazy("The limit of %(name)s is saved."),
}


@nav_item(
    "members",
    label=gettext_lazy("Members"),
    icon="shield",
    url_name="accounts:members",
    capability=Capability.MANAGE_PEOPLE,
    order=80,
    on_phone=False,
)
class MembersPage(ListPage[Membership]):
    """Everybody in a team, with what may be done with each."""

    filterset_class = MemberFilter
    title = gettext_lazy("Members")
    count_words = ngettext_lazy("%(shown)s member", "%(shown)s members", "number")
    nav = "members"
    template_name = "accounts/members.html"
    row_actions_template = "accounts/member_verbs.html"
    columns: ClassVar[Sequence[Column]] = (
        Column("name", gettext_lazy("Name"), value="user.name", ordering="name", priority=1),
        Column("login", gettext_lazy("Login"), value="user.username", ordering="login"),
        Column(
            "role",
            gettext_lazy("Role"),
            value="role_label",
            template="accounts/member_role.html",
            ordering="role",
            priority=1,
        ),
        Column(
            "status",
            gettext_lazy("Status"),
            value="status",
            template="accounts/member_status.html",
            priority=1,
        ),
        Column(
            "joined",
            gettext_lazy("Joined"),
            value="joined_at",
            template="accounts/member_joined.html",
            ordering="joined",
            priority=3,
        ),
    )

    @cached_property
    def team(self) -> Team:
        """The team of the address, if the actor is in it."""
        return get_visible_or_404(
            Team.objects.visible_to(self.request.actor), self.kwargs["team_id"]
        )

    def get_queryset(self) -> QuerySet[Membership]:
        """The team's members that the actor may see."""
        found = Membership.objects.visible_to(self.request.actor)
        return found.filter(team=self.team).select_related("user")

    def get_columns(self) -> Sequence[Column]:
        """E-mail addresses are for those who manage people."""
        if not self.manages:
            return self.columns
        email = Column("email", gettext_lazy("E-mail"), value="user.email", priority=3)
        return (*self.columns[:2], email, *self.columns[2:])

    @property
    def manages(self) -> bool:
        """Whether the actor may change members here."""
        return bool(self.request.actor.can(Capability.MANAGE_PEOPLE, self.kwargs["team_id"]))

    def decorate(self, rows: list[Membership]) -> None:
        """What may be done with each. Whoever owns the team alone stays its owner."""
        owners = Membership.objects.visible_to(self.request.actor).owners().filter(team=self.team)
        is_alone = self.manages and owners.count() == 1
        for row in rows:
            is_last = is_alone and row.role == Role.OWNER and row.deactivated_at is None
            row.is_last_owner = is_last  # type: ignore[attr-defined]
            verbs = [] if is_last else verbs_for(row, self.request.actor)
            row.verbs = verbs  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The invitations that wait, and what may be done with the team itself."""
        team = self.team
        verbs = {each.verb: each for each in verbs_for(team, self.request.actor)}
        invitations = Invitation.objects.visible_to(self.request.actor).filter(team=team)
        return {
            **kwargs,
            "team": team,
            "invite": verbs.get("invite"),
            "edit_team": verbs.get("edit-team"),
            "invitations": invitations.pending().select_related("created_by"),
        }


@require_http_methods(["GET", "POST"])
def member_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """Perform a verb on a member: its form by GET, the deed by POST."""
    visible = Membership.objects.visible_to(request.actor).select_related("user", "team")
    membership = get_visible_or_404(visible, pk)
    action = workflow.find(Membership, verb)
    if action is None:
        raise Http404

    def done(change: workflow.Change) -> HttpResponseBase:
        member = change.obj
        words = {
            "name": member.user.name,
            "role": member.role_label,
            "returned": change.note.get("returned", 0),
        }
        message = DONE[verb] % words
        return back_with_toast(request, change, message, back, "accounts:member-verb")

    back = reverse("accounts:members", args=[membership.team_id])
    consequence = None
    if action.destructive:
        consequence = _("%(name)s loses access to %(team)s; open jobs return to the pool.") % {
            "name": membership.user.name,
            "team": membership.team.name,
        }
    return verb_page(
        request,
        action,
        membership,
        back,
        done,
        consequence=consequence,
        current_team=membership.team,
        nav="members",
    )
