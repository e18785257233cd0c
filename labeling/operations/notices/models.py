"""What is to be told of operations that ended: to whom, and what came of each attempt."""

import secrets
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.roles import Capability
from labeling.operations.states import Status

if TYPE_CHECKING:
    from accounts.actor import Actor

# Attempts of one delivery before it is given up, unless somebody asks for more by hand.
MOST_TRIES = 6
# Who sets a team's webhooks, reads their log and sends again.
MANAGES_WEBHOOKS = Capability.MANAGE_PROJECTS

SECRET_MARK = "ldw_"  # noqa: S105  (tells people and secret scanners what they found)
SECRET_BYTES = 32
PREFIX_LENGTH = 8


class Event(models.TextChoices):
    """What can be told: how an operation ended, or a test that somebody sent by hand."""

    COMPLETE = Status.COMPLETE.value, _("complete")
    FAILED = Status.FAILED.value, _("failed")
    CANCELED = Status.CANCELED.value, _("canceled")
    TEST = "test", _("test")


def fresh_secret() -> str:
    """A key for signatures that nobody can guess."""
    return SECRET_MARK + secrets.token_urlsafe(SECRET_BYTES)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """What the bell tells, by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """One's own, of the teams one is in."""
        return self.filter(person=actor.user.pk, team_id__in=actor.team_ids)

    def unseen(self) -> Self:
        """Those that came since the last look."""
        return self.filter(seen_at=None)


class Notice(models.Model):
    """One line behind the bell: an operation that a person had asked for has ended.

    Attributes:
        at: when the operation ended; anew when it was retried and ended once more.
        seen_at: when its person looked; None until then.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    operation = models.ForeignKey(
        "operations.Operation", on_delete=models.CASCADE, related_name="notices"
    )
    at = models.DateTimeField(_("finished"))
    seen_at = models.DateTimeField(_("seen"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("person", "operation"), name="notice_once_a_person"),
        )
        indexes = (
            models.Index(fields=("person", "team", "-at"), name="notice_list"),
            models.Index(
                fields=("person", "team"), condition=Q(seen_at=None), name="notice_unseen"
            ),
        )

    def __str__(self) -> str:
        return f"{self.operation}"

    def get_absolute_url(self) -> str:
        return reverse("operations:operation", args=[self.operation_id])

    @property
    def badge(self) -> str:
        """How the operation stands now."""
        return str(self.operation.status)


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Those of teams whose projects the actor manages; removed ones too."""
        return self.filter(team_id__in=actor.teams_where(MANAGES_WEBHOOKS))

    def present(self) -> Self:
        """Those that nobody removed."""
        return self.filter(is_removed=False)

    def with_last(self) -> Self:
        """Each with `last_at`, `last_delivered_at` and `last_given_up_at` of its last delivery."""
        last = Delivery.objects.filter(webhook=OuterRef("pk")).order_by("-pk")
        return self.annotate(
            last_at=Subquery(last.values("created_at")[:1]),
            last_delivered_at=Subquery(last.values("delivered_at")[:1]),
            last_given_up_at=Subquery(last.values("given_up_at")[:1]),
        )


class Webhook(models.Model):
    """An address that a team wants told when its operations end.

    Attributes:
        events: values of Event, without the test.
        kinds: names of operation kinds; empty means all, also those of later versions.
        secret: what bodies are signed with. It is shown once, when it is made, and never again.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(_("address"), max_length=2000)
    events = models.JSONField(_("events"), default=list)
    kinds = models.JSONField(_("kinds"), default=list)
    secret = models.CharField(max_length=100, default=fresh_secret, editable=False)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_removed = models.BooleanField(_("removed"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    # Set on the object that an action has just given a secret, for the one answer that tells it.
    told_secret: str | None = None

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("pk",)
        indexes = (models.Index(fields=("team", "is_removed", "id"), name="webhook_list"),)

    def __str__(self) -> str:
        return self.url

    def get_absolute_url(self) -> str:
        return reverse("operations:webhook", args=[self.pk])

    @property
    def status(self) -> str:
        """removed, disabled or active."""
        if self.is_removed:
            return "removed"
        return "active" if self.is_enabled else "disabled"

    @property
    def secret_start(self) -> str:
        """How its secret begins, to tell two apart."""
        return self.secret[:PREFIX_LENGTH]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Those of webhooks that the actor may see, and mails to the actor."""
        return self.filter(
            Q(webhook__team_id__in=actor.teams_where(MANAGES_WEBHOOKS))
            | Q(person=actor.user.pk, team_id__in=actor.team_ids)
        )


class Delivery(models.Model):
    """One message to one receiver: a webhook, or a person by mail.

    Attributes:
        body: what a webhook gets, byte for byte the same at each attempt; empty for mails, which
            are written when they are sent.
        attempt_count: attempts so far, also the number of the last one.
        tries_left: attempts until it is given up.
        next_try_at: when it is due; None when nothing more will happen by itself. Whoever claims
            an attempt moves it ahead first, so that a sender that dies leaves it due again.
        message: why it was given up without another attempt.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    operation = models.ForeignKey(
        "operations.Operation", on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, null=True, related_name="deliveries"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    event = models.CharField(_("event"), max_length=16, choices=Event.choices)
    body = models.TextField(blank=True)
    attempt_count = models.PositiveIntegerField(_("attempts"), default=0)
    tries_left = models.PositiveSmallIntegerField(default=MOST_TRIES)
    next_try_at = models.DateTimeField(_("next attempt"), null=True, default=timezone.now)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)
    message = models.TextField(_("message"), blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(webhook=None, person__isnull=False)
                | Q(webhook__isnull=False, person=None),
                name="delivery_has_one_receiver",
            ),
        )
        indexes = (
            models.Index(fields=("webhook", "-id"), name="delivery_of_webhook"),
            models.Index(
                fields=("next_try_at",),
                condition=Q(next_try_at__isnull=False),
                name="delivery_due",
            ),
        )

    def __str__(self) -> str:
        return _("Delivery %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("operations:delivery", args=[self.pk])

    @property
    def status(self) -> str:
        """delivered, given_up, retrying or waiting."""
        if self.delivered_at is not None:
            return "delivered"
        if self.given_up_at is not None:
            return "given_up"
        return "retrying" if self.attempt_count else "waiting"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Those of visible deliveries."""
        return self.filter(delivery__in=Delivery.objects.visible_to(actor))


class Attempt(models.Model):
    """One attempt of a delivery. Its row is there before anything is sent.

    Attributes:
        ended_at: None while it is under way, and for good when its sender was killed.
        code: the HTTP status that was answered, if any.
        reason: why it failed, in words; empty when it went well.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField(_("attempt"))
    at = models.DateTimeField(_("sent"))
    ended_at = models.DateTimeField(null=True)
    code = models.PositiveSmallIntegerField(_("answer"), null=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("delivery", "number")
        constraints = (
            models.UniqueConstraint(fields=("delivery", "number"), name="delivery_attempt_once"),
        )

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while nobody knows."""
        taken: Any = None if self.ended_at is None else self.ended_at - self.at
        return None if taken is None else float(taken.total_seconds())
