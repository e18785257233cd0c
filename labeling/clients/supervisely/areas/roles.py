"""Roles: the SDK's numbers for what somebody is in a team.

1 to 4 stand in the SDK itself (`api.role.DefaultRole`); reviewer has no number there, scripts get
it from `roles.list`. Supervisely's annotator sees own jobs only: that is our restricted one.
"""

from collections.abc import Mapping

from accounts.roles import Role
from labeling.clients.supervisely.calls import Answer, Asking, call
from labeling.clients.supervisely.pages import envelope
from labeling.clients.supervisely.wire import Body
from labeling.core.errors import Invalid

NUMBERS: Mapping[Role, int] = {
    Role.OWNER: 1,
    Role.MANAGER: 2,
    Role.ANNOTATOR: 3,
    Role.VIEWER: 4,
    Role.REVIEWER: 5,
}
WORDS: Mapping[Role, str] = {
    Role.OWNER: "admin",
    Role.MANAGER: "developer",
    Role.ANNOTATOR: "annotator",
    Role.VIEWER: "viewer",
    Role.REVIEWER: "reviewer",
}
ROLES = {number: role for role, number in NUMBERS.items()}
# Roles are part of the product, not of its data; the SDK wants a time nevertheless.
SINCE = "2026-01-01T00:00:00.000Z"


@call("roles.list")
def roles(_asking: Asking) -> Answer:
    """All roles; there are too few to filter."""
    rows = [
        {"id": number, "role": WORDS[role], "createdAt": SINCE, "updatedAt": SINCE}
        for number, role in sorted(ROLES.items())
    ]
    return envelope(rows, len(rows))


def role_of(body: Body) -> Role:
    """Our role of `roleId`.

    Raises:
        Invalid: there is no such role.
    """
    role = ROLES.get(body.key("roleId"))
    if role is None:
        known = ", ".join(f"{number} {WORDS[each]}" for number, each in sorted(ROLES.items()))
        raise Invalid({"roleId": [f"roleId: {known}"]})
    return role
