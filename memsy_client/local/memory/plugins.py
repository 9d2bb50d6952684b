"""The functions of a user's own that replace the built-in rules."""

from __future__ import annotations

import array
import importlib.util
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .extraction import Extract, extract_by_rules

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""Turns texts into vectors of one length, in the same order."""

Rank = Callable[[str, Sequence[str]], Sequence[float]]
"""Turns a query and the texts of the best candidates into their scores, 0-1, higher is closer."""


MAX_REASON = 1000
"""Characters that are kept of what an exception says."""


class PluginError(Exception):
    """A function of the user's own raised, or returned something unusable."""

    def __init__(self, name: str, error: Exception) -> None:
        super().__init__(f"{name} failed: {describe(error)}")


def describe(error: BaseException) -> str:
    """The class of an exception and what it says, as text that can be stored and answered."""
    try:
        text = f"{type(error).__name__}: {error}"
    except BaseException:
        # The text is made by code of the user's, too.
        text = f"{type(error).__name__}, which cannot be printed"
    return text[:MAX_REASON].encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True, slots=True)
class Plugins:
    """How events become memories, and how search scores them."""

    extract: Extract = extract_by_rules
    embed: Embed | None = None
    rank: Rank | None = None

    def __post_init__(self) -> None:
        if self.embed is not None and importlib.util.find_spec("numpy") is None:
            raise ImportError("embed= needs one more package: pip install 'memsy-client[embeddings]'")

    def vectors(self, texts: Sequence[str]) -> list[bytes | None]:
        """The texts' vectors as they are stored (32-bit floats), or None for each when nothing embeds.

        Raises:
            PluginError: The function raised, or did not return a vector of finite numbers for each text.
        """
        if self.embed is None or not texts:
            return [None] * len(texts)
        try:
            vectors = [array.array("f", vector) for vector in self.embed(texts)]
            _check("vectors", len(vectors), len(texts))
            if not all(math.isfinite(number) for vector in vectors for number in vector):
                raise ValueError("a vector holds a number that is not finite")
        except Exception as error:
            raise PluginError("embed", error) from error
        return [vector.tobytes() for vector in vectors]

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """The scores that `rank` gives the texts, limited to 0-1; only for when there is a `rank`.

        Raises:
            PluginError: The function raised, or did not return a finite number for each text.
        """
        assert self.rank is not None
        if not texts:
            return []
        try:
            scores = [float(score) for score in self.rank(query, texts)]
            _check("scores", len(scores), len(texts))
            if not all(map(math.isfinite, scores)):
                raise ValueError("a score is not finite")
        except Exception as error:
            raise PluginError("rank", error) from error
        return [min(max(score, 0.0), 1.0) for score in scores]


def _check(what: str, returned: int, wanted: int) -> None:
    if returned != wanted:
        raise ValueError(f"it returned {returned} {what} for {wanted} texts")
