from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.model import Model

from .source_event import SourceEvent
from .source_metadata import SourceMetadata


@define(weakref_slot=False, getstate_setstate=False)
class SearchResultMetadata(Model):
    """What is known of a memory found, beyond its text. Each key is optional; more may come.

    Attributes:
        title: A short title.
        summary: A short form of the text.
        tags: Labels given to the memory.
        entities: People, places and things it names, each a free-form object.
        kind: The kind of memory: semantic, episodic, procedural, or another (the vocabulary is open).
        type: What it states: fact, preference, norm, decision, event, or another (the vocabulary is open).
        strength: Reinforcement by use, 0.0-5.0, not a probability. It rises a little each time a search returns the
            memory, and decays slowly when unused.
        confidence: How certain the extraction was, 0-1.
        observed_at: When what it states was observed.
        session_id: The conversation it comes from; none for a memory that belongs to no conversation.
        source_event_ids: The ids of the events from which it was made.
        source_metadata: The metadata of the events from which it was made, at most 5.
        source_events: The events from which it was made. Only with `include_source_events`.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    title: str | None = None
    summary: str | None = None
    tags: list[str] | None = None
    entities: list[dict[str, Any]] | None = None
    kind: str | None = None
    type: str | None = None
    strength: float | None = None
    confidence: float | None = None
    observed_at: datetime.datetime | None = None
    session_id: str | None = None
    source_event_ids: list[str] | None = None
    source_metadata: list[SourceMetadata] | None = None
    source_events: list[SourceEvent] | None = None
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> SearchResultMetadata:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        decode.mapping(data)
        self = cls.__new__(cls)
        self.title = value = data.get("title")
        if type(value) is not str and value is not None:
            decode.type_error(value, "a string", "title")
        self.summary = value = data.get("summary")
        if type(value) is not str and value is not None:
            decode.type_error(value, "a string", "summary")
        self.tags = decode.texts_or_none(data.get("tags"), "tags")
        self.entities = decode.decode_at_or_none(data.get("entities"), "entities", _check_entities)
        self.kind = value = data.get("kind")
        if type(value) is not str and value is not None:
            decode.type_error(value, "a string", "kind")
        self.type = value = data.get("type")
        if type(value) is not str and value is not None:
            decode.type_error(value, "a string", "type")
        self.strength = value = data.get("strength")
        if type(value) is not float and type(value) is not int and value is not None:
            decode.type_error(value, "a number", "strength")
        self.confidence = value = data.get("confidence")
        if type(value) is not float and type(value) is not int and value is not None:
            decode.type_error(value, "a number", "confidence")
        self.observed_at = decode.time_or_none(data.get("observed_at"), "observed_at")
        self.session_id = value = data.get("session_id")
        if type(value) is not str and value is not None:
            decode.type_error(value, "a string", "session_id")
        self.source_event_ids = decode.texts_or_none(data.get("source_event_ids"), "source_event_ids")
        self.source_metadata = decode.decode_at_or_none(
            data.get("source_metadata"), "source_metadata", _check_source_metadata
        )
        self.source_events = decode.decode_at_or_none(data.get("source_events"), "source_events", _check_source_events)
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        if self.title is not None:
            data["title"] = self.title
        if self.summary is not None:
            data["summary"] = self.summary
        if self.tags is not None:
            data["tags"] = encode.to_jsonable(self.tags)
        if self.entities is not None:
            data["entities"] = encode.to_jsonable(self.entities)
        if self.kind is not None:
            data["kind"] = self.kind
        if self.type is not None:
            data["type"] = self.type
        if self.strength is not None:
            data["strength"] = self.strength
        if self.confidence is not None:
            data["confidence"] = self.confidence
        if self.observed_at is not None:
            data["observed_at"] = encode.to_jsonable(self.observed_at)
        if self.session_id is not None:
            data["session_id"] = self.session_id
        if self.source_event_ids is not None:
            data["source_event_ids"] = encode.to_jsonable(self.source_event_ids)
        if self.source_metadata is not None:
            data["source_metadata"] = encode.to_jsonable(self.source_metadata)
        if self.source_events is not None:
            data["source_events"] = encode.to_jsonable(self.source_events)
        return data


_FIELDS = frozenset(
    {
        "title",
        "summary",
        "tags",
        "entities",
        "kind",
        "type",
        "strength",
        "confidence",
        "observed_at",
        "session_id",
        "source_event_ids",
        "source_metadata",
        "source_events",
    }
)
_check_entities = decode.each(decode.mapping)
_check_source_metadata = decode.each(SourceMetadata.from_dict)
_check_source_events = decode.each(SourceEvent.from_dict)
