"""What every generated model is at least: fields by their names on the wire, and what its response said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .messages import Headers
from .usage_and_rate_limit import RateLimitInfo, UsageInfo, parse_rate_limit, parse_usage

if TYPE_CHECKING:
    from typing_extensions import Self


class BaseModel:
    """The base of the generated models.

    Fields that the contract does not know are kept in `additional_properties`; `model["name"]`, `"name" in model` and
    `model.get("name")` look a field up by its name on the wire, known or not.
    """

    # Only the top-level result of a call has its headers here; elsewhere the slots stay empty. Copies and pickles take
    # along whatever slots are filled, for which the models turn off the pickling of attrs: it knows fields alone.
    __slots__ = ("_rate_limit", "_response_headers", "_usage")
    _response_headers: Headers
    _usage: UsageInfo | None
    _rate_limit: RateLimitInfo | None

    @property
    def usage(self) -> UsageInfo | None:
        """The plan's use from the response's headers; None when they do not say, or on a nested object."""
        usage = getattr(self, "_usage", None)
        headers = getattr(self, "_response_headers", None)
        return parse_usage(headers) if usage is None and headers is not None else usage

    @usage.setter
    def usage(self, usage: UsageInfo | None) -> None:
        self._parse_headers()
        self._usage = usage

    @property
    def rate_limit(self) -> RateLimitInfo | None:
        """The rate limit from the response's headers; None when they do not say, or on a nested object."""
        rate_limit = getattr(self, "_rate_limit", None)
        headers = getattr(self, "_response_headers", None)
        return parse_rate_limit(headers) if rate_limit is None and headers is not None else rate_limit

    @rate_limit.setter
    def rate_limit(self, rate_limit: RateLimitInfo | None) -> None:
        self._parse_headers()
        self._rate_limit = rate_limit

    def _parse_headers(self) -> None:
        """Keep what the headers say, and them no longer: whatever is set counts from here on."""
        self._usage, self._rate_limit = self.usage, self.rate_limit
        if hasattr(self, "_response_headers"):
            del self._response_headers

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON values, by the names on the wire; fields that are None and not required are left out."""
        raise NotImplementedError  # every generated model has its own

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        raise NotImplementedError  # every generated model has its own

    def __getitem__(self, name: str) -> Any:
        if not isinstance(name, str):
            raise TypeError(f"{type(self).__name__} has fields, by their names; it is not a list")
        return self.to_dict()[name]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """What `from_dict` does not set, because of most models nobody asks for it."""
            if name == "additional_properties":
                self.additional_properties = {}
                return self.additional_properties
            if name in ("_usage", "_rate_limit"):
                return None
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    if not TYPE_CHECKING:  # a field may be called `keys`; it then is that

        def keys(self) -> Iterable[str]:
            """The names of fields, for `dict(model)` and `{**model}`; FastAPI's encoder uses it, too."""
            return self.to_dict().keys()

    def __contains__(self, name: object) -> bool:
        return name in self.to_dict()

    def get(self, name: str, default: Any = None) -> Any:
        """The field of that name on the wire as a JSON value, or `default`."""
        return self.to_dict().get(name, default)
