"""Named things that higher layers hand to lower ones."""

from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Registry(Generic[K, V]):
    """A dictionary that refuses to register two things under one key.

    Arguments:
        what: what is registered here, for the error messages ("action", "format").
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[K, V] = {}

    def add(self, key: K, value: V) -> V:
        """Register `value`; raises ValueError when the key is taken by something else."""
        known = self._entries.get(key)
        if known is not None and known is not value:
            raise ValueError(f"{self.what} {key!r} is registered twice")
        self._entries[key] = value
        return value

    def register(self, key: K) -> Callable[[V], V]:
        """A decorator that registers what it decorates under `key`."""
        return lambda value: self.add(key, value)

    def get(self, key: K) -> V | None:
        """The entry of that key, or None."""
        return self._entries.get(key)

    def __getitem__(self, key: K) -> V:
        return self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[K]:
        return iter(self._entries)

    def values(self) -> list[V]:
        """All entries in the order in which they were registered."""
        return list(self._entries.values())

    def items(self) -> list[tuple[K, V]]:
        """All keys with their entries, in the order in which they were registered."""
        return list(self._entries.items())
