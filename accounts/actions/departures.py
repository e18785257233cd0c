"""What happens to the work of somebody who is deactivated. Packages with work register here."""

from collections.abc import Callable
from typing import TypeVar

from accounts.models import Membership

# (membership, id of who deactivated it) -> how many pieces of work were given back.
Hook = Callable[[Membership, int | None], int]
H = TypeVar("H", bound=Hook)

hooks: list[Hook] = []


def on_deactivate(hook: H) -> H:
    """Decorator: calls the function in the transaction in which a membership is deactivated."""
    hooks.append(hook)
    return hook


def give_back_work(membership: Membership, by_id: int | None) -> int:
    """Run all hooks; returns how many pieces of work were given back."""
    return sum(hook(membership, by_id) for hook in hooks)
