"""Parts of an object's page that a higher package brings: history, jobs, batches of a dataset."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.http import HttpRequest
from django.utils.safestring import SafeString

from labeling.core.registry import Registry

# (request, object) -> markup; empty leaves the panel out. It asks its own permissions.
Draw = Callable[[Any, Any], SafeString]
D = TypeVar("D", bound=Draw)


@dataclass(frozen=True)
class Panel:
    """One part that a package adds to the pages of a model."""

    key: str
    title: Any
    order: int
    draw: Draw


@dataclass(frozen=True)
class DrawnPanel:
    """A panel as one page shows it."""

    key: str
    title: Any
    body: SafeString


panels: Registry[tuple[type[models.Model], str], Panel] = Registry("panel")


def panel(model: type[models.Model], key: str, *, title: Any, order: int = 50) -> Callable[[D], D]:
    """Decorator for a function that draws: adds its panel to the pages of `model`.

    Arguments:
        key: its id on the page; words joined by hyphens.
    """

    def add(draw: D) -> D:
        panels.add((model, key), Panel(key, title, order, draw))
        return draw

    return add


def panels_for(request: HttpRequest, obj: models.Model) -> list[DrawnPanel]:
    """The panels of this object's page in their order, empty ones left out."""
    known = [each for (model, _key), each in panels.items() if model is type(obj)]
    drawn = [
        DrawnPanel(each.key, each.title, each.draw(request, obj))
        for each in sorted(known, key=lambda each: (each.order, each.key))
    ]
    return [each for each in drawn if each.body.strip()]
