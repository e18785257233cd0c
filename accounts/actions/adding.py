"""Making accounts for others, and taking people into a team without a link.

For scripts that set a team up. On pages people are invited instead: then nobody but they ever
know their password.
"""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actions.invitations import LOGIN_TAKEN
from accounts.actions.own_account import OwnAccountAction
from accounts.actions.roles_form import RoleForm, may_own, refuse_owners_by_others
from accounts.models import Membership, Team, User
from accounts.models.people import LONGEST_NAME
from accounts.roles import Capability
from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import Action, Change, register

# Who sets a team up hands out first passwords, which vendors take from 8 characters on; NIST SP
# 800-63B asks for no more. What people choose themselves must be longer.
LEAST_FIRST_PASSWORD = 8


class NewPersonForm(forms.Form):
    """An account for somebody else."""

    login = forms.CharField(label=_("Login"), max_length=LONGEST_NAME)
    display_name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    password = forms.CharField(label=_("First password"), strip=False)

    def clean_login(self) -> str:
        """A login that is well formed and free."""
        login = str(self.cleaned_data["login"]).strip().lower()
        User.username_validator(login)
        if User.objects.filter(username__iexact=login).exists():
            raise ValidationError(LOGIN_TAKEN)
        return login

    def clean(self) -> dict[str, Any]:
        """A password that is good enough to begin with."""
        cleaned = super().clean() or self.cleaned_data
        password, login = cleaned.get("password"), cleaned.get("login")
        if password and login:
            person = User(username=login, display_name=cleaned.get("display_name", ""))
            rules = [
                rule
                for rule in get_default_password_validators()
                if not isinstance(rule, MinimumLengthValidator)
            ]
            try:
                validate_password(
                    password, person, [*rules, MinimumLengthValidator(LEAST_FIRST_PASSWORD)]
                )
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


@register
class CreatePerson(OwnAccountAction):
    """Make an account for somebody, who then waits to be added to a team; outcome: the person."""

    verb = "create-person"
    label = _("New account")
    description = _("Make an account for somebody, to be added to your team.")
    capability = Capability.MANAGE_PEOPLE
    form = NewPersonForm
    order = 85

    def permits(self, obj: Any, actor: Any) -> bool:
        """Own account, and a manager of people somewhere."""
        return super().permits(obj, actor) and bool(actor.teams_where(Capability.MANAGE_PEOPLE))

    def effect(self, change: Change) -> None:
        """The account."""
        data = change.data
        try:
            with transaction.atomic():
                change.outcome = User.objects.create_user(
                    data["login"],
                    email=data["email"],
                    password=data["password"],
                    display_name=data["display_name"],
                    made_by_id=change.actor.user.pk,
                )
        except IntegrityError:  # somebody took the login since the form looked
            raise Invalid({"login": [LOGIN_TAKEN]}) from None


def addable_people(actor: Any) -> QuerySet[User]:
    """Whom the actor may take into a team: people of teams that they manage, and those whom they
    have made an account for and who are in no team yet."""
    managed = actor.teams_where(Capability.MANAGE_PEOPLE)
    memberships = Membership.objects.filter(user=OuterRef("pk"))
    waiting = Q(made_by=actor.user.pk) & ~Exists(memberships)
    return User.objects.filter(Q(Exists(memberships.filter(team__in=managed))) | waiting)


class AddMemberForm(RoleForm):
    """Who is added, and what they become."""

    login = forms.CharField(label=_("Login"), max_length=LONGEST_NAME)
    field_order = ("login", "role", "restricted")


@register
class AddMember(Action):
    """Take somebody into the team; the outcome is the membership."""

    verb = "add-member"
    label = _("Add member")
    description = _("Take somebody of another team of yours, or of a new account, into this team.")
    model = Team
    capability = Capability.MANAGE_PEOPLE
    form = AddMemberForm
    outcome_model = Membership
    order = 12

    def form_kwargs(self, obj: Team, actor: Any) -> dict[str, Any]:
        """Owner is offered by owners only."""
        return {"may_own": may_own(obj.pk, actor)}

    def check(self, change: Change) -> None:
        """Only owners make owners; nobody is drawn into a team by a stranger.

        Raises:
            Invalid: nobody of that login whom the actor may add.
            Conflict: they are in the team already, or were.
        """
        refuse_owners_by_others(change.data["role"], change.obj.pk, change.actor)
        login = change.data["login"].strip().lower()
        person = addable_people(change.actor).filter(username=login).first()
        if person is None:
            told = _("There is nobody of this login whom you could add. Invite them by a link.")
            raise Invalid({"login": [told]})
        known = Membership.objects.filter(team=change.obj, user=person).first()
        if known is not None:
            told = (
                _("%s is in the team already.")
                if known.is_active
                else _("%s was deactivated in this team. Reactivate them instead.")
            )
            raise Conflict(told % person.name, state=known.status)
        change.note.update(user=person.pk, role=change.data["role"])

    def effect(self, change: Change) -> None:
        """The membership."""
        data = change.data
        try:
            with transaction.atomic():
                change.outcome = Membership.objects.create(
                    team=change.obj,
                    user_id=change.note["user"],
                    role=data["role"],
                    restricted=data["restricted"],
                )
        except IntegrityError:  # they came in by a link meanwhile
            raise Conflict(_("This person is in the team already."), state="member") from None
