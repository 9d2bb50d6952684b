from __future__ import annotations

from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.list_model import ListModel
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo

from .search_result import SearchResult


@define(weakref_slot=False, getstate_setstate=False)
class SearchResponse(ListModel[SearchResult]):
    """What a search found.

    Attributes:
        results: The results, best first.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    _ITEMS = "results"

    results: list[SearchResult] = field(factory=list[SearchResult])
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> SearchResponse:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            self.results = _check_results(data["results"])
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if dict is not type(data):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 1:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["results"] = encode.to_jsonable(self.results)
        return data


_check_results = decode.each(SearchResult.from_dict)
_FIELDS = (Field("results", _check_results, default=list),)
_NAMES = frozenset(field.name for field in _FIELDS)
