"""Keys to the desk: invitations and API tokens. Both are stored as a hash only."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Team, User
from accounts.roles import Capability, Role

if TYPE_CHECKING:
    from accounts.actor import Actor

SECRET_BYTES = 32
TOKEN_MARK = "ldk_"  # noqa: S105  (tells people and secret scanners what they found)
PREFIX_LENGTH = 12
INVITATION_LIFE = timedelta(days=14)


def digest_of(secret: str) -> str:
    """The stored form of a secret: SHA-256, hex.

    Our secrets hold 256 random bits, so there is nothing to guess and no need for a slow hash.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, as somebody may see them."""

    def visible_to(self, actor: "Actor") -> "InvitationQuerySet":
        """Those of teams in which the actor manages people."""
        return self.filter(team__in=actor.teams_where(Capability.MANAGE_PEOPLE))

    def pending(self, at: datetime | None = None) -> "InvitationQuerySet":
        """Neither accepted nor revoked nor expired."""
        now = at or timezone.now()
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A link that lets one person into one team, once."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="invitations", verbose_name=_("team")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.ANNOTATOR)
    restricted = models.BooleanField(_("restricted"), default=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="invitation_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(restricted=False) | Q(role=Role.ANNOTATOR),
                name="invitation_only_annotators_restricted",
            ),
        ]
        indexes = [models.Index(fields=["team", "-created_at"], name="invitation_team_created")]

    def __str__(self) -> str:
        return self.email or str(Role(self.role).label)

    @classmethod
    def issue(cls, **fields: Any) -> tuple["Invitation", str]:
        """Make an invitation; the secret of its link is returned once and never stored.

        Arguments:
            fields: team, role, created_by; optionally email, restricted and expires_at.
        """
        secret = secrets.token_urlsafe(SECRET_BYTES)
        fields.setdefault("expires_at", timezone.now() + INVITATION_LIFE)
        return cls.objects.create(token_hash=digest_of(secret), **fields), secret

    @property
    def status(self) -> str:
        """accepted, revoked, expired or pending."""
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "revoked"
        return "pending" if self.expires_at > timezone.now() else "expired"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, as somebody may see them."""

    def visible_to(self, actor: "Actor") -> "ApiTokenQuerySet":
        """One's own, and nobody else's."""
        return self.filter(user=actor.user.pk)

    def usable(self, at: datetime | None = None) -> "ApiTokenQuerySet":
        """Neither revoked nor expired."""
        now = at or timezone.now()
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


class ApiToken(models.Model):
    """A named key with which a script acts as a person."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="api_tokens", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=PREFIX_LENGTH, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(
        cls, user: User, name: str, expires_at: datetime | None = None
    ) -> tuple["ApiToken", str]:
        """Make a token; the secret is returned once and never stored."""
        secret = TOKEN_MARK + secrets.token_urlsafe(SECRET_BYTES)
        token = cls.objects.create(
            user=user,
            name=name,
            prefix=secret[:PREFIX_LENGTH],
            digest=digest_of(secret),
            expires_at=expires_at,
        )
        return token, secret

    @property
    def status(self) -> str:
        """revoked, expired or active."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= timezone.now():
            return "expired"
        return "active"
