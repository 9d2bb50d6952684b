from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
from memsy_client._core.decode import Field
from memsy_client._core.model import Model
from memsy_client._core.usage_and_rate_limit import RateLimitInfo, UsageInfo

from .memory_scope import MemoryScope


@define(weakref_slot=False, getstate_setstate=False)
class MemoryItemResource(Model):
    """A stored memory.

    Attributes:
        memory_id: Its id.
        org_id: The organisation it is stored in.
        scope: Whom it belongs to.
        type: What it states: fact, preference, norm, decision, event, or another (the vocabulary is open).
        kind: A finer category, chosen by the service (the vocabulary is open).
        memory_kind: The kind of memory: semantic, episodic, procedural, or another (the vocabulary is open).
        status: Where it is in its life: active, archived, decayed, or another (the vocabulary is open).
        text: What it states.
        confidence: How certain the extraction was, 0-1.
        strength: Reinforcement by use, 0.0-5.0, not a probability.
        recall_count: How many times a search returned it.
        decay_half_life_days: After how many days without use its strength has halved.
        pinned: A pinned memory never decays.
        tags: Labels given to it.
        entity_refs: People, places and things it names, each a free-form object, as a rule from text to text.
        source_event_ids: The ids of the events from which it was made.
        source_urls: Web addresses from which it was made.
        summary: A short form of the text.
        payload: Structured content, free-form.
        last_recalled_at: When a search last returned it.
        effective_from: Since when what it states holds.
        effective_to: Until when what it states holds.
        observed_at: When what it states was observed.
        created_at: When it was stored.
        updated_at: When it was last changed.
        additional_properties: Fields that the contract does not know, by their names on the wire.
    """

    memory_id: str
    org_id: str
    scope: MemoryScope
    type: str = ""
    kind: str = ""
    memory_kind: str = ""
    status: str = ""
    text: str = ""
    confidence: float = 0.0
    strength: float = 0.0
    recall_count: int = 0
    decay_half_life_days: float = 0.0
    pinned: bool = False
    tags: list[str] = field(factory=list[str])
    entity_refs: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    source_event_ids: list[str] = field(factory=list[str])
    source_urls: list[str] = field(factory=list[str])
    summary: str | None = None
    payload: dict[str, Any] | None = None
    last_recalled_at: datetime.datetime | None = None
    effective_from: datetime.datetime | None = None
    effective_to: datetime.datetime | None = None
    observed_at: datetime.datetime | None = None
    created_at: datetime.datetime | None = None
    updated_at: datetime.datetime | None = None
    _usage: UsageInfo | None = field(default=None, alias="usage", eq=False, repr=False)
    _rate_limit: RateLimitInfo | None = field(default=None, alias="rate_limit", eq=False, repr=False)
    additional_properties: dict[str, Any] = field(factory=dict[str, Any], kw_only=True)

    @classmethod
    def from_dict(cls, data: Any) -> MemoryItemResource:
        """The model of a JSON object. Raises `MemsyDecodeError`, which says where, when `data` is not one of these."""
        self = object.__new__(cls)
        try:
            if len(data) < 25 and dict is type(data):
                data = _ABSENT | data
            self.memory_id = memory_id = data["memory_id"]
            self.org_id = org_id = data["org_id"]
            self.scope = MemoryScope.from_dict(data["scope"])
            self.type = type_ = data["type"]
            self.kind = kind = data["kind"]
            self.memory_kind = memory_kind = data["memory_kind"]
            self.status = status = data["status"]
            self.text = text = data["text"]
            self.confidence = confidence = data["confidence"]
            self.strength = strength = data["strength"]
            self.recall_count = recall_count = data["recall_count"]
            self.decay_half_life_days = decay_half_life_days = data["decay_half_life_days"]
            self.pinned = pinned = data["pinned"]
            self.tags = tags = data["tags"]
            decode.require_texts(tags)
            self.entity_refs = decode.readable_mappings(data["entity_refs"])
            self.source_event_ids = source_event_ids = data["source_event_ids"]
            decode.require_texts(source_event_ids)
            self.source_urls = source_urls = data["source_urls"]
            decode.require_texts(source_urls)
            self.summary = summary = data["summary"]
            payload = data["payload"]
            self.payload = payload if type(payload) is dict else None
            last_recalled_at = data["last_recalled_at"]
            self.last_recalled_at = last_recalled_at = (
                None if last_recalled_at is None else decode.read_time(last_recalled_at)
            )
            effective_from = data["effective_from"]
            self.effective_from = effective_from = None if effective_from is None else decode.read_time(effective_from)
            effective_to = data["effective_to"]
            self.effective_to = effective_to = None if effective_to is None else decode.read_time(effective_to)
            observed_at = data["observed_at"]
            self.observed_at = observed_at = None if observed_at is None else decode.read_time(observed_at)
            created_at = data["created_at"]
            self.created_at = created_at = None if created_at is None else decode.read_time(created_at)
            updated_at = data["updated_at"]
            self.updated_at = updated_at = None if updated_at is None else decode.read_time(updated_at)
        except decode.UNEXPECTED as error:
            decode.settle(self, data, _FIELDS, error)
        else:
            if not (
                dict is type(data)
                and type(memory_id)
                is type(org_id)
                is type(type_)
                is type(kind)
                is type(memory_kind)
                is type(status)
                is type(text)
                is str
                and type(recall_count) is int
                and type(pinned) is bool
                and type(tags) is type(source_event_ids) is type(source_urls) is list
                and (type(confidence) is float or type(confidence) is int)
                and (type(strength) is float or type(strength) is int)
                and (type(decay_half_life_days) is float or type(decay_half_life_days) is int)
                and (summary is None or type(summary) is str)
                and (last_recalled_at is None or last_recalled_at.tzinfo is not None)
                and (effective_from is None or effective_from.tzinfo is not None)
                and (effective_to is None or effective_to.tzinfo is not None)
                and (observed_at is None or observed_at.tzinfo is not None)
                and (created_at is None or created_at.tzinfo is not None)
                and (updated_at is None or updated_at.tzinfo is not None)
            ):
                decode.settle(self, data, _FIELDS)
            elif len(data) > 25:
                self.additional_properties = decode.unknown(data, _NAMES)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The model as a JSON object, by the names on the wire; optional fields that are None are left out."""
        data = dict(self.additional_properties)
        data["memory_id"] = self.memory_id
        data["org_id"] = self.org_id
        data["scope"] = encode.to_jsonable(self.scope)
        data["type"] = self.type
        data["kind"] = self.kind
        data["memory_kind"] = self.memory_kind
        data["status"] = self.status
        data["text"] = self.text
        data["confidence"] = self.confidence
        data["strength"] = self.strength
        data["recall_count"] = self.recall_count
        data["decay_half_life_days"] = self.decay_half_life_days
        data["pinned"] = self.pinned
        data["tags"] = encode.to_jsonable(self.tags)
        data["entity_refs"] = encode.to_jsonable(self.entity_refs)
        data["source_event_ids"] = encode.to_jsonable(self.source_event_ids)
        data["source_urls"] = encode.to_jsonable(self.source_urls)
        if self.summary is not None:
            data["summary"] = self.summary
        if self.payload is not None:
            data["payload"] = encode.to_jsonable(self.payload)
        if self.last_recalled_at is not None:
            data["last_recalled_at"] = encode.to_jsonable(self.last_recalled_at)
        if self.effective_from is not None:
            data["effective_from"] = encode.to_jsonable(self.effective_from)
        if self.effective_to is not None:
            data["effective_to"] = encode.to_jsonable(self.effective_to)
        if self.observed_at is not None:
            data["observed_at"] = encode.to_jsonable(self.observed_at)
        if self.created_at is not None:
            data["created_at"] = encode.to_jsonable(self.created_at)
        if self.updated_at is not None:
            data["updated_at"] = encode.to_jsonable(self.updated_at)
        return data


_FIELDS = (
    Field("memory_id", decode.text),
    Field("org_id", decode.text),
    Field("scope", MemoryScope.from_dict),
    Field("type", decode.text, default=""),
    Field("kind", decode.text, default=""),
    Field("memory_kind", decode.text, default=""),
    Field("status", decode.text, default=""),
    Field("text", decode.text, default=""),
    Field("confidence", decode.number, default=0.0),
    Field("strength", decode.number, default=0.0),
    Field("recall_count", decode.integer, default=0),
    Field("decay_half_life_days", decode.number, default=0.0),
    Field("pinned", decode.boolean, default=False),
    Field("tags", decode.texts, default=list),
    Field("entity_refs", decode.each_readable(decode.mapping), default=list, is_open=True),
    Field("source_event_ids", decode.texts, default=list),
    Field("source_urls", decode.texts, default=list),
    Field("summary", decode.text, default=None),
    Field("payload", decode.mapping, default=None, is_open=True),
    Field("last_recalled_at", decode.time, default=None),
    Field("effective_from", decode.time, default=None),
    Field("effective_to", decode.time, default=None),
    Field("observed_at", decode.time, default=None),
    Field("created_at", decode.time, default=None),
    Field("updated_at", decode.time, default=None),
)
_NAMES = frozenset(field.name for field in _FIELDS)
_ABSENT = decode.absent(_FIELDS)
