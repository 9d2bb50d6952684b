"""What every generated model has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from . import codec
from .base_model import BaseModel
from .checks import suggest_arguments

if TYPE_CHECKING:
    from typing_extensions import Self


class Model(BaseModel):
    """The base of the generated models: a `BaseModel` that can be copied, and written as text."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        init = vars(cls).get("__init__")
        if init is not None:  # of attrs, which says nothing of the fields
            init.__doc__ = (cls.__doc__ or "").replace("\n    Attributes:", "\n    Args:")
            suggest_arguments(cls)

    def copy(self, **changes: Any) -> Self:
        """The same with these attributes changed; what they hold is shared with the original.

        Raises:
            TypeError: There is no attribute of that name.
        """
        copied = attrs.evolve(cast(Any, self), **changes)
        if hasattr(self, "_response_headers"):
            copied._response_headers = self._response_headers
        for name in changes.keys() & {"usage", "rate_limit"}:
            setattr(copied, name, changes[name])
        return cast("Self", copied)

    def to_json(self) -> str:
        """The model as the text of a JSON object."""
        return codec.dumps(self).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The model of a JSON object in text, or in UTF-8.

        Raises:
            MemsyDecodeError: It is not JSON, or not one of these.
        """
        content = text.encode(errors="surrogatepass") if isinstance(text, str) else text
        return cls.from_dict(codec.loads(content))

    def _repr_html_(self) -> str:
        """The model as a table, for notebooks."""
        from ..integrations.notebook import table_of

        return table_of(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from ..integrations.pydantic import model_schema

        return model_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        from ..integrations.pydantic import model_json_schema

        return model_json_schema(cls.__name__)
