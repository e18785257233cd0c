"""Teams: those of the token's person."""

from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.models import Team, User
from labeling.clients.supervisely.areas.roles import WORDS
from labeling.clients.supervisely.calls import Answer, Asking, call, refuse
from labeling.clients.supervisely.pages import Field, narrowed, paged
from labeling.clients.supervisely.wire import moment
from labeling.core.workflow import actions, perform

FIELDS = {"id": Field("pk"), "name": Field("name", "text")}
ORDERS = {"id": "pk", "name": "name", "createdAt": "created_at"}


@call("teams.list")
def team_list(asking: Asking) -> Answer:
    """The teams that the person is in."""
    found = narrowed(Team.objects.visible_to(asking.actor), asking.body, FIELDS)
    return paged(asking, found, lambda team: team_shape(team, asking.actor), ORDERS)


@call("teams.info")
def team_info(asking: Asking) -> Answer:
    """One team."""
    return team_shape(asking.team("id"), asking.actor)


@call("teams.add")
def team_add(asking: Asking) -> Answer:
    """Another team, which the person owns; for those who own one already."""
    data = {"name": asking.body.text("name")}
    made = perform(actions[User, "create-team"], asking.user, asking.actor, data)
    return team_shape(made.outcome, Actor.for_user(asking.user))


def team_shape(team: Team, actor: Actor) -> dict[str, object]:
    """A team as the SDK reads it."""
    role = actor.role_in(team.pk)
    created = moment(team.created_at)
    return {
        "id": team.pk,
        "name": team.name,
        "description": "",
        "role": WORDS[role] if role else None,
        "createdAt": created,
        "updatedAt": created,
    }


refuse(
    gettext_lazy("Teams stay, with what was paid in them."),
    "teams.archive",
    "teams.remove.permanently",
)
