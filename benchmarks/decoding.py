"""What it costs to turn answers into models, next to `json.loads` of the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from memsy_client._core import codec
from memsy_client.models import MemoryListResponse, SearchResponse

from . import documents
from .group import print_figures, without_orjson
from .measure import interleaved, ratio

ROUNDS = 60


def measure() -> dict[str, float]:
    page = documents.memories()
    full, results = documents.without_nulls(page), documents.search(200)
    return {
        "decoding.memories": _over_json(page, partial(MemoryListResponse.from_dict, json.loads(page))),
        "decoding.memories_full": _over_json(full, partial(MemoryListResponse.from_dict, json.loads(full))),
        "decoding.search": _over_json(results, partial(SearchResponse.from_dict, json.loads(results))),
        "decoding.bytes": _over_json(page, without_orjson(lambda: MemoryListResponse.from_dict(codec.loads(page)))),
        "decoding.bytes_fast": _over_json(page, lambda: MemoryListResponse.from_dict(codec.loads(page))),
    }


def _over_json(document: bytes, task: Callable[[], object]) -> float:
    taken = interleaved({"json": lambda: json.loads(document), "models": task}, ROUNDS)
    return ratio(taken, "models", "json")


if __name__ == "__main__":
    print_figures(measure)
