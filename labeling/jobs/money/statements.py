"""What a person earned and was paid in a month."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import User
from accounts.roles import Capability
from labeling.core.http import get_visible_or_404, is_key
from labeling.jobs.models import LedgerEntry
from labeling.jobs.money.sums import amount_of, sum_of_amounts
from labeling.jobs.states import EntryKind

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
FIRST_YEAR, LAST_YEAR = 2000, 9998


@dataclass(frozen=True)
class Month:
    """A calendar month of UTC, so that it is the same for everybody."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        """The month that a moment lies in."""
        there = moment.astimezone(UTC)
        return cls(there.year, there.month)

    @classmethod
    def read(cls, text: str) -> "Month":
        """ "2026-03"; raises ValueError."""
        match = MONTH.fullmatch(text)
        if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise ValueError(text)
        return cls(int(match[1]), int(match[2]))

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.next.start

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before it."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


class MonthField(forms.CharField):
    """A month as "2026-03"; its value is a `Month`, or None when it is empty."""

    default_error_messages = {"month": _("Write a month as 2026-03.")}

    def to_python(self, value: Any) -> Any:
        """The month."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            return Month.read(text)
        except ValueError:
            raise forms.ValidationError(self.error_messages["month"], code="month") from None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Browsers that know months offer a calendar of them."""
        return {**super().widget_attrs(widget), "placeholder": "2026-03"}


@dataclass(frozen=True)
class EarningsRow:
    """What one class of work in one batch earned; without a batch where that was purged.

    Attributes:
        items: how many earned it, less those that were taken back.
    """

    project_id: int
    project: str
    batch: str
    work: str
    currency: str
    items: int
    amount: Decimal


@dataclass(frozen=True)
class Balance:
    """The sums of a person's month in one currency.

    Attributes:
        before: what was still to be paid when the month began; `after` when it ended.
    """

    currency: str
    before: Decimal
    earned: Decimal
    paid: Decimal

    @property
    def after(self) -> Decimal:
        """What is still to be paid when the month is over."""
        return self.before + self.earned - self.paid


def statement_person(actor: Actor, team_id: int, wanted: str) -> User:
    """Whose statement an actor asks for: one's own, or a member's for those who manage people.

    Arguments:
        wanted: the person's id; empty means oneself.

    Raises:
        Http404: nobody whose statement the actor may see.
    """
    own = str(actor.user.pk)
    people = User.objects.visible_to(actor)
    if (wanted or own) != own:
        manages = actor.can(Capability.MANAGE_PEOPLE, team_id)
        people = people.filter(memberships__team=team_id) if manages else people.none()
    if not is_key(wanted or own):
        raise Http404
    return get_visible_or_404(people, wanted or own)


def due_until(project_id: int, person_id: int, end: datetime | None) -> Decimal:
    """What a person earned in a project until then and was not paid since; may be below zero.

    Arguments:
        end: the first moment that is not counted; None counts everything.
    """
    lines = LedgerEntry.objects.filter(project=project_id, person=person_id)
    earned = Q(kind=EntryKind.OWED) if end is None else Q(kind=EntryKind.OWED, at__lt=end)
    sums = lines.aggregate(
        owed=sum_of_amounts(filter=earned), paid=sum_of_amounts(filter=Q(kind=EntryKind.PAID))
    )
    return amount_of(sums["owed"]) - amount_of(sums["paid"])


def rows_of(lines: QuerySet[LedgerEntry], month: Month) -> Sequence[EarningsRow]:
    """What some lines say was earned in a month, by batch and class of work.

    Arguments:
        lines: those of one person that the reader may see.
    """
    earned = lines.filter(kind=EntryKind.OWED, at__gte=month.start, at__lt=month.end)
    grouped = earned.order_by("project__name", "batch__name", "work", "currency").values_list(
        "project", "project__name", "batch", "batch__name", "work", "currency"
    )
    counted = grouped.annotate(
        more=Count("pk", filter=Q(amount__gt=0)),
        fewer=Count("pk", filter=Q(amount__lt=0)),
        total=sum_of_amounts(),
    )
    return [
        EarningsRow(
            project_id, project, batch or "", work, currency, more - fewer, amount_of(total)
        )
        for project_id, project, _batch, batch, work, currency, more, fewer, total in counted
    ]


def balances_of(lines: QuerySet[LedgerEntry], month: Month) -> Sequence[Balance]:
    """The sums of a month by currency; a currency in which nothing ever happened is left out.

    Arguments:
        lines: those of one person that the reader may see.
    """
    is_owed, is_paid = Q(kind=EntryKind.OWED), Q(kind=EntryKind.PAID)
    earlier, within = Q(at__lt=month.start), Q(at__gte=month.start, at__lt=month.end)
    summed = lines.filter(is_owed | is_paid, at__lt=month.end).order_by("currency")
    found = summed.values_list("currency").annotate(
        owed_before=sum_of_amounts(filter=is_owed & earlier),
        paid_before=sum_of_amounts(filter=is_paid & earlier),
        earned=sum_of_amounts(filter=is_owed & within),
        paid=sum_of_amounts(filter=is_paid & within),
    )
    return [
        Balance(currency, amount_of(owed) - amount_of(paid), amount_of(earned), amount_of(out))
        for currency, owed, paid, earned, out in found
    ]
