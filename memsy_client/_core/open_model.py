"""What the generated classes of free-form objects have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import decode
from .encode import to_jsonable

if TYPE_CHECKING:
    from typing_extensions import Self


class OpenModel(dict[str, Any]):
    """The base of the generated classes of free-form objects (`x-open` in the contract).

    It is a dict of what came, as JSON values. Each key that the contract knows is a property as well, typed: where its
    value is absent or not of that type, a property gives None, and that of a list leaves out what it cannot read.
    """

    __slots__ = ()

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """The object with these keys. Raises `MemsyDecodeError` when `data` is not a JSON object."""
        return cls(decode.mapping(data))

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON values, in a plain dict."""
        return {name: to_jsonable(value) for name, value in self.items()}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from ..integrations.pydantic import model_schema

        return model_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        from ..integrations.pydantic import model_json_schema

        return model_json_schema(cls.__name__)
