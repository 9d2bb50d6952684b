"""How near a turn of a conversation is to a query: arithmetic only, on where the query's terms stand.

A turn is known by its position: the number of its conversation in the high bits, its number there in the low ones, so
that the turns around it are the numbers around it. Memories that belong to no conversation have positions far apart.

The ideas, in the order of what they brought:

- A question is often answered by a turn whose words stand in the turns around it. A term in a turn before counts
  `BEFORE` of a term in the turn itself, one in a turn after `AFTER`, and one anywhere in the conversation `ELSEWHERE`.
- Who is asked about is often who speaks, and the month that is asked for the one in which it was said: `LABEL`.
- A statement answers, a question does not; and a turn of three words says less than one of twenty.
- A word that is related to the query's counts for something where the word itself is missing: `RELATED`.
- A term is worth more the fewer turns it stands in, and the fewer conversations: a name that is said in all of them
  tells none apart, however seldom it is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

TURN_BITS = 32
"""How many bits of a position are the turn's number in its conversation."""

BEFORE = (0.6, 0.4, 0.27, 0.18)
"""What a term counts that stands one, two, … turns before: two thirds from one to the next."""

AFTER = (0.3, 0.2, 0.13, 0.09)
"""The same for the turns after, which more often react than introduce: half as much."""

ELSEWHERE = 0.1
"""What a term counts that stands anywhere in the same conversation."""

RELATED = 0.35
"""What a related word counts, where the term itself is missing."""

LABEL = 0.7
"""What it counts that a turn is by the speaker or from the month which the query names, next to the terms."""

SATURATION = 1.2
"""The k1 of BM25: at this sum of counts a term has half of its effect."""

QUESTION = 0.6
"""What remains of the relevance of a question."""

LONG = 150
"""From how many content words on a text is so long that it matches by chance."""

CONTEXT_WINDOW = len(BEFORE)
"""How many turns away a term still counts."""

KNEE = 0.57
"""The root of what a short memory has that alone has every term of the query."""

KNEE_SCORE = 0.86
"""The score that stands for `KNEE`; what is above it is for the turns around."""

_AROUND = [*enumerate(BEFORE, 1), *((-distance, share) for distance, share in enumerate(AFTER, 1))]
"""How far from a turn a term of it still counts, and what."""

_MOST = 1 + sum(BEFORE) + sum(AFTER) + ELSEWHERE
_FULL = _MOST / (_MOST + SATURATION)


@dataclass(frozen=True, slots=True)
class TermHits:
    """Where one term of the query stands.

    Attributes:
        exact: Positions whose text has the term.
        related: Positions whose text has a related word.
        frequency: In how many turns it stands, for an `exact` that was cut short.
    """

    exact: Collection[int]
    related: Collection[int] = ()
    frequency: int = 0


def relevance(
    hits: Sequence[TermHits], labelled: Sequence[Collection[int]], turns: int, conversations: int
) -> dict[int, float]:
    """The relevance of every position that a term reaches, 0-1.

    It is the share of the query's weight that is found there: 1 where every term stands in the turn and in all turns
    around it, 0.65 where every term stands in the turn alone.

    Args:
        hits: One for each term of the query.
        labelled: For each name and date of the query the positions that are by that speaker or of that time.
        turns: How many turns there are to choose from.
        conversations: How many conversations these belong to.
    """
    weights = [_weight(hit, turns, conversations) for hit in hits]
    label_weights = [LABEL * _rarity(len(positions), turns) for positions in labelled]
    whole = _FULL * sum(weights) + sum(label_weights)
    counted = [_spread(hit) for hit in hits]
    found: dict[int, float] = {}
    for counts in counted:
        found.update(dict.fromkeys(counts, 0.0))
    by_conversation: dict[int, list[int]] = {}
    for position in found:
        by_conversation.setdefault(position >> TURN_BITS, []).append(position)
    for hit, counts, weight in zip(hits, counted, weights, strict=True):
        _add_term(found, by_conversation, hit, counts, weight)
    for positions, weight in zip(labelled, label_weights, strict=True):
        for position in positions:
            found[position] = found.get(position, 0.0) + weight
    return {position: share / whole for position, share in found.items()}


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
    if root <= KNEE:
        return root * KNEE_SCORE / KNEE
    return KNEE_SCORE + (root - KNEE) * (1 - KNEE_SCORE) / (1 - KNEE)


def first(values: Mapping[int, float], limit: int, newness: Callable[[int], object]) -> list[int]:
    """The `limit` positions of the largest values, largest first; of equal ones, the largest in newness come first."""
    # Only what can be among them is asked how new it is.
    least = sorted(values.values(), reverse=True)[:limit][-1] if values else 0.0
    able = [position for position, value in values.items() if value >= least]
    return sorted(able, key=lambda position: (values[position], newness(position)), reverse=True)[:limit]


def focus(hits: Sequence[TermHits], limit: int, newness: Callable[[int], object]) -> Sequence[TermHits]:
    """The hits on and around the `limit` most promising positions, if there are too many to score all.

    Args:
        hits: One for each term of the query.
        limit: How many positions.
        newness: The rank of a position among equally promising ones, of which the largest are kept.
    """
    promise: dict[int, float] = {}
    for hit in hits:
        share = 1 / (1 + max(hit.frequency, len(hit.exact)))
        for position in hit.exact:
            promise[position] = promise.get(position, 0.0) + share
    if len(promise) <= limit:
        return hits
    best = first(promise, limit, newness)
    reached = range(-CONTEXT_WINDOW, CONTEXT_WINDOW + 1)
    kept = {position + distance for position in best for distance in reached}
    return [
        TermHits(
            exact=kept.intersection(hit.exact),
            related=kept.intersection(hit.related),
            frequency=max(hit.frequency, len(hit.exact)),
        )
        for hit in hits
    ]


def _rarity(count: int, total: int) -> float:
    """BM25's inverse document frequency, which is above 0 for every term."""
    return math.log(1 + (max(total, count) - count + 0.5) / (count + 0.5))


def _weight(hit: TermHits, turns: int, conversations: int) -> float:
    frequency = max(hit.frequency, len(hit.exact))
    return math.sqrt(_rarity(frequency, turns) * _rarity(len(_conversations(hit)), conversations))


def _conversations(hit: TermHits) -> set[int]:
    return {position >> TURN_BITS for position in hit.exact}


def _spread(hit: TermHits) -> dict[int, float]:
    """How much of the term each position has, with what the turns around it lend."""
    strengths: Mapping[int, float] = dict.fromkeys(hit.related, RELATED) | dict.fromkeys(hit.exact, 1.0)
    counts: dict[int, float] = dict(strengths)
    for position, strength in strengths.items():
        for distance, share in _AROUND:
            around = position + distance
            counts[around] = counts.get(around, 0.0) + share * strength
    return counts


def _add_term(
    found: dict[int, float],
    by_conversation: Mapping[int, Sequence[int]],
    hit: TermHits,
    counts: Mapping[int, float],
    weight: float,
) -> None:
    """Add to each position what it has of one term."""
    conversations = _conversations(hit)
    for conversation in conversations:
        for position in by_conversation[conversation]:
            count = counts.get(position, 0.0) + ELSEWHERE
            found[position] += weight * count / (count + SATURATION)
    for position, count in counts.items():
        if position >> TURN_BITS not in conversations:
            found[position] += weight * count / (count + SATURATION)
