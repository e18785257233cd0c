"""Makes the first person of a desk, as the owner of a first team."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django import forms
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.invitations import RegisterForm
from accounts.actions.teams import TeamForm, found_team
from accounts.models import User

PASSWORD_VARIABLE = "LABELDESK_OWNER_PASSWORD"  # noqa: S105  (a name, not a password)


class Command(BaseCommand):
    """`manage.py create_owner`: asks for what it is not given."""

    help = (
        "Make a team with its owner, to start with. The password is read from "
        f"{PASSWORD_VARIABLE}, or asked for."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Everything can be given, so that a script can run this."""
        parser.add_argument("--team", help="the team's name")
        parser.add_argument("--login", help="the owner's login")
        parser.add_argument("--name", default="", help="what others see instead of the login")
        parser.add_argument("--email", default="", help="where a forgotten password's link goes")
        parser.add_argument(
            "--superuser",
            action="store_true",
            help="also look after all teams in the admin panel",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account and the team, or say what is wrong with what was given."""
        team = options["team"] or input(_("Name of the team: "))
        login = options["login"] or input(_("Login of its owner: "))
        password = os.environ.get(PASSWORD_VARIABLE) or getpass.getpass(_("Password: "))
        account = checked(
            RegisterForm(
                {
                    "login": login,
                    "display_name": options["name"],
                    "email": options["email"],
                    "password": password,
                    "password_again": password,
                }
            )
        )
        name = checked(TeamForm({"name": team}))["name"]
        with transaction.atomic():
            owner = User.objects.create_user(
                account["login"],
                email=account["email"],
                password=password,
                display_name=account["display_name"],
                is_superuser=options["superuser"],
                is_staff=options["superuser"],
            )
            made = found_team(name, owner)
        self.stdout.write(
            _("%(login)s owns the team %(team)s (number %(id)d).")
            % {"login": owner.username, "team": made.name, "id": made.pk}
        )


def checked(form: forms.Form) -> dict[str, Any]:
    """The form's clean data.

    Raises:
        CommandError: with every problem in words.
    """
    if not form.is_valid():
        lines = [
            f"{form[name].label if name in form.fields else name}: {' '.join(map(str, texts))}"
            for name, texts in form.errors.items()
        ]
        raise CommandError("\n".join(lines))
    return form.cleaned_data
