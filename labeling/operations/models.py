"""Operations and their rows: the truth about machine work; a broker is only its doorbell."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.roles import Role
from labeling.operations.states import FINISHED, LIVE, Outcome, Status

if TYPE_CHECKING:
    from accounts.actor import Actor


class OperationQuerySet(models.QuerySet["Operation"]):
    """Operations by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Operations of the actor's teams; annotators and the restricted see only their own."""
        own_only = {
            team_id
            for team_id in actor.team_ids
            if team_id in actor.restricted_team_ids or actor.role_in(team_id) == Role.ANNOTATOR
        }
        seen = Q(team_id__in=set(actor.team_ids) - own_only)
        if own_only:
            seen |= Q(team_id__in=own_only, created_by=actor.user.pk)
        return self.filter(seen)


class Operation(models.Model):
    """One piece of machine work, from the asking to the result.

    Attributes:
        kind: name of its registered kind.
        plan: what to do, frozen when it was asked for.
        cursor: how far it is, in the kind's own terms; changes only together with the effects.
        total, done: units of work (rows, items); total None means not known yet.
        chunk_done: units of the chunk in progress, for the progress bar only: they count as done
            when the chunk commits, and as never begun when its worker dies.
        subject_type, subject_id: what it is about, as "app.model" and key.
        attempts: how often a worker took it; stalled_attempts: since it last came forward.
        claimed_by: token of the worker that holds it, else empty. Every write of a worker asks
            for its own token, so one that was declared lost cannot write any more.
        rung_at: when a worker was last told about it.
        cleaned_at: when its staged input was put away, after it was complete or canceled.
        file: the result to download.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="operations")
    kind = models.CharField(_("kind"), max_length=64)
    label = models.CharField(_("name"), max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="operations",
        verbose_name=_("asked by"),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.QUEUED
    )
    queue = models.CharField(max_length=32)
    plan = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    total = models.PositiveBigIntegerField(null=True)
    done = models.PositiveBigIntegerField(default=0)
    chunk_done = models.PositiveBigIntegerField(default=0)
    error_count = models.PositiveBigIntegerField(default=0)
    result = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    file = models.FileField(max_length=255, blank=True)
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(null=True)
    idempotency_key = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    stalled_attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    completed_at = models.DateTimeField(_("finished"), null=True)
    cleaned_at = models.DateTimeField(null=True)

    # Set by `start` on an operation that its idempotency key had started before.
    is_repeat = False

    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("team", "idempotency_key"),
                condition=~Q(idempotency_key=""),
                name="operation_once_a_key",
            ),
            models.CheckConstraint(
                condition=Q(total=None) | Q(done__lte=F("total")),
                name="operation_done_within_total",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]),
                name="operation_known_status",
            ),
        )
        indexes = (
            models.Index("team", F("id").desc(), name="operation_list"),
            models.Index("team", "status", F("id").desc(), name="operation_by_status"),
            models.Index("team", "created_by", F("id").desc(), name="operation_by_person"),
            models.Index("subject_type", "subject_id", name="operation_by_subject"),
            models.Index(
                "status",
                "heartbeat_at",
                condition=Q(cleaned_at=None),
                name="operation_to_sweep",
            ),
        )

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("operations:operation", args=[self.pk])

    @property
    def is_live(self) -> bool:
        """Whether it still waits or runs, so that a page should look again."""
        return self.status in LIVE

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in FINISHED

    @property
    def shown_done(self) -> int:
        """Units done, those of the chunk in progress included; never above the total."""
        done = self.done + (self.chunk_done if self.status in LIVE else 0)
        return done if self.total is None else min(done, self.total)

    @property
    def fraction(self) -> float | None:
        """What part is done, 0 to 1; None while nobody knows of how much."""
        if self.total is None:
            return 1.0 if self.status == Status.COMPLETE else None
        return self.shown_done / self.total if self.total else 1.0


class OperationRowQuerySet(models.QuerySet["OperationRow"]):
    """Rows by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Rows of the operations that the actor may see."""
        return self.filter(operation__in=Operation.objects.visible_to(actor))


class OperationRow(models.Model):
    """What became of one row of an operation's input.

    Attributes:
        number: its place in the input, from 1; once an operation.
        name: what a person would call it: a file name, a job's name.
        message: why, for an error or a skipped row; may be empty otherwise.
        data: facts for a script, such as the id of what was made.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveBigIntegerField(_("row"))
    name = models.CharField(_("name"), max_length=255, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.OK
    )
    message = models.TextField(_("message"), blank=True)
    data = models.JSONField(default=dict)

    objects = OperationRowQuerySet.as_manager()

    class Meta:
        ordering = ("operation", "number")
        constraints = (
            models.UniqueConstraint(fields=("operation", "number"), name="operation_row_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=[outcome.value for outcome in Outcome]),
                name="operation_row_known_outcome",
            ),
        )
        indexes = (
            models.Index(
                fields=("operation", "outcome", "number"), name="operation_row_by_outcome"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
