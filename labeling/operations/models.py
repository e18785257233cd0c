"""Operations and their rows: the truth about machine work; a broker is only its doorbell."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.roles import Role
from labeling.operations import subjects
from labeling.operations.notices.models import Attempt, Delivery, Notice, Webhook
from labeling.operations.states import CLAIMED, FINISHED, LIVE, LogEvent, Outcome, Status

if TYPE_CHECKING:
    from accounts.actor import Actor

__all__ = [
    "Attempt",
    "Delivery",
    "Lane",
    "LogLine",
    "Notice",
    "Operation",
    "OperationQuerySet",
    "OperationRow",
    "Webhook",
]

ROWS_A_QUERY = 2000


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

    def about(self, subject: models.Model) -> Self:
        """Operations that this thing is the subject of."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)

    def live(self) -> Self:
        """Those that wait or run."""
        return self.filter(status__in=LIVE)


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
        project_id: the project of what it is about, as it was when it was asked for; no foreign
            key, for projects stand above (see `subjects`).
        attempts: how often a worker took it; stalled_attempts: since it last came forward.
        claimed_by: token of the worker that holds it, else empty. Every write of a worker asks
            for its own token, so one that was declared lost cannot write any more.
        machine: where its files in the making lie, when a worker gave way to another team's
            operation; for a while only that machine goes on with it.
        rate: units a second lately, while a worker was at it; None until that is known.
        queued_at: since when it waits for a worker: who waits longest comes first.
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
    project_id = models.BigIntegerField(null=True)
    idempotency_key = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    stalled_attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    machine = models.CharField(max_length=200, blank=True)
    rate = models.FloatField(null=True)
    queued_at = models.DateTimeField(default=timezone.now)
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
            models.Index("project_id", F("id").desc(), name="operation_by_project"),
            models.Index(
                "status",
                "heartbeat_at",
                condition=Q(cleaned_at=None),
                name="operation_to_sweep",
            ),
            models.Index(
                "queue",
                "team",
                "queued_at",
                condition=Q(status=Status.QUEUED),
                name="operation_waiting",
            ),
            models.Index(
                "queue",
                "team",
                condition=Q(status__in=sorted(CLAIMED)),
                name="operation_at_work",
            ),
        )

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row; what it is about says which project it belongs to."""
        if self.project_id is None and self.subject_id is not None:
            self.project_id = subjects.project_of(self.subject_type, self.subject_id)
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "project_id"}
        super().save(*args, **kwargs)

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

    def in_order(self, after: int = 0, at_once: int = ROWS_A_QUERY) -> Iterator["OperationRow"]:
        """One operation's rows by their number, in constant memory however many there are.

        Each query begins after the last number seen and none of them lasts: a reader that is slow
        holds nothing open in the database. They end at a number too, or PostgreSQL might sort all
        that is left for each, when it has not looked yet at what a large operation has just told.

        Arguments:
            after: the number behind which to begin.
            at_once: rows a query.
        """
        last = self.aggregate(last=models.Max("number"))["last"] or 0
        span = at_once
        while after < last:
            ahead = self.filter(number__gt=after, number__lte=after + span).order_by("number")
            rows = list(ahead[:at_once])
            yield from rows
            if len(rows) == at_once:
                after, span = rows[-1].number, at_once
            else:  # numbers with gaps: look further at once
                after, span = after + span, span * 2


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


class LogLineQuerySet(models.QuerySet["LogLine"]):
    """Lines by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Lines of the operations that the actor may see."""
        return self.filter(operation__in=Operation.objects.visible_to(actor))


class LogLine(models.Model):
    """One line of an operation's log, written in the transaction of what it tells.

    Attributes:
        by: the person who did it; None for the desk itself.
        text: more than the event says, such as why it failed.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(_("when"), default=timezone.now)
    event = models.CharField(_("what"), max_length=16, choices=LogEvent.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    text = models.TextField(_("details"), blank=True)

    objects = LogLineQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.get_event_display())


class Lane(models.Model):
    """One team's place at one queue: locked for the moment in which a worker takes something.

    Attributes:
        turn_began_at: when it was last this team's turn to be served.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    queue = models.CharField(max_length=32)
    turn_began_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "queue"), name="operation_lane_once"),
        )

    def __str__(self) -> str:
        return f"{self.team_id} {self.queue}"
