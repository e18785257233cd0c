"""Stored counts, and how to count them afresh: each package registers its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from labeling.core.registry import Registry


@dataclass(frozen=True)
class Difference:
    """A stored count that is not what counting finds.

    Attributes:
        what: the object and its column, for a person: "dataset 4 item_count".
        fix: stores what was counted.
    """

    what: str
    stored: int
    counted: int
    fix: Callable[[], object]

    def __str__(self) -> str:
        return f"{self.what}: stored {self.stored}, counted {self.counted}"


# Yields every difference that there is now.
Recounter = Callable[[], Iterable[Difference]]
recounters: Registry[str, Recounter] = Registry("recounter")
