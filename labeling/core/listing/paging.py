"""Pages of a list that stay cheap when there are many rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.utils.formats import number_format
from django.utils.functional import cached_property

COUNT_CAP = 10_000
PAGE_SIZES = (25, 50, 100, 200)
DEFAULT_PAGE_SIZE = 50


@dataclass(frozen=True)
class Count:
    """How many rows there are, or that there are more than we cared to count."""

    number: int
    is_exact: bool

    def __str__(self) -> str:
        shown = number_format(self.number, force_grouping=True)
        return shown if self.is_exact else f"{shown}+"


class CappedPaginator(Paginator[Any]):
    """Counts at most COUNT_CAP rows, and none when the total is known already.

    Past the cap it only knows whether there is a next page, by reading one row more.

    Arguments:
        known_total: the number of rows when it is stored somewhere; saves the COUNT.
    """

    def __init__(
        self,
        object_list: Any,
        per_page: int,
        *,
        known_total: int | None = None,
        cap: int = COUNT_CAP,
    ) -> None:
        super().__init__(object_list, per_page, allow_empty_first_page=True)
        self.known_total = known_total
        self.cap = cap

    @cached_property
    def total(self) -> Count:
        """The count, exact up to the cap."""
        if self.known_total is not None:
            return Count(self.known_total, is_exact=True)
        if isinstance(self.object_list, list | tuple):
            return Count(len(self.object_list), is_exact=True)
        rows: Any = self.object_list
        # The order is of no use to a count; the LIMIT stops it after the cap.
        found = rows.order_by()[: self.cap + 1].count()
        return Count(min(found, self.cap), is_exact=found <= self.cap)

    @cached_property
    def count(self) -> int:
        """The number behind `num_pages`: a lower bound past the cap."""
        return self.total.number

    def page(self, number: int | str) -> "CappedPage":
        """The rows of that page. Past the end it is the last one: rows go while people read.

        Raises:
            PageNotAnInteger, EmptyPage: the number is none, or below 1.
        """
        wanted = self._number(number)
        if wanted == 1:
            rows = self.read(0)
            if len(rows) <= self.per_page and self.known_total is None:
                self.known_total = len(rows)  # all of them are here: nothing to count
        else:
            wanted = min(wanted, self.num_pages) if self.total.is_exact else wanted
            rows = self.read((wanted - 1) * self.per_page)
        return CappedPage(rows[: self.per_page], wanted, self, len(rows) > self.per_page)

    def read(self, start: int) -> list[Any]:
        """The rows of a page, and one more if there is one."""
        return list(self.object_list[start : start + self.per_page + 1])

    @staticmethod
    def _number(number: int | str) -> int:
        try:
            wanted = int(number)
        except (TypeError, ValueError):
            raise PageNotAnInteger(str(number)) from None
        if not 1 <= wanted <= 10**9:  # further no offset fits a database
            raise EmptyPage(str(number))
        return wanted


class CappedPage(Page[Any]):
    """One page of a CappedPaginator."""

    def __init__(
        self, rows: Sequence[Any], number: int, paginator: CappedPaginator, has_more: bool
    ) -> None:
        super().__init__(rows, number, paginator)
        self.rows = rows
        self.total = paginator.total
        self.has_more = has_more

    def has_next(self) -> bool:
        """Whether a row follows; known by reading it, not by counting."""
        return self.has_more

    @property
    def first_row(self) -> int:
        """The number of the first row shown, from 1; 0 for an empty list."""
        return (self.number - 1) * self.paginator.per_page + 1 if self.rows else 0

    @property
    def last_row(self) -> int:
        """The number of the last row shown."""
        return max(self.first_row + len(self.rows) - 1, 0)
