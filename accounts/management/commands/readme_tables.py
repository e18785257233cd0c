"""Draws the README's tables from the registries, so that they say what the code does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models

from accounts.roles import ROLES, Role
from labeling.core.workflow import Action, actions

README = Path(settings.BASE_DIR) / "README.md"
BLOCK = re.compile(
    r"(<!-- table: ([a-z-]+)(?: ([a-zA-Z.]+))? -->\n).*?(<!-- end of table -->)", re.DOTALL
)


class Command(BaseCommand):
    """Compares the README's generated tables with the registries, or writes them."""

    requires_system_checks = ()
    help = "Check that the README's tables are fresh; --write makes them so."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--write`, or only a check."""
        parser.add_argument("--write", action="store_true", help="write the tables")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or fail when a table is stale."""
        text = README.read_text(encoding="utf-8")
        fresh = with_tables(text)
        if options["write"]:
            README.write_text(fresh, encoding="utf-8")
        elif fresh != text:
            raise CommandError("The README's tables are stale: manage.py readme_tables --write")


def with_tables(text: str) -> str:
    """The text with every `<!-- table: … -->` block drawn anew."""

    def draw(match: re.Match[str]) -> str:
        opening, name, model, closing = match.groups()
        lines = life_of(apps.get_model(model)) if name == "life" else role_table()
        return f"{opening}\n" + "\n".join(lines) + f"\n\n{closing}"

    return BLOCK.sub(draw, text)


def role_table() -> Iterator[str]:
    """Role x verb: a mark where the role's capabilities allow the verb."""
    yield _row("on", "verb", *(str(role.label).lower() for role in Role))
    yield _row("---", "---", *(":-:" for _role in Role))
    for action in _in_order(actions.values()):
        marks = ("x" if action.capability in ROLES[role] else "" for role in Role)
        yield _row(str(action.model._meta.verbose_name), f"`{action.verb}`", *marks)


def life_of(model: type[models.Model]) -> Iterator[str]:
    """The verbs that move an object of this model: from where, to where, who."""
    yield _row("verb", "from", "to", "needs")
    yield _row("---", "---", "---", "---")
    for action in actions.values():  # as they were registered, which is the order of a life
        if action.model is model and (action.target or action.leads_to):
            target = action.leads_to or _words(" ".join(map(str, action.target or ())))
            yield _row(f"`{action.verb}`", _sources(action), target, str(action.capability))


def _in_order(found: list[Action]) -> list[Action]:
    return sorted(found, key=lambda each: (each.model._meta.label, each.order, each.verb))


def _sources(action: Action) -> str:
    """From where, the last column of the state in brackets: annotation (new, in progress)."""
    found: dict[str, list[str]] = {}
    for *first, last in sorted(action.sources, key=lambda source: _place(action, source)):
        found.setdefault(" ".join(map(str, first)), []).append(str(last))
    parts = (
        f"{first} ({', '.join(lasts)})" if first else ", ".join(lasts)
        for first, lasts in found.items()
    )
    return _words(", ".join(parts)) or "any"


def _place(action: Action, source: tuple[Any, ...]) -> list[int]:
    """Where a state stands among the choices of its columns."""
    fields: list[Any] = [action.model._meta.get_field(name) for name in action.state_fields]
    orders = [[value for value, _label in field.choices] for field in fields]
    return [order.index(value) for order, value in zip(orders, source, strict=True)]


def _words(text: str) -> str:
    return text.replace("_", " ")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
