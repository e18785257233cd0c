"""What may be done with people, teams and keys: one class per verb."""

from accounts.actions import invitations, members, own_account, teams, tokens
from accounts.actions.departures import on_deactivate

__all__ = ["invitations", "members", "on_deactivate", "own_account", "teams", "tokens"]
