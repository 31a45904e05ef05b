"""Remembers what was worked out for a key, within bounds and without keeping its owner alive."""

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Values by key, at most `size`; a full memory begins anew.

    `functools.lru_cache` on a bound method would tie the object to itself, and an old revision would stay open until
    the garbage collector came by.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: dict[Key, Value] = {}

    def get(self, key: Key, make: Callable[[Key], Value]) -> Value:
        """The value for a key, made once."""
        try:
            return self._known[key]
        except KeyError:
            made = make(key)
        if len(self._known) >= self._size:
            self._known.clear()
        self._known[key] = made
        return made
