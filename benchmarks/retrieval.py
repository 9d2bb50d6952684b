"""How much of the evidence a search finds: `python -m benchmarks.retrieval EVENTS.jsonl QUESTIONS.jsonl`.

EVENTS holds an event a line as it is ingested, and its `id`; QUESTIONS a question a line: `actor_id`, `query`, and
`evidence`, the ids of the events that answer it. All goes through the public API: a client, and a local server of its
own behind a socket.

Printed are recall@10 (the share of a question's evidence that its first ten results come from, over all questions),
hit@10 (the share of questions with any of it there), MRR (the mean of one over the rank of the first result that
comes from evidence, 0 where none does), and the mean time of a search. A result comes from its `source_event_ids`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memsy_client import MemsyClient
from memsy_client.local import LocalMemsy
from memsy_client.models import EventPayload

DEPTH = 10
BATCH = 100
PROCESSING_TIMEOUT = 600.0

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """What is printed; see the module."""

    questions: int
    recall: float
    hits: float
    reciprocal_rank: float
    milliseconds: float

    def __str__(self) -> str:
        return (
            f"questions    {self.questions}\n"
            f"recall@{DEPTH}    {self.recall:.3f}\n"
            f"hit@{DEPTH}       {self.hits:.3f}\n"
            f"MRR          {self.reciprocal_rank:.3f}\n"
            f"ms/question  {self.milliseconds:.1f}"
        )


def measure(events: Sequence[Record], questions: Sequence[Record]) -> Figures:
    """Ingest the events into a new local server and ask it the questions that have evidence."""
    questions = [question for question in questions if question["evidence"]]
    if not questions:
        raise ValueError("there is no question with evidence to measure with")
    with LocalMemsy() as memsy, MemsyClient(memsy.base_url, memsy.api_key) as client:
        ids = _ingest(client, events)
        client.wait_until_processed(list(ids), timeout=PROCESSING_TIMEOUT)
        recall = hits = reciprocal_rank = taken = 0.0
        for question in questions:
            began = time.perf_counter()
            response = client.search(question["query"], actor_id=question["actor_id"], limit=DEPTH)
            taken += time.perf_counter() - began
            results = [{id for source in result.source_event_ids for id in ids[source]} for result in response.results]
            evidence = set(question["evidence"])
            found = evidence.intersection(set().union(*results))
            recall += len(found) / len(evidence)
            hits += bool(found)
            reciprocal_rank += next((1 / rank for rank, result in enumerate(results, 1) if result & evidence), 0.0)
    count = len(questions)
    return Figures(count, recall / count, hits / count, reciprocal_rank / count, taken / count * 1000)


def _ingest(client: MemsyClient, events: Sequence[Record]) -> Mapping[str, Sequence[str]]:
    """The file's ids of each event id: several, where the service took two events for one."""
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for batch in _batches(events, BATCH):
        payloads = [EventPayload.from_dict({key: event[key] for key in event if key != "id"}) for event in batch]
        for event, event_id in zip(batch, client.ingest(payloads).event_ids, strict=True):
            ids[event_id].append(event["id"])
    return ids


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def read(path: Path) -> list[Record]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description="Measure retrieval quality.")
    parser.add_argument("events", type=Path, help="JSON lines: an event each, as ingested, and its id")
    parser.add_argument("questions", type=Path, help="JSON lines: actor_id, query and evidence, a list of event ids")
    arguments = parser.parse_args()
    print(measure(read(arguments.events), read(arguments.questions)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
