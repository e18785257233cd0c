"""The people of the demo: one of each role, and a stranger with a team of their own."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import ApiToken, Membership, Team, User
from accounts.roles import Role

TEAM = "Fruit stand"
OTHER_TEAM = "Vegetable stand"
TOKEN = "demo"  # noqa: S105 a name, not a secret
WORDS = ("basil", "cedar", "clover", "fennel", "hazel", "juniper", "maple", "poppy", "sorrel")


@dataclass(frozen=True)
class Persona:
    """Somebody in the demo: the key in the printed JSON, the login, the name and the role."""

    key: str
    login: str
    name: str
    role: Role
    team: str = TEAM


PERSONAS = (
    Persona("owner", "olga", "Olga", Role.OWNER),
    Persona("manager", "max", "Max", Role.MANAGER),
    Persona("reviewer", "kim", "Kim", Role.REVIEWER),
    Persona("annotator", "ana", "Ana", Role.ANNOTATOR),
    Persona("annotator2", "ben", "Ben", Role.ANNOTATOR),
    Persona("annotator3", "cleo", "Cleo", Role.ANNOTATOR),
    Persona("viewer", "vic", "Vic", Role.VIEWER),
    Persona("outsider", "otto", "Otto", Role.OWNER, OTHER_TEAM),
)


def credentials_path() -> Path:
    """Where the demo's logins and tokens are kept: only their hashes are in the database."""
    data: Path = settings.LABELDESK_DATA
    return data / "demo.json"


def known_credentials() -> dict[str, Any] | None:
    """What was printed before, if the demo's people are still there."""
    path = credentials_path()
    if not path.exists():
        return None
    known: dict[str, Any] = json.loads(path.read_text())
    ids = [user["id"] for user in known["users"].values()]
    there = User.objects.filter(pk__in=ids).count() == len(PERSONAS)
    return known if there and Team.objects.filter(pk=known["team_id"]).exists() else None


def keep_credentials(facts: dict[str, Any]) -> None:
    """Write them down, readable by this account only."""
    descriptor = os.open(credentials_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(facts, stream, indent=2)


@transaction.atomic
def make_people() -> tuple[Team, dict[str, User]]:
    """The demo's team and its people by key; those that are there already are kept."""
    people = {}
    for persona in PERSONAS:
        team, _made = Team.objects.get_or_create(name=persona.team)
        user = User.objects.filter(username=persona.login).first()
        user = user or User.objects.create_user(persona.login, display_name=persona.name)
        Membership.objects.get_or_create(team=team, user=user, defaults={"role": persona.role})
        people[persona.key] = user
    return Team.objects.get(name=TEAM), people


@transaction.atomic
def issue_credentials(people: dict[str, User]) -> dict[str, dict[str, Any]]:
    """A fresh password and API token for everybody; the ones from before stop working."""
    issued = {}
    for key, user in people.items():
        password = (
            f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.randbelow(9000) + 1000}"
        )
        user.set_password(password)
        user.save(update_fields=["password"])
        ApiToken.objects.filter(user=user, name=TOKEN).delete()
        _token, secret = ApiToken.issue(user, TOKEN, None)
        issued[key] = {
            "id": user.pk,
            "login": user.username,
            "password": password,
            "token": secret,
        }
    return issued
