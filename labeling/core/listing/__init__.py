"""Lists: one declaration serves the page, its filter bar, the CSV file and the REST interface."""

from labeling.core.listing.columns import Column
from labeling.core.listing.filterset import (
    Chip,
    FilterError,
    KeyFilter,
    Order,
    StrictFilterSet,
    VisibleChoiceFilter,
    VisibleChoicesFilter,
)
from labeling.core.listing.paging import CappedPaginator, Count
from labeling.core.listing.saved import SavedViewLink
from labeling.core.listing.selection import Selection
from labeling.core.listing.view import ListPage

__all__ = [
    "CappedPaginator",
    "Chip",
    "Column",
    "Count",
    "FilterError",
    "KeyFilter",
    "ListPage",
    "Order",
    "SavedViewLink",
    "Selection",
    "StrictFilterSet",
    "VisibleChoiceFilter",
    "VisibleChoicesFilter",
]
