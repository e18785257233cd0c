"""A column of a list: declared once for the page, the CSV file and the sort header."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

CellValue = str | Callable[[Any], Any]

# A spreadsheet runs a cell that begins like this; an apostrophe in front makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """What one column shows and what it writes.

    Attributes:
        name: its key, also its CSS class (`col-name`).
        label: its header; also the label beside the value on a phone.
        value: an attribute path ("batch.name") or a function of the row; default is `name`.
        draw: a function of the row that returns the cell's HTML, such as a tag of
            templatetags/desk.py. A page draws hundreds of cells: this is the quick way.
        template: a template for the cell that gets `row` and `value`. Without either the value is
            shown as text.
        ordering: the FilterSet's ordering name behind the header; empty cannot be sorted.
        csv: path or function for the file; default is `value`. None leaves the column out.
        priority: 1 is always shown, also on a phone's card; 2 hides on a phone; 3 hides on
            narrow screens too.
        is_link: whether the cell links to the row's page. Exactly one column should.
        is_number: right-aligned, tabular figures.
        is_named: whether its label stands before the value on a phone's card, where no header
            says what it is. Numbers always have theirs.
    """

    name: str
    label: Any
    value: CellValue | None = None
    draw: Callable[[Any], SafeString] | None = None
    template: str | None = None
    ordering: str = ""
    csv: CellValue | None = ""
    priority: int = 2
    is_link: bool = False
    is_number: bool = False
    is_named: bool = False

    @property
    def css(self) -> str:
        """Classes of its cells."""
        number = " num" if self.is_number else ""
        named = " is-named" if self.is_named or self.is_number else ""
        return f"col-{self.name} priority-{self.priority}{number}{named}"

    def value_of(self, row: Any) -> Any:
        """What the cell shows, before any markup."""
        if self.value is None and (self.template or self.draw):
            return getattr(row, self.name, None)  # the template may draw from the row alone
        return resolve(row, self.value or self.name)

    def csv_of(self, row: Any) -> str:
        """What the file holds, safe to open in a spreadsheet."""
        value = self.value_of(row) if not self.csv else resolve(row, self.csv)
        return safe_cell(value)

    def render(self, row: Any, context: Mapping[str, Any]) -> SafeString:
        """The cell's content as HTML."""
        if self.draw:
            return self.draw(row)
        value = self.value_of(row)
        if self.template:
            cell = get_template(self.template).render({**context, "row": row, "value": value})
            return mark_safe(cell)  # a rendered template is escaped already
        if value is None or value == "":
            return mark_safe('<span class="muted">–</span>')
        return format_html("{}", value)


def resolve(row: Any, value: CellValue) -> Any:
    """The value behind a dotted attribute path or a function; a missing link of it is None."""
    if callable(value):
        return value(row)
    for part in value.split("."):
        if row is None:
            return None
        row = getattr(row, part)
    return row() if callable(row) else row


def safe_cell(value: Any) -> str:
    """The value as text that no spreadsheet will run.

    Numbers stay numbers: only text can begin a formula. Times are written as ISO 8601 in the
    reader's zone.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        shown = timezone.localtime(value) if timezone.is_aware(value) else value
        return shown.isoformat(timespec="seconds")
    text = str(value)
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if text.startswith(FORMULA_STARTS) and not is_number:
        return f"'{text}"
    return text
