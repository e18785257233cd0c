"""The people of every test: one team with each role, and a stranger who owns another team."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import settings
from rest_framework.test import APIClient

from accounts.actor import Actor
from accounts.models import ApiToken, Team, User
from accounts.roles import Role
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.scene import Scene, build

# How long one example takes says more about the machine's other work than about ours.
settings.register_profile("desk", deadline=None, max_examples=30)
settings.load_profile("desk")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The suites that walk over every address come first: what is long is shared out best early."""
    items.sort(key=lambda item: item.path.parent != Path(__file__).parent)


def pytest_collection_finish() -> None:
    """What is imported now stays, so the garbage collector need not look through it every time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture
def team(db) -> Team:
    """The team that the personas work in."""
    return TeamFactory.create(name="Fruit")


def person(team: Team, login: str, name: str, role: Role) -> User:
    """A new member of the team."""
    user = UserFactory.create(username=login, display_name=name)
    MembershipFactory.create(team=team, user=user, role=role)
    return user


@pytest.fixture
def owner(team) -> User:
    """Olga owns the team."""
    return person(team, "olga", "Olga", Role.OWNER)


@pytest.fixture
def manager(team) -> User:
    """Max manages it."""
    return person(team, "max", "Max", Role.MANAGER)


@pytest.fixture
def reviewer(team) -> User:
    """Kim reviews."""
    return person(team, "kim", "Kim", Role.REVIEWER)


@pytest.fixture
def annotator(team) -> User:
    """Ana labels."""
    return person(team, "ana", "Ana", Role.ANNOTATOR)


@pytest.fixture
def annotator2(team) -> User:
    """Ben labels too."""
    return person(team, "ben", "Ben", Role.ANNOTATOR)


@pytest.fixture
def viewer(team) -> User:
    """Vic only looks."""
    return person(team, "vic", "Vic", Role.VIEWER)


@pytest.fixture
def outsider(db) -> User:
    """Otto owns another team, and has nothing to look for in this one."""
    return person(TeamFactory.create(name="Vegetables"), "otto", "Otto", Role.OWNER)


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """Makes a browser in which that person is signed in."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def api_for(db) -> Callable[[User], APIClient]:
    """Makes a REST client that brings a real token of that person."""

    def make(user: User) -> APIClient:
        _token, secret = ApiToken.issue(user, "test")
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
        return client

    return make


@pytest.fixture
def actor_for(db) -> Callable[[User], Actor]:
    """Makes the actor of a person, read afresh."""
    return Actor.for_user


@pytest.fixture
def count_queries(db) -> Callable[[Callable[[], object]], int]:
    """Counts the queries of a call."""

    def count(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    return count


@pytest.fixture(scope="module")
def scene_of_module(django_db_setup, django_db_blocker) -> Iterator[Scene]:
    """One of everything, made once and taken back when the module's tests are over."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def scene(scene_of_module: Scene, db: None) -> Scene:
    """One of everything in one team under one key; what a test changes is taken back after it."""
    return scene_of_module
