"""What work costs: terms of a project, prices, and a ledger that only grows."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.roles import Capability
from labeling.jobs.models.batches import Batch
from labeling.jobs.models.jobs import Job, JobItem
from labeling.jobs.states import EntryKind, PaidFor, Work
from labeling.projects.models import Project

if TYPE_CHECKING:
    from accounts.actor import Actor

# Sums of a team stay exact far beyond what one pays; a price of a single item may be a fraction
# of a cent.
DIGITS, PLACES = 18, 4


class TermsQuerySet(models.QuerySet["Terms"]):
    """Terms by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Those of the projects that the actor sees."""
        return self.filter(project__team_id__in=actor.unrestricted_team_ids)


class Terms(models.Model):
    """How a project pays. A project without terms pays nothing.

    Attributes:
        budget: what may be spent in all; None sets no bound. What was put in by and by stands in
            the ledger; this is the sum.
        paid_for: the event that earns an item's price.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="terms")
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    budget = models.DecimalField(
        _("budget"),
        max_digits=DIGITS,
        decimal_places=PLACES,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    paid_for = models.CharField(
        _("paid for"), max_length=16, choices=PaidFor, default=PaidFor.ACCEPTED
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = TermsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("terms")
        constraints = (
            models.CheckConstraint(
                condition=Q(budget=None) | Q(budget__gte=0), name="budget_is_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id}: {self.budget} {self.currency}"


class PriceQuerySet(models.QuerySet["Price"]):
    """Prices by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Those of the projects that the actor sees."""
        return self.filter(project__team_id__in=actor.unrestricted_team_ids)


class Price(models.Model):
    """What one item of one class of work earns; a batch's own price goes before its project's."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="prices")
    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, null=True, blank=True, related_name="prices"
    )
    work = models.CharField(_("work"), max_length=16, choices=Work)
    amount = models.DecimalField(
        _("price an item"),
        max_digits=DIGITS,
        decimal_places=PLACES,
        validators=[MinValueValidator(0)],
    )

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ("project", "batch", "work")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "work"),
                condition=Q(batch=None),
                name="price_once_a_project_and_work",
            ),
            models.UniqueConstraint(
                fields=("batch", "work"),
                condition=Q(batch__isnull=False),
                name="price_once_a_batch_and_work",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_is_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.work}: {self.amount}"


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    """Entries by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Everybody's where the actor manages people; else what concerns oneself."""
        managed = actor.unrestricted_team_ids & actor.teams_where(Capability.MANAGE_PEOPLE)
        return self.filter(
            Q(team_id__in=managed) | Q(team_id__in=actor.team_ids, person=actor.user.pk)
        )


class LedgerEntry(models.Model):
    """One line of a project's accounts. Lines are added and never changed.

    Attributes:
        kind: what happened; see `EntryKind`.
        amount: positive adds to what the kind counts, negative takes back.
        batch, job, job_item: what it was for; None, too, once that is purged with its dataset:
            the accounts keep what was paid for it.
        job_item, round: what earned it; an item is owed once a class of work and round, whatever
            comes twice.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="ledger")
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, related_name="ledger")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    job_item = models.ForeignKey(JobItem, on_delete=models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="ledger"
    )
    kind = models.CharField(max_length=16, choices=EntryKind)
    work = models.CharField(max_length=16, choices=Work, blank=True)
    round = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name_plural = _("ledger entries")
        constraints = (
            models.UniqueConstraint(
                fields=("job_item", "kind", "work", "person", "round"),
                condition=Q(job_item__isnull=False),
                name="ledger_once_an_item_and_round",
            ),
        )
        indexes = (
            models.Index(fields=("project", "kind")),
            models.Index(fields=("team", "person", "-at")),
            models.Index(fields=("batch", "kind")),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"
