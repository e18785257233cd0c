"""What the tests of labeling jobs share."""

from typing import Any

from accounts.actor import Actor
from labeling.core.workflow import actions, perform
from labeling.projects.models import Dataset


def items_of(dataset: Dataset) -> list[int]:
    return list(dataset.items.order_by("position").values_list("pk", flat=True))


def act(user: Any, obj: Any, verb: str, **data: Any) -> Any:
    return perform(actions[type(obj), verb], obj, Actor.for_user(user), data)
