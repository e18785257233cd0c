"""Verbs around invitations: making a link, taking it back, and coming in by it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actions.roles_form import RoleForm, may_own, refuse_owners_by_others
from accounts.models import Invitation, Membership, Team, User
from accounts.models.access import digest_of
from accounts.models.people import LONGEST_NAME
from accounts.roles import Capability
from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import Action, Change, register

LONGEST_DAYS = 90
LOGIN_TAKEN = _("Somebody has this login already. Choose another.")


class InviteForm(RoleForm):
    """Whom the link is for, and what it makes of them."""

    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("A note of whom the link is for. Nothing is sent: pass the link on yourself."),
    )
    days = forms.IntegerField(
        label=_("Valid for days"),
        min_value=1,
        max_value=LONGEST_DAYS,
        required=False,
        initial=14,
    )
    field_order = ("email", "role", "restricted", "days")


@register
class Invite(Action):
    """Make a link that lets one person into the team; `outcome` is (invitation, secret)."""

    verb = "invite"
    by_rest = False  # it answers the link too
    label = _("Invite")
    description = _("Make a link that lets one person into the team.")
    model = Team
    capability = Capability.MANAGE_PEOPLE
    form = InviteForm
    primary = True
    order = 10

    def form_kwargs(self, obj: Team, actor: Any) -> dict[str, Any]:
        """Owner is offered by owners only."""
        return {"may_own": may_own(obj.pk, actor)}

    def check(self, change: Change) -> None:
        """Only owners make owners."""
        refuse_owners_by_others(change.data["role"], change.obj.pk, change.actor)

    def effect(self, change: Change) -> None:
        """The invitation; the history gets what it allows, never its secret."""
        days = change.data["days"] or InviteForm.base_fields["days"].initial
        invitation, secret = Invitation.issue(
            team=change.obj,
            email=change.data["email"],
            role=change.data["role"],
            restricted=change.data["restricted"],
            created_by_id=change.actor.user.pk,
            expires_at=change.at + timedelta(days=days),
        )
        change.note.update(invitation=invitation.pk, role=invitation.role, email=invitation.email)
        change.outcome = (invitation, secret)


class OpenInvitationAction(Action):
    """A verb on an invitation that nobody has used or taken back."""

    model = Invitation
    state_fields = ("accepted_at", "revoked_at")
    sources = ((None, None),)

    def state_of(self, obj: Invitation) -> str:
        """accepted, revoked, expired or pending."""
        return obj.status


@register
class RevokeInvitation(OpenInvitationAction):
    """Make a link useless."""

    verb = "revoke-invitation"
    label = _("Revoke")
    description = _("Whoever has the link can't come in by it any more.")
    capability = Capability.MANAGE_PEOPLE
    destructive = True

    def changes(self, change: Change) -> dict[str, Any]:
        """Since when."""
        return {"revoked_at": change.at}


def invitation_of(secret: str) -> Invitation | None:
    """The invitation of a link, in whatever state; None when there is none."""
    found = Invitation.objects.select_related("team", "created_by")
    return found.filter(token_hash=digest_of(secret)).first()


class AcceptAction(OpenInvitationAction):
    """Coming in by a link. Holding its secret is the permission; the view looks it up by that."""

    capability = Capability.VIEW
    by_rest = False  # an address of REST holds the invitation's id, which opens nothing

    def permits(self, obj: Invitation, actor: Any) -> bool:
        """Whoever has found it has the link."""
        return True

    def guard(self, change: Change) -> Q:
        """The link must still be valid at this moment."""
        return Q(expires_at__gt=change.at)

    def check(self, change: Change) -> None:
        """An expired link is told apart from a used one, before anything is made."""
        if change.obj.expires_at <= change.at:
            raise Conflict(_("This invitation has expired. Ask for a new link."), state="expired")

    def changes(self, change: Change) -> dict[str, Any]:
        """Used from now on."""
        return {"accepted_at": change.at}

    def let_in(self, change: Change, user: User) -> None:
        """Make the person a member and note who used the link; `outcome` is the membership."""
        invitation = change.obj
        Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
        change.note.update(user=user.pk, role=invitation.role)
        try:
            with transaction.atomic():
                change.outcome = Membership.objects.create(
                    team=invitation.team,
                    user=user,
                    role=invitation.role,
                    restricted=invitation.restricted,
                )
        except IntegrityError:  # the same person came in by another link meanwhile
            raise Conflict(_("You are in this team already."), state="member") from None


@register
class Join(AcceptAction):
    """Come into a team with the account one has."""

    verb = "join"
    label = _("Join")
    description = _("Join the team with the account you are signed in with.")
    primary = True

    def permits(self, obj: Invitation, actor: Any) -> bool:
        """Only somebody who is signed in."""
        return actor.user.pk is not None

    def check(self, change: Change) -> None:
        """Who is in the team already keeps the link for somebody else."""
        super().check(change)
        known = Membership.objects.filter(team=change.obj.team_id, user=change.actor.user.pk)
        membership = known.first()
        if membership is None:
            return
        if membership.deactivated_at is not None:
            raise Conflict(
                _("You were deactivated in this team. Ask a manager to reactivate you."),
                state="deactivated",
            )
        raise Conflict(_("You are in this team already."), state="member")

    def effect(self, change: Change) -> None:
        """The membership."""
        self.let_in(change, User.objects.get(pk=change.actor.user.pk))


class RegisterForm(forms.Form):
    """The account of a new person."""

    login = forms.CharField(
        label=_("Login"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    display_name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Shown to others instead of your login."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    # Never taken from the invitation: whoever made it would choose where reset links go.
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Where a link goes when you forget your password."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters. A few unrelated words are good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_login(self) -> str:
        """A login that is well formed and free."""
        login = str(self.cleaned_data["login"]).strip().lower()
        User.username_validator(login)
        if User.objects.filter(username__iexact=login).exists():
            raise ValidationError(LOGIN_TAKEN)
        return login

    def clean(self) -> dict[str, Any]:
        """Both passwords agree and are good enough."""
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.get("password")
        if password and password != cleaned.get("password_again"):
            self.add_error("password_again", _("The two passwords differ."))
        if password and cleaned.get("login"):
            person = User(username=cleaned["login"], display_name=cleaned.get("display_name", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


@register
class Register(AcceptAction):
    """Come into a team as a new person."""

    verb = "register"
    label = _("Create account and join")
    description = _("Choose a login and a password; the link makes you a member of the team.")
    form = RegisterForm
    primary = True
    # The one who acts has no account while the history would be written; the invitation itself
    # says who came by it and when.
    recorded = False

    def permits(self, obj: Invitation, actor: Any) -> bool:
        """Only somebody who is not signed in: who has an account joins with it."""
        return actor.user.pk is None

    def effect(self, change: Change) -> None:
        """The account and its membership."""
        data = change.data
        try:
            with transaction.atomic():
                user = User.objects.create_user(
                    data["login"],
                    email=data["email"],
                    password=data["password"],
                    display_name=data["display_name"],
                )
        except IntegrityError:  # somebody took the login since the form looked
            raise Invalid({"login": [LOGIN_TAKEN]}) from None
        self.let_in(change, user)
