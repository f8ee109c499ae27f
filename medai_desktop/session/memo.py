"""A value that is made anew only when what it was made of has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """Remembers the last value.

    Large objects count as the same only when they are the same object (they are kept alive, so
    that no other can take their place); small ones when they are equal.
    """

    def __init__(self) -> None:
        self._large: tuple[object, ...] = ()
        self._small: tuple[object, ...] = ()
        self._value: tuple[T, ...] = ()

    def of(self, large: tuple[object, ...], small: tuple[object, ...], make: Callable[[], T]) -> T:
        """The value for these, made when they differ from the last ones.

        Args:
            large: compared by identity.
            small: compared by equality.
            make: makes the value.
        """
        is_same = (
            bool(self._value)
            and len(large) == len(self._large)
            and all(a is b for a, b in zip(large, self._large, strict=True))
            and small == self._small
        )
        if not is_same:
            self._value = (make(),)
            self._large, self._small = large, small
        return self._value[0]
