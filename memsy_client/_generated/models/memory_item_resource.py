from __future__ import annotations

import datetime
from typing import Any

from attrs import define, field

from memsy_client._core import decode, encode
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
        decode.mapping(data)
        self = cls.__new__(cls)
        try:
            self.memory_id = value = data["memory_id"]
            if type(value) is not str:
                decode.text(value, "memory_id")
            self.org_id = value = data["org_id"]
            if type(value) is not str:
                decode.text(value, "org_id")
            self.scope = decode.decode_at(data["scope"], "scope", MemoryScope.from_dict)
            self.type = value = data["type"]
            if type(value) is not str:
                self.type = "" if value is None else decode.text(value, "type")
            self.kind = value = data["kind"]
            if type(value) is not str:
                self.kind = "" if value is None else decode.text(value, "kind")
            self.memory_kind = value = data["memory_kind"]
            if type(value) is not str:
                self.memory_kind = "" if value is None else decode.text(value, "memory_kind")
            self.status = value = data["status"]
            if type(value) is not str:
                self.status = "" if value is None else decode.text(value, "status")
            self.text = value = data["text"]
            if type(value) is not str:
                self.text = "" if value is None else decode.text(value, "text")
            self.confidence = value = data["confidence"]
            if type(value) is not float and type(value) is not int:
                self.confidence = 0.0 if value is None else decode.number(value, "confidence")
            self.strength = value = data["strength"]
            if type(value) is not float and type(value) is not int:
                self.strength = 0.0 if value is None else decode.number(value, "strength")
            self.recall_count = value = data["recall_count"]
            if type(value) is not int:
                self.recall_count = 0 if value is None else decode.integer(value, "recall_count")
            self.decay_half_life_days = value = data["decay_half_life_days"]
            if type(value) is not float and type(value) is not int:
                self.decay_half_life_days = 0.0 if value is None else decode.number(value, "decay_half_life_days")
            self.pinned = value = data["pinned"]
            if type(value) is not bool:
                self.pinned = False if value is None else decode.boolean(value, "pinned")
            value = data["tags"]
            self.tags = [] if value is None else decode.texts(value, "tags")
            self.entity_refs = decode.readable_items(data["entity_refs"], decode.mapping)
            value = data["source_event_ids"]
            self.source_event_ids = [] if value is None else decode.texts(value, "source_event_ids")
            value = data["source_urls"]
            self.source_urls = [] if value is None else decode.texts(value, "source_urls")
        except KeyError as missing:
            return cls.from_dict(decode.with_nulls(data, missing, _FILLED))
        self.summary = value = data.get("summary")
        if type(value) is not str and value is not None:
            decode.text(value, "summary")
        value = data.get("payload")
        self.payload = value if type(value) is dict else None
        self.last_recalled_at = decode.time_or_none(data.get("last_recalled_at"), "last_recalled_at")
        self.effective_from = decode.time_or_none(data.get("effective_from"), "effective_from")
        self.effective_to = decode.time_or_none(data.get("effective_to"), "effective_to")
        self.observed_at = decode.time_or_none(data.get("observed_at"), "observed_at")
        self.created_at = decode.time_or_none(data.get("created_at"), "created_at")
        self.updated_at = decode.time_or_none(data.get("updated_at"), "updated_at")
        self._usage = self._rate_limit = None
        self.additional_properties = {} if _FIELDS.issuperset(data) else decode.unknown(data, _FIELDS)
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


_FIELDS = frozenset(
    {
        "memory_id",
        "org_id",
        "scope",
        "type",
        "kind",
        "memory_kind",
        "status",
        "text",
        "confidence",
        "strength",
        "recall_count",
        "decay_half_life_days",
        "pinned",
        "tags",
        "entity_refs",
        "source_event_ids",
        "source_urls",
        "summary",
        "payload",
        "last_recalled_at",
        "effective_from",
        "effective_to",
        "observed_at",
        "created_at",
        "updated_at",
    }
)
_FILLED = frozenset(
    {
        "type",
        "kind",
        "memory_kind",
        "status",
        "text",
        "confidence",
        "strength",
        "recall_count",
        "decay_half_life_days",
        "pinned",
        "tags",
        "entity_refs",
        "source_event_ids",
        "source_urls",
    }
)
