from __future__ import annotations

import datetime
from typing import Any

from memsy_client._core import decode
from memsy_client._core.open_model import OpenModel

from .source_event import SourceEvent
from .source_metadata import SourceMetadata


class SearchResultMetadata(OpenModel):
    """What is known of a memory found, beyond its text. Each key is optional; more may come."""

    __slots__ = ()

    @property
    def title(self) -> str | None:
        """A short title."""
        return decode.readable(self.get("title"), decode.text)

    @property
    def summary(self) -> str | None:
        """A short form of the text."""
        return decode.readable(self.get("summary"), decode.text)

    @property
    def tags(self) -> list[str]:
        """Labels given to the memory."""
        return decode.readable_items(self.get("tags"), decode.text)

    @property
    def entities(self) -> list[dict[str, Any]]:
        """People, places and things it names, each a free-form object."""
        return decode.readable_items(self.get("entities"), decode.mapping)

    @property
    def kind(self) -> str | None:
        """The kind of memory: semantic, episodic, procedural, or another (the vocabulary is open)."""
        return decode.readable(self.get("kind"), decode.text)

    @property
    def type(self) -> str | None:
        """What it states: fact, preference, norm, decision, event, or another (the vocabulary is open)."""
        return decode.readable(self.get("type"), decode.text)

    @property
    def strength(self) -> float | None:
        """Reinforcement by use, 0.0-5.0, not a probability."""
        return decode.readable(self.get("strength"), decode.number)

    @property
    def confidence(self) -> float | None:
        """How certain the extraction was, 0-1."""
        return decode.readable(self.get("confidence"), decode.number)

    @property
    def observed_at(self) -> datetime.datetime | None:
        """When what it states was observed."""
        return decode.readable(self.get("observed_at"), decode.time)

    @property
    def session_id(self) -> str | None:
        """The conversation it comes from; none for a memory that belongs to no conversation."""
        return decode.readable(self.get("session_id"), decode.text)

    @property
    def source_event_ids(self) -> list[str]:
        """The ids of the events from which it was made."""
        return decode.readable_items(self.get("source_event_ids"), decode.text)

    @property
    def source_metadata(self) -> list[SourceMetadata]:
        """The metadata of the events from which it was made, at most 5."""
        return decode.readable_items(self.get("source_metadata"), SourceMetadata.from_dict)

    @property
    def source_events(self) -> list[SourceEvent]:
        """The events from which it was made. Only with `include_source_events`."""
        return decode.readable_items(self.get("source_events"), SourceEvent.from_dict)
