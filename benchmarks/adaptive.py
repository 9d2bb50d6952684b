"""How near `concurrency="auto"` comes to what a service allows, and how many attempts it has refused on the way."""

from __future__ import annotations

import inspect
import itertools
import json
import threading
import time
from typing import Any

import httpx

from memsy_client import EventPayload, MemsyClient

from .group import KEY, print_figures
from .stub_server import IngestAnswers, answering

ALLOWED = 50.0
ALLOWED_LATER = 100.0
LATENCY = 0.03
# Seconds that pass while it ingests: what is promised is promised of a time, so that nothing else can be waited for.
SETTLING = 15.0
MEASURED = 60.0
MEASURED_LATER = 15.0


def measure() -> dict[str, float]:
    if "max_concurrency" not in inspect.signature(MemsyClient.ingest_many).parameters:
        return {}  # a version that does not have it
    with answering(IngestAnswers((LATENCY,), ALLOWED)) as url:
        done = threading.Event()
        ingesting = threading.Thread(target=_ingest, args=(url, done))
        ingesting.start()
        time.sleep(SETTLING)
        rate, refused = _observe(url, MEASURED)
        httpx.post(f"{url}/limit?{ALLOWED_LATER:g}")
        time.sleep(SETTLING)
        later, _ = _observe(url, MEASURED_LATER)
        done.set()
        ingesting.join()
    return {
        "adaptive.rate": abs(rate / ALLOWED - 1),
        "adaptive.refused": refused,
        "adaptive.later": abs(later / ALLOWED_LATER - 1),
    }


def _ingest(url: str, done: threading.Event) -> None:
    numbers = itertools.takewhile(lambda _: not done.is_set(), itertools.count())
    events = (EventPayload("ana", "import", "app_event", f"Imported note {number}.") for number in numbers)
    options: dict[str, Any] = {"concurrency": "auto", "max_concurrency": 32}
    with MemsyClient(url, KEY) as memsy, memsy.ingest_many(events, batch_size=1, **options) as outcomes:
        for _ in outcomes:
            pass


def _observe(url: str, seconds: float) -> tuple[float, float]:
    """Accepted requests a second, and the share of attempts that is refused."""
    before, began = _counted(url), time.monotonic()
    time.sleep(seconds)
    after, taken = _counted(url), time.monotonic() - began
    attempts, refused = (after[name] - before[name] for name in ("requests", "refused"))
    return (attempts - refused) / taken, refused / attempts


def _counted(url: str) -> dict[str, int]:
    return dict(json.loads(httpx.get(f"{url}/counted").content))


if __name__ == "__main__":
    print_figures(measure)
