"""Scenarios for `kill -9`: for every kind of operation one, which says what must come of it.

    @scenario("upload-images")
    class UploadImages(Scenario):
        def start(self) -> Operation: ...       an operation with fresh input, some chunks long
        def check(self, operation) -> None: ... that everything is there exactly once

`python -m tests.services.torture upload-images` then kills its workers at random moments,
again and again (see that module). A kind without a scenario fails `tests/test_registries.py`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from accounts.actor import Actor
from accounts.models import Team, User
from accounts.roles import Role
from labeling.operations.models import Operation
from tests.factories import MembershipFactory, TeamFactory, UserFactory


class Scenario:
    """One kind of work, from its input to what must be there in the end.

    Attributes:
        sizes: constants, as "module:NAME", and what they are while it runs: small chunks, so that
            there are many moments between two of them.
    """

    sizes: ClassVar[Mapping[str, Any]] = {}

    def __init__(self) -> None:
        """A team with its manager; a scenario adds what all of its operations share."""
        self.team: Team = TeamFactory.create(name="Fruit")
        self.person: User = UserFactory.create(username=f"max-{self.team.pk}", password="")
        MembershipFactory.create(team=self.team, user=self.person, role=Role.MANAGER)
        self.manager = Actor.for_user(self.person)

    def start(self) -> Operation:
        """Ask for another operation, on input that no other one has touched."""
        raise NotImplementedError

    def check(self, operation: Operation) -> None:
        """Assert that all of its effects are there, each once."""
        raise NotImplementedError

    def meanwhile(self) -> None:
        """Called before each worker begins; a scenario that others disturb does it here."""

    def end(self) -> None:
        """Called when all is over, to end what the scenario has started."""


S = TypeVar("S", bound=type[Scenario])

scenarios: dict[str, type[Scenario]] = {}


def scenario(kind: str) -> Callable[[S], S]:
    """Class decorator: this is how that kind is tortured."""

    def add(made: S) -> S:
        assert kind not in scenarios
        scenarios[kind] = made
        return made

    return add


def rows_once(operation: Operation, count: int) -> None:
    """Assert that it has exactly so many rows, numbered from 1."""
    numbers = list(operation.rows.values_list("number", flat=True))
    assert numbers == list(range(1, count + 1)), numbers


def learn() -> None:
    """Import every module of scenarios."""
    for found in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{found.name}")
