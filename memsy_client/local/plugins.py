"""The functions of your own that can take the place of the built-in rules."""

from __future__ import annotations

import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from memsy_client.local import extraction
from memsy_client.local.extraction import Extract

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""Turns texts into vectors of one length, in the same order."""

Rank = Callable[[str, Sequence[str]], Sequence[float]]
"""Turns a query and the texts of the best candidates into their scores, 0-1, higher is closer."""


@dataclass(frozen=True, slots=True)
class Plugins:
    """How events become memories, and how search scores them."""

    extract: Extract = extraction.extract
    embed: Embed | None = None
    rank: Rank | None = None

    def vectors(self, texts: Sequence[str]) -> list[bytes | None]:
        """The texts' vectors as they are stored (32-bit floats), or None for each when nothing embeds.

        Raises:
            ValueError: The function returned another number of vectors.
        """
        if self.embed is None or not texts:
            return [None] * len(texts)
        vectors = [array.array("f", vector).tobytes() for vector in self.embed(texts)]
        if len(vectors) != len(texts):
            raise ValueError(f"embed returned {len(vectors)} vectors for {len(texts)} texts")
        return list(vectors)
