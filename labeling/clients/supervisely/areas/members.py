"""Members: accounts made by scripts, and what people are in a team."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team, User
from accounts.roles import Role
from labeling.clients.supervisely.areas.roles import role_of
from labeling.clients.supervisely.areas.users import seen_people, user_shape
from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.core.workflow import actions, perform

FIELDS = {"id": Field("user"), "login": Field("user__username", "text")}
ORDERS = {"id": "user", "login": "user__username"}


@call("users.add")
def user_add(asking: Asking) -> Answer:
    """An account for somebody; who makes it adds them to a team next.

    `isRestricted` needs no translation: who is in no team sees nothing, and an annotator whom a
    script adds sees own work only.
    """
    body = asking.body
    data = {
        "login": body.text("login"),
        "password": body.text("password"),
        "display_name": body.text("name"),
        "email": body.text("email"),
    }
    made = perform(actions[User, "create-person"], asking.user, asking.actor, data)
    return {"userId": made.outcome.pk}


@call("members.add")
def member_add(asking: Asking) -> Answer:
    """Take somebody into a team. Supervisely's annotators see own jobs only: so do these."""
    role = role_of(asking.body)
    data = {"login": asking.body.text("login"), **_as_role(role)}
    added = perform(actions[Team, "add-member"], asking.team(), asking.actor, data)
    return {"userId": added.outcome.user_id}


@call("members.list")
def member_list(asking: Asking) -> Answer:
    """Everybody who is in a team now."""
    found = Membership.objects.visible_to(asking.actor).active().filter(team=asking.team())

    def with_people(rows: list[Membership]) -> Iterable[tuple[User, Membership]]:
        people = _people(asking, rows)
        return [(people[row.user_id], row) for row in rows]

    return paged(
        asking,
        narrowed(found, asking.body, FIELDS),
        lambda pair: user_shape(pair[0], Role(pair[1].role)),
        ORDERS,
        prepare=with_people,
    )


def _people(asking: Asking, rows: list[Membership]) -> dict[int, User]:
    found: QuerySet[User] = seen_people(asking.actor).filter(pk__in=[row.user_id for row in rows])
    return {each.pk: each for each in found}


@call("members.remove")
def member_remove(asking: Asking) -> Answer:
    """Deactivate somebody in a team: what they did stays, their open jobs go to the pool."""
    perform(actions[Membership, "deactivate"], _member(asking), asking.actor)
    return {"success": True}


@call("members.editInfo")
def member_edit(asking: Asking) -> Answer:
    """Another role."""
    data = _as_role(role_of(asking.body))
    perform(actions[Membership, "change-role"], _member(asking), asking.actor, data)
    return {"success": True}


def _as_role(role: Role) -> dict[str, object]:
    return {"role": role.value, "restricted": "on" if role == Role.ANNOTATOR else None}


def _member(asking: Asking) -> Membership:
    found = Membership.objects.visible_to(asking.actor)
    member = found.filter(team=asking.team(), user=asking.body.key("id")).first()
    if member is None:
        raise Http404
    return member


refuse(
    _("People are deactivated in a team (members.remove), not in the whole desk."), "users.disable"
)
refuse(_("People change their name and password themselves, on their account's page."),
       "users.editInfo")  # fmt: skip
refuse(_("Labeldesk keeps no SSH keys."), "users.ssh-keys")
