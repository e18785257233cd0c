"""People: whom the token's person sees, with what they are in shared teams."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actor import Actor
from accounts.models import Membership, User
from accounts.roles import Capability, Role
from labeling.clients.supervisely.areas.roles import NUMBERS, WORDS
from labeling.clients.supervisely.calls import Answer, Asking, call
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.wire import moment
from labeling.core.http import get_visible_or_404

FIELDS = {
    "id": Field("pk"),
    "login": Field("username", "text"),
    "name": Field("display_name", "text"),
}
ORDERS = {"id": "pk", "login": "username", "createdAt": "date_joined"}


@call("users.list")
def user_list(asking: Asking) -> Answer:
    """Everybody whom the person sees."""
    found = narrowed(seen_people(asking.actor), asking.body, FIELDS)
    return paged(asking, found, user_shape, ORDERS)


@call("users.info")
def user_info(asking: Asking) -> Answer:
    """One person with the teams that they share with the one who asks."""
    user = get_visible_or_404(seen_people(asking.actor), asking.body.key("id"))
    return {**user_shape(user), "teams": list(_teams(user, asking.actor))}


@call("users.me")
def me(asking: Asking) -> Answer:
    """The token's own person."""
    user = seen_people(asking.actor).get(pk=asking.user.pk)
    return {**user_shape(user), "teams": list(_teams(user, asking.actor))}


def seen_people(actor: Actor) -> QuerySet[User]:
    """Whom the actor sees; e-mail addresses are for oneself and for those who manage people."""
    managed = actor.teams_where(Capability.MANAGE_PEOPLE)
    seen = Membership.objects.visible_to(actor)
    there = seen.filter(team__in=managed, user=OuterRef("pk"))
    own = Q(pk=actor.user.pk)
    return User.objects.visible_to(actor).annotate(shows_email=Q(Exists(there)) | own)


def _teams(user: User, actor: Actor) -> Iterable[dict[str, object]]:
    shared = Membership.objects.visible_to(actor).active().filter(user=user)
    for each in shared.select_related("team").order_by("team"):
        role = Role(each.role)
        yield {
            "id": each.team_id,
            "name": each.team.name,
            "roleId": NUMBERS[role],
            "role": WORDS[role],
        }


def user_shape(user: User, role: Role | None = None) -> dict[str, object]:
    """A person of `seen_people` as the SDK reads them.

    Arguments:
        role: what they are in the team that was asked about, if one was.
    """
    joined = moment(user.date_joined)
    return {
        "id": user.pk,
        "login": user.username,
        "role": WORDS[role] if role else None,
        "roleId": NUMBERS[role] if role else None,
        "name": user.display_name,
        "email": user.email if user.shows_email else None,  # type: ignore[attr-defined]
        "logins": None,
        "disabled": not user.is_active,
        "lastLogin": moment(user.last_login),
        "createdAt": joined,
        "updatedAt": joined,
    }
