"""Stored counts, and how to count them afresh: each package registers its own."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from labeling.core.key_lists import among
from labeling.core.registry import Registry

ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Difference:
    """A stored count that is not what counting finds.

    Attributes:
        key: of the object that stores it.
        what: the object and its column, for a person: "dataset 4 item_count".
        fix: stores what was counted.
    """

    key: int
    what: str
    stored: int
    counted: int
    fix: Callable[[], object]

    def __str__(self) -> str:
        return f"{self.what}: stored {self.stored}, counted {self.counted}"


class Recounter(ABC):
    """The counts that one kind of object stores. Called, it tells every difference there is."""

    @abstractmethod
    def rows(self, team_id: int | None = None) -> QuerySet[Any]:
        """The objects that store counts: those of a team, or all."""

    @abstractmethod
    def differences(self, rows: QuerySet[Any]) -> Iterator[Difference]:
        """What is wrong with some of these objects."""

    def next_keys(self, after: int, team_id: int | None = None) -> Sequence[int]:
        """The keys of the next objects behind one, as many as are looked at at once."""
        rows = self.rows(team_id).filter(pk__gt=after).order_by("pk")
        return list(rows.values_list("pk", flat=True)[:ROWS_AT_ONCE])

    def look(self, keys: Sequence[int]) -> list[Difference]:
        """What is wrong with these objects."""
        return list(self.differences(self.rows().filter(pk__in=among(keys)))) if keys else []

    def mend(self, keys: Sequence[int]) -> list[Difference]:
        """Store what counting finds for these objects; inside a transaction.

        Their rows are locked first: whoever changes what is counted changes its count as well, and
        so either has done both before this counts, or waits with the latter until this is over.

        Returns:
            What was wrong, and is not any more.
        """
        if not keys:
            return []
        model = self.rows().model
        held = model._default_manager.select_for_update().filter(pk__in=among(keys)).order_by("pk")
        list(held.values_list("pk", flat=True))
        found = self.look(keys)
        for difference in found:
            difference.fix()
        return found

    def __call__(self, team_id: int | None = None) -> Iterator[Difference]:
        """Every difference that there is now, in constant memory.

        Arguments:
            team_id: whose counts; None for everybody's.
        """
        after = 0
        while keys := self.next_keys(after, team_id):
            yield from self.look(keys)
            after = keys[-1]


recounters: Registry[str, Recounter] = Registry("recounter")
