"""The page of a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views import View

from labeling.core.http import Request, toast, wants_partial
from labeling.core.listing.columns import Column
from labeling.core.listing.csv_stream import CHUNK, csv_response
from labeling.core.listing.filterset import (
    ORDERING,
    RESERVED,
    SEARCH,
    FilterError,
    StrictFilterSet,
    as_query_dict,
    without,
)
from labeling.core.listing.paging import (
    DEFAULT_PAGE_SIZE,
    PAGE_SIZES,
    CappedPage,
    CappedPaginator,
)
from labeling.core.listing.saved import SavedViewLink

M = TypeVar("M", bound=models.Model)

FORMATS = ("csv",)


@dataclass(frozen=True)
class Header:
    """A column's head: where a click on it leads and how it is sorted now."""

    column: Column
    query: str
    sorted: str  # "", "ascending" or "descending"


@dataclass(frozen=True)
class Row:
    """One drawn row."""

    obj: Any
    url: str
    cells: Sequence[tuple[Column, SafeString]]
    css: str
    label: str


class ListPage(View, Generic[M]):
    """A list: search, filters, chips, sort, pages, CSV and partials under one URL.

    Subclasses declare; see the attributes. Everything a reader chose is in the URL.

    Attributes:
        filterset_class: what may be filtered, searched and sorted.
        columns: what is shown, in order.
        title: the page's heading.
        template_name: the whole page; extend "components/list_page.html" to add buttons.
        results_template: what htmx gets.
        rows_template: the rows themselves; replace it for a list that is no table.
        bulk_template: buttons of the bulk bar; with one, rows get check boxes.
        bulk_url: where the bulk form posts to, or override `get_bulk_url`.
        empty_template: what an empty, unfiltered list says (what to do next).
        empty_text: the same as one sentence, without a template.
        row_actions_template: buttons at the end of each row; gets `row`.
        count_words: the count in words of the list ("128 jobs"), plural by `number`.
        nav: the key of the sidebar's entry.
        poll_seconds: refresh the rows this often; None does not.
    """

    filterset_class: ClassVar[type[StrictFilterSet]]
    columns: ClassVar[Sequence[Column]] = ()
    title: ClassVar[Any] = ""
    template_name: ClassVar[str] = "components/list_page.html"
    results_template: ClassVar[str] = "components/list.html#results"
    rows_template: ClassVar[str] = "components/table.html"
    bulk_template: ClassVar[str | None] = None
    bulk_url: ClassVar[str] = ""
    empty_template: ClassVar[str | None] = None
    empty_text: ClassVar[Any] = gettext_lazy("Nothing here yet.")
    row_actions_template: ClassVar[str | None] = None
    count_words: ClassVar[Any] = ngettext_lazy("%(shown)s row", "%(shown)s rows", "number")
    nav: ClassVar[str | None] = None
    poll_seconds: ClassVar[int | None] = None
    default_page_size: ClassVar[int] = DEFAULT_PAGE_SIZE
    page_sizes: ClassVar[Sequence[int]] = PAGE_SIZES

    request: Request

    # What subclasses override

    def get_queryset(self) -> models.QuerySet[M]:
        """The rows that the actor may see, with what the columns need already joined."""
        raise NotImplementedError

    def known_total(self, filterset: StrictFilterSet) -> int | None:
        """The number of rows when it is stored somewhere, so that nothing needs counting.

        Only called while no filter is active.
        """
        return None

    def decorate(self, rows: list[M]) -> None:
        """Compute for the rows of one page what no query gives; also used for the CSV file."""

    def get_columns(self) -> Sequence[Column]:
        """The columns of this request."""
        return self.columns

    def row_url(self, row: M) -> str:
        """Where a row leads; empty when it has no page."""
        find = getattr(row, "get_absolute_url", None)
        return str(find()) if find else ""

    def row_css(self, row: M) -> str:
        """Extra classes of a row."""
        return ""

    def get_bulk_url(self) -> str:
        """Where the bulk form posts to."""
        return self.bulk_url

    def get_saved_views(self) -> Iterable[SavedViewLink]:
        """The reader's saved views of this list."""
        return ()

    def get_save_view_url(self) -> str:
        """Where a POST of `name` and `query` saves a view; empty offers no saving."""
        return ""

    def csv_name(self) -> str:
        """The name of the CSV file without extension."""
        return self.nav or "list"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """More context for the templates."""
        return kwargs

    # What a request does

    @cached_property
    def filterset(self) -> StrictFilterSet:
        """The filters of this request, bound to its query."""
        return self.filterset_class(self.request.GET, self.get_queryset(), request=self.request)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, its partial or its CSV file."""
        try:
            return self.answer()
        except FilterError as error:
            return self.refuse(error)

    def answer(self) -> HttpResponseBase:
        """The page, its partial or its CSV file; raises FilterError."""
        self.filterset.check()
        self.check_reserved()
        if self.request.GET.get("format") == "csv":
            rows = self.filterset.qs.iterator(chunk_size=CHUNK)
            return csv_response(rows, self.get_columns(), self.csv_name(), self.decorate)
        page = self.get_page()
        self.decorate(list(page.rows))
        return self.render_list(page)

    def check_reserved(self) -> None:
        """The list's own parameters are as strict as its filters."""
        query = self.request.GET
        errors: dict[str, list[str]] = {}
        size = query.get("page_size", "")
        if size and size not in {str(known) for known in self.page_sizes}:
            sizes = ", ".join(map(str, self.page_sizes))
            errors["page_size"] = [_("Choose one of %(sizes)s.") % {"sizes": sizes}]
        if query.get("format", "") not in {"", *FORMATS}:
            errors["format"] = [_("Choose one of %(formats)s.") % {"formats": ", ".join(FORMATS)}]
        if errors:
            raise FilterError(errors, without(query, set(errors)))

    def get_page(self) -> CappedPage:
        """The page of rows that the query asks for; raises FilterError."""
        query = self.request.GET
        size = int(query.get("page_size") or self.default_page_size)
        total = None if self.filterset.is_narrowed else self.known_total(self.filterset)
        paginator = CappedPaginator(self.filterset.qs, size, known_total=total)
        try:
            return paginator.page(query.get("page") or 1)
        except (PageNotAnInteger, EmptyPage):
            errors = {"page": [_("There is no such page.")]}
            raise FilterError(errors, without(query, {"page"})) from None

    def render_list(self, page: CappedPage) -> HttpResponse:
        """The whole page, or what htmx swaps."""
        is_partial = wants_partial(self.request)
        template = self.results_template if is_partial else self.template_name
        response = render(self.request, template, self.list_context(page, is_partial))
        patch_vary_headers(response, ["HX-Request"])
        if is_partial:
            # The form sends its empty fields too; the address bar shall not show them.
            query = without(self.request.GET, set())
            response["HX-Push-Url"] = f"{self.request.path}?{query}" if query else self.request.path
        return response

    def list_context(self, page: CappedPage, is_partial: bool) -> dict[str, Any]:
        """What components/list.html draws from."""
        query, total = as_query_dict(self.request.GET), page.total
        rest: dict[str, Any] = {
            "title": self.title,
            "nav": self.nav,
            "is_partial": is_partial,
            "filterset": self.filterset,
            "search_field": self.filterset.form.fields.get(SEARCH),
            "search": query.get(SEARCH, ""),
            "filter_fields": [
                field for field in self.filterset.form if field.name not in {SEARCH, ORDERING}
            ],
            "kept": self.kept(query),
            "chips": self.filterset.chips(),
            "clear_query": without(query, set(query) - (RESERVED - {"page"}) - {ORDERING}),
            "query": without(query, {"page"}),
            "headers": self.headers(query),
            "page": page,
            "count_text": self.count_words % {"number": total.number, "shown": total},
            "page_query": without(query, {"page"}),
            "page_sizes": self.page_sizes,
            "csv_query": self.csv_query(query),
            "saved_views": list(self.get_saved_views()),
            "save_view_url": self.get_save_view_url(),
            "rows_template": self.rows_template,
            "bulk_template": self.bulk_template,
            "bulk_url": self.get_bulk_url(),
            "empty_template": self.empty_template,
            "empty_text": self.empty_text,
            "row_actions_template": self.row_actions_template,
            "poll_seconds": self.poll_seconds,
            "poll_query": without(query, set()),
        }
        rest["rows"] = self.rows(page)
        return self.get_context_data(**rest)

    def kept(self, query: QueryDict) -> list[tuple[str, str]]:
        """What the filter form carries along unseen."""
        names = (ORDERING, "page_size", "view")
        return [(name, query.get(name, "")) for name in names]

    def csv_query(self, query: QueryDict) -> str:
        """The query string of the CSV file of what is shown."""
        wanted = query.copy()
        wanted["format"] = "csv"
        return without(wanted, {"page", "page_size"})

    def headers(self, query: QueryDict) -> list[Header]:
        """The table's head; a click sorts, a second one reverses."""
        current = self.filterset.ordering
        found = []
        for column in self.get_columns():
            is_current = bool(column.ordering) and current.removeprefix("-") == column.ordering
            target, direction = column.ordering, ""
            if is_current:
                direction = "descending" if current.startswith("-") else "ascending"
                target = column.ordering if current.startswith("-") else f"-{column.ordering}"
            sorted_query = query.copy()
            sorted_query[ORDERING] = target
            found.append(Header(column, without(sorted_query, {"page"}), direction))
        return found

    def rows(self, page: CappedPage) -> list[Row]:
        """The rows of one page with their cells."""
        columns = self.get_columns()
        context: Mapping[str, Any] = {"request": self.request, "view": self}
        found = []
        for obj in page.rows:
            cells = [(column, column.render(obj, context)) for column in columns]
            found.append(Row(obj, self.row_url(obj), cells, self.row_css(obj), str(obj)))
        return found

    def refuse(self, error: FilterError) -> HttpResponse:
        """The 400 that says what is at fault: a page that links to the rest, or a toast."""
        if wants_partial(self.request):
            response = HttpResponse(status=error.status)
            for name, texts in error.errors_by_name.items():
                toast(response, f"{name}: {texts}", "error")
            return response
        url = f"{self.request.path}?{error.cleaned}" if error.cleaned else self.request.path
        context = {"error": error, "cleaned_url": url, "nav": self.nav}
        return render(self.request, "core/filter_error.html", context, status=400)
