"""What belongs to a dataset besides its items: each package removes its own when it is purged.

The operation `delete-dataset` asks every part in the order of the packages, the highest first, so
that nothing is left that refers to what goes next.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage

from labeling.core.registry import Registry
from labeling.projects.keeping import remove_folder

# How many of what were removed, by a word for scripts.
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Purged:
    """A dataset that is gone, for the history.

    Attributes:
        actor_id: who asked for it; None when its time was over.
    """

    team_id: int
    project_id: int
    dataset_id: int
    name: str
    actor_id: int | None
    at: datetime
    counts: Counts


class Part(ABC):
    """What one package keeps about datasets. Every method runs in a chunk's transaction."""

    @abstractmethod
    def begin(self, dataset_id: int, at: datetime) -> None:
        """Close what still stands open, so that nobody goes on with it."""

    @abstractmethod
    def remove_from_items(self, items: Sequence[int]) -> Counts:
        """Remove everything that hangs on some hundred items; these are removed next."""

    @abstractmethod
    def remove_rest(self, dataset_id: int, most: int) -> Counts:
        """Remove at most so many rows of what hangs on the dataset; empty when none is left."""

    @abstractmethod
    def record(self, purged: Purged) -> None:
        """Keep one line of history about it."""


parts: Registry[str, Part] = Registry("part of a dataset")


def parts_from_above() -> list[Part]:
    """All parts, the highest package's first: packages register from below."""
    return parts.values()[::-1]


def remove_files(dataset_id: int) -> None:
    """Take away whatever is left in the store under a dataset's number; may be asked twice."""
    store: Any = default_storage
    for kept in ("items", "thumbnails"):
        folder = f"{kept}/{dataset_id}"
        try:
            inner, _files = store.listdir(folder)
        except FileNotFoundError:
            continue
        for name in inner:
            remove_folder(f"{folder}/{name}")
        remove_folder(folder)
