"""Working hours in words: "9:00-12:30, 13:00-17:00", days off as dates and ranges of them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DAY_MINUTES = 24 * 60
MOST_SPANS = 6
MOST_DAYS_OFF = 400
SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")
RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s*(?:\.\.|–|to)\s*(\d{4}-\d{2}-\d{2}))?")

Spans = list[list[int]]


def spans_in(text: str) -> Spans:
    """From-to pairs in minutes after midnight, in order; a night ends on the next day.

    Raises:
        ValidationError: says which part is not understood.
    """
    spans = [_span(part.strip()) for part in re.split(r"[,;]", text) if part.strip()]
    spans.sort()
    for (_begin, end), (begin, _end) in pairwise(spans):
        if begin < end:
            raise ValidationError(_("Two of these hours overlap."))
    if len(spans) > MOST_SPANS:
        raise ValidationError(_("At most %d spans a day, please.") % MOST_SPANS)
    return spans


def _span(text: str) -> list[int]:
    found = SPAN.fullmatch(text)
    if found is None:
        raise ValidationError(
            _("“%s” is no time from-to. Write it like 9:00-12:30, 13:00-17:00.") % text
        )
    hour, minute, until_hour, until_minute = (int(part or 0) for part in found.groups())
    begin, end = hour * 60 + minute, until_hour * 60 + until_minute
    if max(minute, until_minute) > 59 or begin >= DAY_MINUTES or end > DAY_MINUTES:
        raise ValidationError(_("“%s” is no time of a day.") % text)
    if begin == end:
        raise ValidationError(_("“%s” is no time at all.") % text)
    return [begin, end if end > begin else end + DAY_MINUTES]


def words_of(spans: Iterable[Sequence[int]]) -> str:
    """The same as somebody would write it."""
    return ", ".join(f"{_time(begin)}-{_time(end)}" for begin, end in spans)


def _time(minutes: int) -> str:
    if minutes > DAY_MINUTES:
        minutes -= DAY_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"


def days_in(text: str) -> list[str]:
    """ISO dates out of dates and ranges of them, each once, in order.

    Raises:
        ValidationError: says which part is not understood.
    """
    days: set[date] = set()
    for part in re.split(r"[,;\n]", text):
        if part.strip():
            days.update(_days(part.strip()))
    if len(days) > MOST_DAYS_OFF:
        raise ValidationError(_("At most %d days off, please.") % MOST_DAYS_OFF)
    return [day.isoformat() for day in sorted(days)]


def _days(text: str) -> Iterable[date]:
    found = RANGE.fullmatch(text)
    try:
        first, last = (
            (date.fromisoformat(found[1]), date.fromisoformat(found[2] or found[1]))
            if found
            else (date.max, date.min)
        )
    except ValueError:
        first, last = date.max, date.min
    if last < first:
        raise ValidationError(
            _("“%s” is no date. Write 2026-12-24, or 2026-12-24..2027-01-02 for several.") % text
        )
    if (last - first).days >= MOST_DAYS_OFF:
        raise ValidationError(_("At most %d days off, please.") % MOST_DAYS_OFF)
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def words_of_days(days: Sequence[str]) -> str:
    """Dates and ranges, as somebody would write them."""
    parts: list[list[date]] = []
    for day in sorted(date.fromisoformat(each) for each in days):
        if parts and (day - parts[-1][-1]).days == 1:
            parts[-1].append(day)
        else:
            parts.append([day])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}..{part[-1]}" for part in parts)


class SpansField(forms.CharField):
    """Working hours of one day."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            required=False,
            max_length=200,
            label=label,
            widget=forms.TextInput(attrs={"placeholder": "9:00-12:30, 13:00-17:00"}),
        )

    def clean(self, value: object) -> Spans:
        """From-to pairs."""
        return spans_in(super().clean(value))


class DaysField(forms.CharField):
    """Days off."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            max_length=5_000,
            label=gettext_lazy("Days off"),
            help_text=gettext_lazy("Dates like 2026-12-24, or 2026-12-24..2027-01-02 for several."),
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    def clean(self, value: object) -> list[str]:
        """ISO dates."""
        return days_in(super().clean(value))
