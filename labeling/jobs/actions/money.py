"""What a project pays: its terms, the prices of a batch, and paying people what they earned."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Capability
from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import Action, Change, recorders, register
from labeling.jobs.actions.claiming import PersonField
from labeling.jobs.models import Batch, Job, LedgerEntry, Price, Terms
from labeling.jobs.money.arithmetic import ZERO
from labeling.jobs.money.booking import book, reserve, settle_if_moved
from labeling.jobs.money.funding import settle_projects
from labeling.jobs.money.statements import MonthField, due_until
from labeling.jobs.states import EntryKind, PaidFor, Status, Work
from labeling.projects.actions.base import KeepingForm
from labeling.projects.models import Project

DIGITS, PLACES = 18, 4
PRICES = {f"price_{work.value}": work for work in Work}


def amount_field(label: Any, help_text: Any = "") -> forms.DecimalField:
    """An amount of money that may be left empty."""
    return forms.DecimalField(
        min_value=Decimal(0),
        max_digits=DIGITS,
        decimal_places=PLACES,
        required=False,
        label=label,
        help_text=help_text,
    )


class PricesForm(KeepingForm, forms.Form):
    """What an item costs, by class of work; what is not sent stays."""

    price_annotation = amount_field(_("Price of labeling an item"))
    price_rework = amount_field(_("Price of labeling an item again, in a job of rework"))
    price_review = amount_field(_("Price of reviewing an item"))


class BatchPricesForm(PricesForm):
    """A batch's own prices."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PRICES:
            self.fields[name].help_text = _("Empty takes the project's price.")


class TermsForm(PricesForm):
    """How a project pays, and what for."""

    currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label=_("Currency"),
        help_text=_("Three letters, such as EUR."),
        error_messages={"invalid": _("Write three capital letters, such as EUR.")},
    )
    budget = amount_field(_("Budget"), _("What may be spent in all. Empty sets no bound."))
    paid_for = forms.ChoiceField(choices=PaidFor.choices, label=_("Paid for"))
    note = forms.CharField(
        max_length=500,
        required=False,
        label=_("Note"),
        help_text=_("Stands in the ledger beside the change of the budget."),
    )

    field_order = ("currency", "budget", "paid_for", *PRICES, "note")


def store_prices(project_id: int, batch_id: int | None, data: Mapping[str, Any]) -> None:
    """Let the prices of a project, or of a batch, be those of a form; an empty one is none."""
    for name, work in PRICES.items():
        own = Price.objects.filter(project=project_id, batch=batch_id, work=work)
        amount = data[name]
        if amount is None:
            own.delete()
        elif not own.update(amount=amount):
            Price.objects.create(project_id=project_id, batch_id=batch_id, work=work, amount=amount)


def own_prices(project_id: int, batch_id: int | None = None) -> dict[str, Decimal | None]:
    """The prices as the form shows them, without those of the project in a batch's form."""
    rows = Price.objects.filter(project=project_id, batch=batch_id).order_by()
    stored = dict(rows.values_list("work", "amount"))
    return {name: plain(stored.get(work)) for name, work in PRICES.items()}


def plain(amount: Decimal | None) -> Decimal | None:
    """An amount with two places, or with as many as it needs: 0.05 and 0.0125."""
    if amount is None:
        return None
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else amount.normalize()


class MoneyAction(Action):
    """A verb about a project's money. Two on one project take turns, by its row."""

    capability: ClassVar[Any] = Capability.MANAGE_JOBS

    def changes(self, change: Change) -> dict[str, Any]:
        """The object is marked as updated."""
        return {"updated_at": change.at}


def follow_prices(jobs: QuerySet[Job], project_id: int, change: Change) -> None:
    """What is reserved for open jobs follows new prices, and the batches what is left."""
    held = jobs.exclude(status=Status.COMPLETED).order_by("pk").select_for_update(no_key=True)
    settle_if_moved(reserve(list(held.values_list("pk", flat=True)), change.at))
    settle_projects([project_id])


@register
class SetTerms(MoneyAction):
    """How a project pays: its budget, for what, and its prices.

    What was earned before keeps its price. A batch without money goes on as soon as the budget
    covers its next item.
    """

    verb = "set-terms"
    label = _("Terms and prices")
    description = _("The budget, what is paid for, and the price of each class of work.")
    model = Project
    form = TermsForm
    order = 42

    def is_source(self, obj: Any) -> bool:
        """An archived project only pays what it owes."""
        return obj.archived_at is None

    def state_of(self, obj: Any) -> str:
        """Active or archived."""
        return str(obj.lifecycle)

    def form_kwargs(self, obj: Project, actor: Any) -> dict[str, Any]:
        """What holds now."""
        terms = Terms.objects.filter(project=obj).first() or Terms(project=obj)
        initial = {
            "currency": terms.currency,
            "budget": plain(terms.budget),
            "paid_for": terms.paid_for,
        }
        return {"initial": initial | own_prices(obj.pk)}

    def check(self, change: Change) -> None:
        """Amounts of two currencies have no sum."""
        written = LedgerEntry.objects.filter(project=change.obj)
        other = written.exclude(currency=change.data["currency"]).first()
        if other is not None:
            told = _("The ledger has amounts in %s already, and that cannot change.")
            raise Invalid({"currency": [told % other.currency]})

    def effect(self, change: Change) -> None:
        """Store them; the ledger gets what the budget grew or shrank by."""
        project, data = change.obj, change.data
        terms = Terms.objects.filter(project=project).first()
        before = (terms and terms.budget) or ZERO
        kept = {name: data[name] for name in ("currency", "budget", "paid_for")}
        Terms.objects.update_or_create(project=project, defaults=kept)
        store_prices(project.pk, None, data)
        step = (data["budget"] or ZERO) - before
        if step:
            LedgerEntry.objects.create(
                team_id=project.team_id,
                project=project,
                kind=EntryKind.BUDGET,
                amount=step,
                currency=data["currency"],
                note=data["note"],
                made_by_id=change.actor.user.pk,
                at=change.at,
            )
        change.note["terms"] = {name: _said(data[name]) for name in (*kept, *PRICES)}
        follow_prices(Job.objects.filter(project=project), project.pk, change)


def _said(value: Any) -> str | None:
    return None if value is None else str(value)


@register
class SetPrices(MoneyAction):
    """Prices that hold for one batch, before those of its project."""

    verb = "set-prices"
    label = _("Prices")
    description = _("Prices of this batch alone; empty ones are those of its project.")
    model = Batch
    form = BatchPricesForm
    order = 42

    def form_kwargs(self, obj: Batch, actor: Any) -> dict[str, Any]:
        """What holds now."""
        return {"initial": own_prices(obj.project_id, obj.pk)}

    def check(self, change: Change) -> None:
        """There must be terms: without them nothing is paid."""
        if not Terms.objects.filter(project=change.obj.project_id).exists():
            told = _("This project pays nothing yet. Set its terms first, on the project's page.")
            raise Conflict(told, state="without terms")

    def effect(self, change: Change) -> None:
        """Store them."""
        batch = change.obj
        store_prices(batch.project_id, batch.pk, change.data)
        change.note["prices"] = {name: _said(change.data[name]) for name in PRICES}
        follow_prices(Job.objects.filter(batch=batch), batch.project_id, change)


class PayForm(forms.Form):
    """Who is paid, and up to which month."""

    person = PersonField(queryset=User.objects.none(), label=_("Person"))
    month = MonthField(
        required=False,
        label=_("Up to the end of"),
        help_text=_("A month such as 2026-03. Empty pays everything up to now."),
    )
    note = forms.CharField(max_length=500, required=False, label=_("Note"))

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


@register
class Pay(MoneyAction):
    """Write down that a person was paid what they earned. The outcome is the ledger's line.

    The money itself goes another way. Of two who pay at once, the second is told that nothing is
    owed any more.
    """

    verb = "pay"
    label = _("Pay")
    description = _("Writes down that a person was paid everything that they earned and still get.")
    model = Project
    capability = Capability.MANAGE_PEOPLE
    form = PayForm
    outcome_model = LedgerEntry
    order = 44

    def form_kwargs(self, obj: Project, actor: Any) -> dict[str, Any]:
        """The people who ever earned something here."""
        lines = LedgerEntry.objects.filter(project=obj, kind=EntryKind.OWED)
        people = User.objects.filter(pk__in=lines.order_by().values("person"))
        return {"people": people.order_by("display_name", "username")}

    def effect(self, change: Change) -> None:
        """One line of what is due.

        Raises:
            Conflict: nothing is.
        """
        person, month = change.data["person"], change.data["month"]
        terms = Terms.objects.get(project=change.obj)
        amount = due_until(change.obj.pk, person.pk, month.end if month else None)
        if amount <= 0:
            told = _("Nothing is owed to %s for that time: it is paid already.") % person.name
            raise Conflict(told, state="paid")
        change.outcome = LedgerEntry.objects.create(
            team_id=change.obj.team_id,
            project=change.obj,
            person=person,
            kind=EntryKind.PAID,
            amount=amount,
            currency=terms.currency,
            note=change.data["note"],
            made_by_id=change.actor.user.pk,
            at=change.at,
        )
        change.note |= {"person": person.pk, "amount": str(amount), "month": _said(month)}


recorders.append(book)
