"""Which rows a bulk verb is about: the ticked ones, or all that the filters match."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from labeling.core.errors import Invalid
from labeling.core.http import is_key
from labeling.core.listing.filterset import StrictFilterSet

SELECTED = "selected"
ALL_MATCHING = "all_matching"
QUERY = "query"


@dataclass(frozen=True)
class Selection:
    """What the bulk form posts: `selected` keys, or `all_matching` with the list's `query`."""

    keys: frozenset[int]
    all_matching: bool
    query: str

    @classmethod
    def parse(cls, data: QueryDict) -> "Selection":
        """Read the posted form.

        Raises:
            Invalid: nothing is selected, or a key is none.
        """
        raw = data.getlist(SELECTED)
        is_sound = all(map(is_key, raw))
        selection = cls(
            frozenset(int(text) for text in raw) if is_sound else frozenset(),
            data.get(ALL_MATCHING) == "1",
            data.get(QUERY, ""),
        )
        if not is_sound or not (selection.keys or selection.all_matching):
            raise Invalid({SELECTED: [_("Select at least one row.")]})
        return selection

    def apply(
        self, queryset: models.QuerySet[Any], filterset: type[StrictFilterSet], request: Any
    ) -> models.QuerySet[Any]:
        """The selected rows among those of `queryset`, in the order of the list.

        Raises:
            FilterError: the query of an "all that match" selection is not one of this list.
        """
        if not self.all_matching:
            return queryset.filter(pk__in=self.keys)
        found = filterset(QueryDict(self.query), queryset, request=request)
        found.check()
        rows: models.QuerySet[Any] = found.qs
        return rows
