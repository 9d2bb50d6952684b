from __future__ import annotations

from typing import Any

from memsy_client._core import decode
from memsy_client._core.open_model import OpenModel


class SourceMetadata(OpenModel):
    """The metadata of one source event. Exactly one of `metadata` and `raw` is there."""

    __slots__ = ()

    @property
    def event_id(self) -> str | None:
        """The id of the event."""
        return decode.readable(self.get("event_id"), decode.text)

    @property
    def metadata(self) -> dict[str, Any] | None:
        """The metadata, when what was sent is a JSON object."""
        return decode.readable(self.get("metadata"), decode.mapping)

    @property
    def raw(self) -> str | None:
        """The metadata as it was sent, when that is not a JSON object."""
        return decode.readable(self.get("raw"), decode.text)
