"""The filter of a dataset's grid as part of an export: checked when it is chosen, then applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import QueryDict

from labeling.core.listing import Chip
from labeling.core.listing.filterset import RESERVED, without
from labeling.projects.filters import DatasetItemFilter
from labeling.projects.models import Item

if TYPE_CHECKING:
    from accounts.actor import Actor

LONGEST_FILTER = 4000
"""Characters of a query string."""


@dataclass(frozen=True)
class _Asker:
    """What filters want to know of a request: who asks."""

    actor: Actor


@dataclass(frozen=True)
class ItemFilter:
    """A query string of a dataset's grid, and who asks: what they do not see filters nothing in.

    Attributes:
        query: as in the grid's address; what only pages are about is no part of it.
    """

    query: str
    actor: Actor

    @classmethod
    def parse(cls, query: str, actor: Actor) -> ItemFilter:
        """Check a query string.

        Raises:
            FilterError: it is none of a dataset's grid.
        """
        found = cls(without(QueryDict(query), {*RESERVED, "ordering"}), actor)
        found._bound(Item.objects.none()).check()
        return found

    def apply(self, items: QuerySet[Item]) -> QuerySet[Item]:
        """The items that match.

        Raises:
            FilterError: something that it names is gone meanwhile.
        """
        bound = self._bound(items)
        bound.check()
        matching: QuerySet[Item] = bound.qs
        return matching

    def chips(self) -> list[Chip]:
        """What it says, for people."""
        if not self.query:
            return []
        bound = self._bound(Item.objects.none())
        bound.check()
        chips = bound.chips()
        words = QueryDict(self.query).get("q", "")
        label = str(bound.form.fields["q"].label)
        return [Chip("q", label, words, ""), *chips] if words else chips

    def _bound(self, items: QuerySet[Item]) -> DatasetItemFilter:
        return DatasetItemFilter(QueryDict(self.query), items, request=_Asker(self.actor))
