"""Pages of REST results."""

from rest_framework.pagination import PageNumberPagination


class NumberedPages(PageNumberPagination):
    """Fifty a page unless asked otherwise, in the order of the list with the key as tiebreak."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
