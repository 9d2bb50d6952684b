"""How near a turn of a conversation is to a query: arithmetic only, on where the query's terms stand.

A turn is known by its place: the number of its conversation in the high bits, its position there in the low ones, so
that the turns around it are the numbers around it. Memories that belong to no conversation have places far apart.

The ideas, in the order of what they brought:

- A question is often answered by a turn whose words stand in the turns around it. A term in a turn before counts
  `BEFORE` of a term in the turn itself, one in a turn after `AFTER`, and one anywhere in the conversation `ELSEWHERE`.
- Who is asked about is often who speaks, and the month that is asked for the one in which it was said: `MARKED`.
- A statement answers, a question does not; and a turn of three words says less than one of twenty.
- A word that is related to the query's counts for something where the word itself is missing: `RELATED`.
- A term is worth more the fewer turns it stands in, and the fewer conversations: a name that is said in all of them
  tells none apart, however seldom it is said.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["POSITION_BITS", "REACH", "TermHits", "nearby", "relevance", "score"]

POSITION_BITS = 32

BEFORE = (0.6, 0.4, 0.27, 0.18)
"""What a term counts that stands one, two, … turns before: two thirds from one to the next."""

AFTER = (0.3, 0.2, 0.13, 0.09)
"""The same for the turns after, which more often react than introduce: half as much."""

ELSEWHERE = 0.1
"""What a term counts that stands anywhere in the same conversation."""

RELATED = 0.35
"""What a related word counts, where the term itself is missing."""

MARKED = 0.7
"""What it counts that a turn is by the speaker or from the month which the query names, next to the terms."""

SATURATION = 1.2
"""The k1 of BM25: at this sum of counts a term has half of its effect."""

QUESTION = 0.6
"""What remains of the relevance of a question."""

LONG = 150
"""From how many content words on a text is so long that it matches by chance."""

REACH = len(BEFORE)
"""How many turns away a term still counts."""

OWN = 0.57
"""The root of what a short memory has that alone has every term of the query."""

OWN_SCORE = 0.86
"""The score that stands for `OWN`; what is above it is for the turns around."""

_MOST = 1 + sum(BEFORE) + sum(AFTER) + ELSEWHERE
_FULL = _MOST / (_MOST + SATURATION)


@dataclass(frozen=True, slots=True)
class TermHits:
    """Where one term of the query stands.

    Attributes:
        exact: Places whose text has the term.
        related: Places whose text has a related word.
        frequency: In how many turns it stands, for an `exact` that was cut short.
    """

    exact: Collection[int]
    related: Collection[int] = ()
    frequency: int = 0


def relevance(
    hits: Sequence[TermHits], marked: Sequence[Collection[int]], turns: int, conversations: int
) -> dict[int, float]:
    """The relevance of every place that a term reaches, 0-1.

    It is the share of the query's weight that is found there: 1 where every term stands in the turn and in all turns
    around it, 0.65 where every term stands in the turn alone.

    Args:
        hits: One for each term of the query.
        marked: For each name and date of the query the places that are marked with it.
        turns: How many turns there are to choose from.
        conversations: How many conversations these belong to.
    """
    weights = [_weight(hit, turns, conversations) for hit in hits]
    found = [_spread(hit) for hit in hits]
    marks = [MARKED * _rarity(len(places), turns) for places in marked]
    whole = _FULL * sum(weights) + sum(marks)
    places = dict.fromkeys(place for counts in found for place in counts)
    scores: dict[int, float] = dict.fromkeys(places, 0.0)
    for hit, counts, weight in zip(hits, found, weights, strict=True):
        threads = {place >> POSITION_BITS for place in hit.exact}
        for place in places:
            count = counts.get(place, 0.0)
            if place >> POSITION_BITS in threads:
                count += ELSEWHERE
            scores[place] += weight * count / (count + SATURATION)
    for marked_places, mark in zip(marked, marks, strict=True):
        for place in marked_places:
            scores[place] = scores.get(place, 0.0) + mark
    return {place: found_weight / whole for place, found_weight in scores.items()}


def score(share: float, size: int, question: bool) -> float:
    """The score of a turn, 0-1, from its relevance and its own shape.

    The root spreads out the low values, in which most results lie. It is stretched, without any change of order, so
    that a memory which alone has every term of the query comes to 0.8 (one word) to 0.92 (a long text), mostly to 0.86,
    and one that has half of their weight to 0.6; what is above that takes the turns around it.

    Args:
        share: Its relevance.
        size: How many content words it has.
        question: Whether it ends by asking.
    """
    factor = (size + 2) / (size + 6)
    if size > LONG:
        factor *= math.sqrt(LONG / size)
    if question:
        factor *= QUESTION
    root = math.sqrt(min(share, 1.0) * factor)
    if root <= OWN:
        return root * OWN_SCORE / OWN
    return OWN_SCORE + (root - OWN) * (1 - OWN_SCORE) / (1 - OWN)


def nearby(places: Iterable[int]) -> set[int]:
    """The places and all that they reach."""
    return {place + distance for place in places for distance in range(-REACH, REACH + 1)}


def _rarity(count: int, total: int) -> float:
    """BM25's inverse document frequency, which is above 0 for every term."""
    return math.log(1 + (max(total, count) - count + 0.5) / (count + 0.5))


def _weight(hit: TermHits, turns: int, conversations: int) -> float:
    frequency = max(hit.frequency, len(hit.exact))
    threads = len({place >> POSITION_BITS for place in hit.exact})
    return math.sqrt(_rarity(frequency, turns) * _rarity(threads, conversations))


def _spread(hit: TermHits) -> dict[int, float]:
    """How much of the term each place has, with what the turns around it lend."""
    strengths: Mapping[int, float] = dict.fromkeys(hit.related, RELATED) | dict.fromkeys(hit.exact, 1.0)
    counts: dict[int, float] = dict(strengths)
    for place, strength in strengths.items():
        for shares, direction in ((BEFORE, 1), (AFTER, -1)):
            for distance, share in enumerate(shares, 1):
                around = place + direction * distance
                counts[around] = counts.get(around, 0.0) + share * strength
    return counts
