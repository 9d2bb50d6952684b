from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from attrs import define, field, setters

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model

from .search_result_metadata import SearchResultMetadata
from .source_event import SourceEvent
from .source_metadata import SourceMetadata


def _to_metadata(value: Mapping[str, Any] | None) -> SearchResultMetadata | None:
    return None if value is None else SearchResultMetadata(value)


@define(on_setattr=setters.NO_OP, weakref_slot=False, getstate_setstate=False)
class SearchResult(Model):
    """One memory found. Clients show each known property of `metadata` as an attribute of the result too, typed: when
    absent, lists are empty and the rest is None.

    Attributes:
        id: The memory's id.
        content: The memory's text.
        score: How near it is to the query, higher is closer; 0-1 with reranking. Not comparable between queries.
        metadata: What else is known of the memory.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    id: str
    content: str
    score: float
    metadata: SearchResultMetadata | None = field(default=None, converter=_to_metadata)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @property
    def title(self) -> str | None:
        """A short title."""
        return self.metadata.title if self.metadata else None

    @property
    def summary(self) -> str | None:
        """A short form of the text."""
        return self.metadata.summary if self.metadata else None

    @property
    def tags(self) -> list[str]:
        """Labels given to the memory."""
        return self.metadata.tags if self.metadata else []

    @property
    def entities(self) -> list[dict[str, Any]]:
        """People, places and things it names, each a free-form object."""
        return self.metadata.entities if self.metadata else []

    @property
    def kind(self) -> str | None:
        """The kind of memory: semantic, episodic, procedural, or another (the vocabulary is open)."""
        return self.metadata.kind if self.metadata else None

    @property
    def type(self) -> str | None:
        """What it states: fact, preference, norm, decision, event, or another (the vocabulary is open)."""
        return self.metadata.type if self.metadata else None

    @property
    def strength(self) -> float | None:
        """Reinforcement by use, 0.0-5.0, not a probability."""
        return self.metadata.strength if self.metadata else None

    @property
    def confidence(self) -> float | None:
        """How certain the extraction was, 0-1."""
        return self.metadata.confidence if self.metadata else None

    @property
    def observed_at(self) -> datetime.datetime | None:
        """When what it states was observed."""
        return self.metadata.observed_at if self.metadata else None

    @property
    def session_id(self) -> str | None:
        """The conversation it comes from; none for a memory that belongs to no conversation."""
        return self.metadata.session_id if self.metadata else None

    @property
    def source_event_ids(self) -> list[str]:
        """The ids of the events from which it was made."""
        return self.metadata.source_event_ids if self.metadata else []

    @property
    def source_metadata(self) -> list[SourceMetadata]:
        """The metadata of the events from which it was made, at most 5."""
        return self.metadata.source_metadata if self.metadata else []

    @property
    def source_events(self) -> list[SourceEvent]:
        """The events from which it was made. Only with `include_source_events`."""
        return self.metadata.source_events if self.metadata else []

    @classmethod
    def from_dict(cls, data: Any) -> SearchResult:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 4 and dict is type(data):
                data = _ABSENT | data
            self.id = id = data["id"]
            self.content = content = data["content"]
            self.score = score = data["score"]
            metadata = data["metadata"]
            self.metadata = SearchResultMetadata.from_dict(metadata) if type(metadata) is dict else None
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data) and type(id) is type(content) is str and (type(score) is float or type(score) is int)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 4:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["id"] = self.id
        data["content"] = self.content
        data["score"] = self.score
        if self.metadata is not None:
            data["metadata"] = encode.to_jsonable(self.metadata)
        return data


_FIELDS = (
    Field("id", decode.text),
    Field("content", decode.text),
    Field("score", decode.number),
    Field("metadata", SearchResultMetadata.from_dict, default=None, is_open=True),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
