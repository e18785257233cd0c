"""Pages of REST results."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from labeling.core.errors import Invalid


class NumberedPages(PageNumberPagination):
    """Fifty a page unless asked otherwise, in the order of the list with the key as tiebreak.

    A page beyond the last is a 404; what is no page number at all is a 400.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500

    def get_page_size(self, request: Request) -> int:
        """How many rows a page has; a script that asks for too many shall not miss some."""
        given = request.query_params.get("page_size")
        if not given:
            return self.page_size
        size = _whole(given)
        if size is None or size > self.max_page_size:
            text = _("Pages have 1 to %d rows.") % self.max_page_size
            raise Invalid({"page_size": [text]})
        return size

    def get_page_number(self, request: Request, paginator: Any) -> int | str:
        """The page that is asked for, or "last"."""
        given = request.query_params.get(self.page_query_param) or "1"
        number = paginator.num_pages if given in self.last_page_strings else _whole(given)
        if number is None:
            raise Invalid({self.page_query_param: [_("Pages are numbered 1, 2, 3 and so on.")]})
        return int(number)


def _whole(text: str) -> int | None:
    """A positive whole number; None for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if is_number and int(text) > 0 else None
