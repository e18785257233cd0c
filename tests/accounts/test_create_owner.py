"""`manage.py create_owner`: the first person of a desk that has no demo."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Team, User
from accounts.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def password(monkeypatch):
    """The password comes from the environment, never from the command line."""
    monkeypatch.setenv("LABELDESK_OWNER_PASSWORD", "correct horse 42")


def test_it_makes_a_team_with_its_owner(capsys):
    call_command("create_owner", team="Fruit", login="Olga", name="Olga O.")
    owner = User.objects.get()
    assert owner.username == "olga"
    assert owner.check_password("correct horse 42")
    assert not owner.is_superuser
    assert owner.memberships.get().role == Role.OWNER
    assert "olga owns the team Fruit" in capsys.readouterr().out


def test_it_asks_for_what_it_is_not_given(monkeypatch):
    answers = iter(["Fruit", "olga"])
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    call_command("create_owner")
    assert Team.objects.get().name == "Fruit"


def test_a_weak_password_makes_nothing(monkeypatch):
    monkeypatch.setenv("LABELDESK_OWNER_PASSWORD", "short")
    with pytest.raises(CommandError, match="Password"):
        call_command("create_owner", team="Fruit", login="olga")
    assert not User.objects.exists()
    assert not Team.objects.exists()


def test_a_login_that_is_taken_makes_nothing():
    call_command("create_owner", team="Fruit", login="olga")
    with pytest.raises(CommandError, match="Login"):
        call_command("create_owner", team="Nuts", login="OLGA")
    assert Team.objects.count() == 1


def test_the_one_who_runs_the_desk_may_look_after_all_teams():
    call_command("create_owner", team="Fruit", login="olga", superuser=True)
    assert User.objects.get().is_superuser
