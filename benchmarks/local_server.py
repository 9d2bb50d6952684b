"""The local server's speed: durable ingest over HTTP, processing, search as the database grows, memory and file size.

A server in a process of its own, one client, everything over loopback. `--full` goes on to a hundred thousand and a
million memories, which takes a while.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

BATCH = 100
QUICK_SIZES = (2_000, 10_000)
FULL_SIZES = (10_000, 100_000, 1_000_000)
EVENTS_PER_ACTOR = 500
SEARCHES = 100
CLIENTS = 8
PARALLEL_EVENTS = 4_000
INGEST = f"durable ingest in batches of {BATCH}, events/s"

Numbers = dict[str, float]

_LETTERS = ("bdfgklmnprst", "aeiou")
WORDS = ["".join(parts) for parts in itertools.islice(itertools.product(*_LETTERS * 3), 0, None, 5)]
COMMON = 100
"""The words said most stand in for those that carry no meaning, of which people's questions are not made either."""


class Server:
    """A server in a process of its own, and ways to call it."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-m", "memsy_client", "serve", "--port", "0", "--data", str(data)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        started = itertools.takewhile(lambda line: not line.startswith("# Stop"), self._process.stdout)
        lines = [line.removeprefix("export ").strip() for line in started if line.startswith("export ")]
        self._environment = dict(line.split("=", 1) for line in lines)
        self._log = threading.Thread(target=self._process.stdout.read)
        self._log.start()

    def connect(self) -> http.client.HTTPConnection:
        host, port = self._environment["MEMSY_BASE_URL"].removeprefix("http://").removesuffix("/v1").split(":")
        return http.client.HTTPConnection(host, int(port), timeout=3600)

    def call(self, connection: http.client.HTTPConnection, path: str, body: object) -> Any:
        """The JSON that answers a POST."""
        key = self._environment["MEMSY_API_KEY"]
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        content = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {content}")
        return content

    def memory(self) -> int | None:
        """The resident memory of the process in bytes, where the system tells (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return None
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._log.join()


class Text:
    """Sentences whose words are as unevenly common as those of a language."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        # Scattered, so that words which are alike are not equally common.
        self._words = random.Random(0).sample(WORDS, len(WORDS))
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, len(WORDS) + 1)))

    def words(self, count: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=count))

    def query(self) -> str:
        rare = [weight - self._weights[COMMON - 1] for weight in self._weights[COMMON:]]
        return " ".join(self._chance.choices(self._words[COMMON:], cum_weights=rare, k=6))

    def event(self, number: int) -> dict[str, Any]:
        actor = number // EVENTS_PER_ACTOR
        return {
            "actor_id": f"actor-{actor}",
            "session_id": f"session-{number // 50}",
            "kind": "user_message",
            "content": f"{self.words(self._chance.randint(6, 24))} {number}",
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark, print what it found, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.local_server", description=__doc__)
    parser.add_argument("--full", action="store_true", help="up to a million memories")
    options = parser.parse_args(arguments)
    print(f"local server · {machine()}")
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "memsy.db"
        server = Server(database)
        try:
            run(server, database, FULL_SIZES if options.full else QUICK_SIZES)
        finally:
            server.stop()
    return 0


def machine() -> str:
    """What the numbers were measured on."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return (
        f"{model}, {platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def run(server: Server, database: Path, sizes: Sequence[int]) -> None:
    """Fill the database to one size after the other, measure at each, and say how it grew."""
    text, made = Text(1), 0
    measured: list[Numbers] = []
    with contextlib.closing(server.connect()) as connection:
        for size in sizes:
            numbers = fill(server, connection, text, made, size)
            numbers |= measure_search(server, connection, size) | measure_space(server, database, size)
            show(f"{size:,} memories", numbers)
            measured.append(numbers)
            made = size
        show("eight clients at once", measure_parallel_ingest(server, connection, text, made))
    growth = {name: measured[-1][name] / measured[0][name] for name in measured[0]}
    show(f"from {sizes[0]:,} to {sizes[-1]:,} memories, times", growth)


def show(title: str, numbers: Numbers) -> None:
    print(title, flush=True)
    for name, number in numbers.items():
        print(f"  {name:<44}{number:>12,.{1 if number < 1000 else 0}f}", flush=True)


def fill(server: Server, connection: http.client.HTTPConnection, text: Text, made: int, size: int) -> Numbers:
    """Ingest up to a size, first without processing and then with nothing else, so that each is told on its own."""
    server.call(connection, "/_local/hold", {})
    # Only the calls are timed, not the making of what they send.
    ingesting = sum(timed(server.call, connection, "/v1/ingest", batch) for batch in batched(text, made, size))
    processing = timed(process, server, connection)
    count = size - made
    return {INGEST: count / ingesting, "processing, events/s": count / processing}


def process(server: Server, connection: http.client.HTTPConnection) -> None:
    """Let the server process all that it held back."""
    server.call(connection, "/_local/release", {})
    server.call(connection, "/_local/settle", {"timeout": 3600})


def batched(text: Text, start: int, end: int) -> Iterator[dict[str, Any]]:
    for first in range(start, end, BATCH):
        yield {"events": [text.event(number) for number in range(first, min(first + BATCH, end))]}


def measure_search(server: Server, connection: http.client.HTTPConnection, size: int) -> Numbers:
    queries, chance = Text(2), random.Random(3)
    numbers: Numbers = {}
    for label, restrict in (("one actor", True), ("the organisation", False)):
        times = []
        for _ in range(SEARCHES):
            body: dict[str, Any] = {"query": queries.query()}
            if restrict:
                body["actor_id"] = f"actor-{chance.randrange(size // EVENTS_PER_ACTOR)}"
            times.append(timed(server.call, connection, "/v1/search", body) * 1000)
        numbers[f"search of {label}, p50 ms"] = statistics.median(times)
        numbers[f"search of {label}, p95 ms"] = statistics.quantiles(times, n=20)[-1]
    return numbers


def measure_space(server: Server, database: Path, size: int) -> Numbers:
    file = sum(path.stat().st_size for path in database.parent.iterdir())
    memory = server.memory()
    numbers = {"file, bytes an event": file / size}
    return numbers if memory is None else {**numbers, "memory of the process, MiB": memory / 2**20}


def measure_parallel_ingest(server: Server, connection: http.client.HTTPConnection, text: Text, made: int) -> Numbers:
    """Clients that wait together share the flushes of the disk."""
    server.call(connection, "/_local/hold", {})
    share = PARALLEL_EVENTS // CLIENTS
    shares = [list(batched(text, made + n * share, made + (n + 1) * share)) for n in range(CLIENTS)]

    def work(batches: list[dict[str, Any]]) -> None:
        with contextlib.closing(server.connect()) as own:
            for batch in batches:
                server.call(own, "/v1/ingest", batch)

    with ThreadPoolExecutor(CLIENTS) as threads:
        seconds = timed(lambda: list(threads.map(work, shares)))
    process(server, connection)
    return {INGEST: PARALLEL_EVENTS / seconds}


def timed(work: Callable[..., object], *arguments: object) -> float:
    """Seconds that some work took."""
    start = perf_counter()
    work(*arguments)
    return perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
