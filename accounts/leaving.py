"""What other packages want to do when somebody is deactivated in a team.

A registry, because the packages that own the work stand above this one.
"""

from collections.abc import Callable

from accounts.models import Membership

LeavingHook = Callable[[Membership, int | None], object]
leaving_hooks: list[LeavingHook] = []


def on_deactivate(hook: LeavingHook) -> LeavingHook:
    """Decorator: `hook(membership, by_id)` runs in the transaction of the deactivation."""
    leaving_hooks.append(hook)
    return hook
