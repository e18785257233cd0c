"""What may be done with people, teams and keys: one class per verb."""

from accounts.actions import adding, invitations, members, own_account, teams, tokens
from accounts.actions.departures import on_deactivate

__all__ = [
    "adding",
    "invitations",
    "members",
    "on_deactivate",
    "own_account",
    "teams",
    "tokens",
]
