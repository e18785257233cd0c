"""Tables of people: who there is, in which teams, and with which keys."""

from accounts.models.access import ApiToken, Invitation
from accounts.models.people import Membership, Team, User

__all__ = ["ApiToken", "Invitation", "Membership", "Team", "User"]
