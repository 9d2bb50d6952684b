"""What the generated models of a list have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, TypeVar, overload

from .model import Model

Item = TypeVar("Item")


class ListModel(Model, Generic[Item]):
    """The base of the generated models that stand for a list (`x-items` in the contract).

    Iteration, `len`, truth and an index or a slice mean the items; `in` and a name in brackets mean fields, as of any
    model.
    """

    __slots__ = ()
    _ITEMS: ClassVar[str]

    @property
    def _items(self) -> list[Item]:
        items: list[Item] = getattr(self, self._ITEMS)
        return items

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, name: int) -> Item: ...
    @overload
    def __getitem__(self, name: slice) -> list[Item]: ...
    @overload
    def __getitem__(self, name: str) -> Any: ...
    def __getitem__(self, name: int | slice | str) -> Any:
        return super().__getitem__(name) if isinstance(name, str) else self._items[name]
