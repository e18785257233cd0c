"""Users, teams, and who is what in which team."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability, Role, roles_with

if TYPE_CHECKING:
    from accounts.actor import Actor

LONGEST_NAME = 150


class MailWish(models.TextChoices):
    """When somebody wants a mail about work of theirs that has finished."""

    NEVER = "never", _("Never")
    LONG = "long", _("When it took longer than a minute")
    ALWAYS = "always", _("Always")


class UserQuerySet(models.QuerySet["User"]):
    """People, as others may see them."""

    def visible_to(self, actor: "Actor") -> "UserQuerySet":
        """Whoever shares a team with the actor; a restricted person sees only themselves there.

        And those whom the actor has made an account for, while they are in no team yet.
        """
        memberships = Membership.objects.filter(user=models.OuterRef("pk"))
        teammates = memberships.filter(team__in=actor.unrestricted_team_ids)
        waiting = Q(made_by=actor.user.pk) & ~models.Exists(memberships)
        return self.filter(Q(pk=actor.user.pk) | Q(models.Exists(teammates)) | waiting)

    def who_can(self, capability: Capability, team_id: int) -> "UserQuerySet":
        """Active people whose role in that team holds the capability."""
        able = Membership.objects.active().filter(
            team=team_id, user=models.OuterRef("pk"), role__in=roles_with(capability)
        )
        return self.filter(models.Exists(able), is_active=True)


class PeopleManager(UserManager["User"]):
    """Makes accounts; a login is kept in lower case, so that Ana and ana are one person."""

    use_in_migrations = False

    def get_queryset(self) -> UserQuerySet:
        """The queryset with `visible_to` and `who_can`."""
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, actor: "Actor") -> UserQuerySet:
        """See UserQuerySet.visible_to."""
        return self.get_queryset().visible_to(actor)

    def who_can(self, capability: Capability, team_id: int) -> UserQuerySet:
        """See UserQuerySet.who_can."""
        return self.get_queryset().who_can(capability, team_id)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account of a login, whatever its case."""
        return self.get(username=(username or "").lower())


class User(AbstractUser):
    """A person. The login is `username`; what others see is `name`.

    Attributes:
        made_by: who made this account for them; None for those who registered themselves.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail"), blank=True)
    display_name = models.CharField(_("name"), max_length=LONGEST_NAME, blank=True)
    mail_when_finished = models.CharField(
        _("mail when finished"),
        max_length=8,
        choices=MailWish.choices,
        default=MailWish.NEVER,
    )
    made_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects: ClassVar[PeopleManager] = PeopleManager()

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_login_once_whatever_case",
                violation_error_message=_("Somebody else has this login."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Normalise the login and the e-mail."""
        super().clean()
        self.username = self.username.lower()

    @property
    def name(self) -> str:
        """What others see: the display name, else the login."""
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """The name, for code of the framework that asks this way."""
        return self.name

    def get_short_name(self) -> str:
        """The name, for code of the framework that asks this way."""
        return self.name


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams, as somebody may see them."""

    def visible_to(self, actor: "Actor") -> "TeamQuerySet":
        """The teams the actor is in."""
        return self.filter(pk__in=actor.team_ids)


class Team(models.Model):
    """The tenant: people and everything they own."""

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="teams", verbose_name=_("members")
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where the team's people are."""
        return f"/teams/{self.pk}/members/"

    @property
    def team_id(self) -> int:
        """A team belongs to itself, so actions on teams find the role table like all others."""
        return int(self.pk)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, as somebody may see them."""

    def visible_to(self, actor: "Actor") -> "MembershipQuerySet":
        """All of the actor's teams; where restricted, only the actor's own."""
        return self.filter(
            Q(team__in=actor.unrestricted_team_ids)
            | Q(team__in=actor.restricted_team_ids, user=actor.user.pk)
        )

    def active(self) -> "MembershipQuerySet":
        """Those that give rights now."""
        return self.filter(deactivated_at=None, user__is_active=True)

    def owners(self) -> "MembershipQuerySet":
        """Active owners."""
        return self.active().filter(role=Role.OWNER)


class Membership(models.Model):
    """What one person is in one team. Deactivated, it stays as the history's witness.

    Attributes:
        most_jobs: at most so many unfinished jobs at once; None sets no bound.
    """

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="memberships", verbose_name=_("team")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.ANNOTATOR)
    restricted = models.BooleanField(
        _("restricted"),
        default=False,
        help_text=_("An annotator who sees only own work, and nothing of others."),
    )
    most_jobs = models.PositiveSmallIntegerField(
        _("most open jobs"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["team", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"],
                name="membership_once_per_team",
                violation_error_message=_("This person is in the team already."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="membership_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(restricted=False) | Q(role=Role.ANNOTATOR),
                name="membership_only_annotators_restricted",
                violation_error_message=_("Only an annotator can be restricted."),
            ),
        ]
        indexes = [models.Index(fields=["team", "role"], name="membership_team_role")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    @property
    def is_active(self) -> bool:
        """Whether it gives rights now, as far as the team is concerned."""
        return self.deactivated_at is None

    @property
    def status(self) -> str:
        """active or deactivated."""
        return "active" if self.is_active else "deactivated"

    @property
    def is_restricted(self) -> bool:
        """Whether this person sees only own work."""
        return self.restricted and self.role == Role.ANNOTATOR

    @property
    def role_label(self) -> Any:
        """The role as people read it."""
        return Role(self.role).label
