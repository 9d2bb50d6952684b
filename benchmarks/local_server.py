"""The embedded server's speed as its database grows: ingestion, processing, search, lists; of two versions, in turn.

A process for each version, everything over loopback. Whatever is measured is measured of one and at once of the other,
which first being changed each time.
"""

from __future__ import annotations

import contextlib
import itertools
import statistics
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from .figures import COMPARED_TO, LISTS_AT
from .measure import percentile, seconds
from .server_process import BATCH, EVENTS_PER_ACTOR, ServerProcess, Text, actor, session
from .versions import Version

CHUNK = 10_000
BLOCKS = 12
QUERIES = 17  # a block
WIDE_QUERIES = 6
GROWTH_CHUNK = 1_000
GROWTH_ROUNDS = 24
CLIENTS = 8
PARALLEL_EVENTS = 4_000
BUSY_SECONDS = 8.0
MEMORY_SORTS = ("observed_at_desc", "observed_at_asc", "strength_desc", "confidence_desc", "created_at_desc")
EVENT_SORTS = ("ts_desc", "ts_asc")
PAGES = (0.0, 0.5, 0.999)  # of the way

Samples = defaultdict[str, list[float]]
Tell = Callable[[str], None]


class EmbeddedServers:
    """The servers of all versions, this one's first, filled with the same events."""

    def __init__(self, versions: Sequence[Version], folder: Path, tell: Tell) -> None:
        self._versions = versions
        self._folder = folder
        self._tell = tell
        self._servers: list[ServerProcess] = []
        self._turn = 0
        self._text, self._count = Text(1), 0
        self._queries = Text(2)
        self.samples: list[Samples] = [defaultdict(list) for _ in versions]

    def __enter__(self) -> EmbeddedServers:
        for number, version in enumerate(self._versions):
            self._start(version, f"server-{number}")
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.stop()

    def _start(self, version: Version, name: str) -> ServerProcess:
        folder = self._folder / name
        folder.mkdir()
        server = ServerProcess(version, folder)
        self._servers.append(server)
        return server

    def _in_turn(self, servers: Sequence[ServerProcess]) -> Iterator[tuple[int, ServerProcess]]:
        """The servers with their numbers, in the other direction each time."""
        self._turn += 1
        numbered = list(enumerate(servers))
        return iter(numbered if self._turn % 2 else numbered[::-1])

    def run(self, sizes: Sequence[int]) -> None:
        """Measure at each size, the versions before up to `COMPARED_TO`."""
        for size in sizes:
            servers = self._servers if size <= COMPARED_TO else self._servers[:1]
            self._fill(servers, size)
            self._measure_search(servers, size)
            if size == LISTS_AT:
                self._measure_lists(servers)
        self._tell(f"wide queries, {self._count:,} memories")
        mine, server = self.samples[0], self._servers[0]
        for number, each in enumerate(servers):
            self.samples[number]["embedded.file"] = [each.file_size() / self._count]
            memory = each.memory()
            self.samples[number]["embedded.memory"] = [] if memory is None else [memory]
        self._measure_wide_queries(server, mine)
        self._tell("clients while others ingest")
        mine["embedded.parallel_ingest"] = [self._parallel_ingest(server)]
        self._measure_while_busy(server, mine)
        self._tell("whether ingestion slows down as the file grows")
        self._measure_growth(server, mine)

    def _fill(self, servers: Sequence[ServerProcess], size: int) -> None:
        while self._count < size:
            end = min(self._count + CHUNK, size)
            self._tell(f"{self._count:,} of {size:,} memories")
            for number, ingest, process in self._ingest(servers, end):
                self.samples[number]["embedded.ingest"].append(ingest)
                self.samples[number]["embedded.processing"].append(process)

    def _ingest(self, servers: Sequence[ServerProcess], end: int) -> list[tuple[int, float, float]]:
        """Ingest up to a number of events, first without processing and then with nothing else: events a second."""
        batches = list(self._text.batches(self._count, end))
        found = []
        for number, server in self._in_turn(servers):
            server.call("/_local/hold", {})
            ingesting = seconds(lambda server=server: [server.call("/v1/ingest", batch) for batch in batches])
            processing = seconds(server.process_all)
            count = end - self._count
            found.append((number, count / ingesting, count / processing))
        self._count = end
        return found

    def _measure_search(self, servers: Sequence[ServerProcess], size: int) -> None:
        for block in range(BLOCKS):
            self._tell(f"searching {size:,} memories, {block + 1} of {BLOCKS}")
            for scope in ("actor", "org"):
                bodies = [self._body(scope, size) for _ in range(QUERIES)]
                taken, contents = self._ask_all(servers, bodies)
                for samples, times in zip(self.samples, taken, strict=False):
                    samples[f"embedded.search_{scope}_p50.{size}"].append(statistics.median(times) * 1000)
                    samples[f"embedded.search_{scope}_p95.{size}"].append(percentile(times, 95) * 1000)
                if scope == "org" and len(servers) > 1:
                    mine, before = contents[0], contents[1]
                    same = sum(one == other for one, other in zip(mine, before, strict=True))
                    self.samples[0]["embedded.same_results"].append(same / len(bodies))

    def _body(self, scope: str, size: int) -> dict[str, Any]:
        body = {"query": self._queries.query()}
        if scope == "actor":
            body["actor_id"] = actor(self._queries.chance.randrange(size))
        return body

    def _ask_all(
        self, servers: Sequence[ServerProcess], bodies: Sequence[Mapping[str, Any]]
    ) -> tuple[list[list[float]], list[list[list[str]]]]:
        """What each server takes for each search, and the contents that it finds."""
        taken: list[list[float]] = [[] for _ in servers]
        found: list[list[list[str]]] = [[] for _ in servers]
        for body in bodies:
            for number, server in self._in_turn(servers):
                began = perf_counter()
                answer = server.call("/v1/search", body)
                taken[number].append(perf_counter() - began)
                found[number].append([result["content"] for result in answer["results"]])
        return taken, found

    def _measure_lists(self, servers: Sequence[ServerProcess]) -> None:
        lists = {
            "embedded.memories_list": list(_pages("/v1/console/memories", MEMORY_SORTS, self._count)),
            "embedded.events_list": list(_pages(f"{servers[0].control}/console/events", EVENT_SORTS, self._count)),
            "embedded.stats": ["/v1/console/memories/stats"],
            "embedded.health": ["/v1/health"] * len(MEMORY_SORTS),
        }
        for block, (name, paths) in itertools.product(range(BLOCKS), lists.items()):
            self._tell(f"lists of {self._count:,} memories, {block + 1} of {BLOCKS}")
            taken: list[list[float]] = [[] for _ in servers]
            for path in paths:
                for number, server in self._in_turn(servers):
                    taken[number].append(seconds(server.call, path))
            for samples, times in zip(self.samples, taken, strict=True):
                samples[name].append(statistics.median(times) * 1000)
        for server, samples in zip(servers, self.samples, strict=True):
            received = [request for _ in range(BLOCKS) for paths in lists.values() for request in paths]
            seconds_of = _seconds_in_the_server(server, received)
            for _, (name, paths) in itertools.product(range(BLOCKS), lists.items()):
                times = list(itertools.islice(seconds_of, len(paths)))
                if name.endswith("_list"):
                    samples[f"{name}_engine"].append(statistics.median(times) * 1000)

    def _measure_wide_queries(self, server: ServerProcess, samples: Samples) -> None:
        conversation = session(self._count // 2)
        for _ in range(BLOCKS):
            taken: dict[str, list[float]] = {"plain": [], "session": [], "common": [], "long": []}
            for _ in range(WIDE_QUERIES):
                plain = {"query": self._queries.query()}
                bodies = {
                    "plain": plain,
                    "session": {**plain, "session_id": conversation},
                    "common": {"query": self._queries.common_query()},
                    "long": {"query": self._queries.long_query()},
                }
                for name, body in bodies.items():
                    taken[name].append(seconds(server.call, "/v1/search", body))
            medians = {name: statistics.median(times) for name, times in taken.items()}
            samples["embedded.common_words"].append(medians["common"] / medians["plain"])
            samples["embedded.session"].append(medians["session"] / medians["plain"])
            samples["embedded.long_query"].append(medians["long"] / medians["common"])

    def _parallel_ingest(self, server: ServerProcess) -> float:
        """Events a second: clients that wait together share the flushes of the disk."""
        server.call("/_local/hold", {})
        batches = list(self._text.batches(self._count, self._count + PARALLEL_EVENTS))
        self._count += PARALLEL_EVENTS

        def work(share: Sequence[dict[str, Any]]) -> None:
            with contextlib.closing(server.connect()) as own:
                for batch in share:
                    server.call("/v1/ingest", batch, own)

        with ThreadPoolExecutor(CLIENTS) as threads:
            taken = seconds(lambda: list(threads.map(work, [batches[n::CLIENTS] for n in range(CLIENTS)])))
        server.process_all()
        return PARALLEL_EVENTS / taken

    def _measure_while_busy(self, server: ServerProcess, samples: Samples) -> None:
        """How long status and search take while another client ingests, and all of it is processed."""
        ended = threading.Event()
        batches = list(self._text.batches(self._count, self._count + CHUNK))
        self._count += CHUNK
        ids = server.call("/v1/ingest", next(self._text.batches(self._count, self._count + BATCH)))["event_ids"]
        self._count += BATCH

        def ingest() -> None:
            with contextlib.closing(server.connect()) as own:
                for batch in itertools.takewhile(lambda _: not ended.is_set(), batches):
                    server.call("/v1/ingest", batch, own)

        ingesting = threading.Thread(target=ingest)
        ingesting.start()
        taken: dict[str, list[float]] = {"status": [], "search": []}
        spent = 0.0
        while spent < BUSY_SECONDS:
            actor_id = actor(self._queries.chance.randrange(self._count - self._count % EVENTS_PER_ACTOR))
            search = {"query": self._queries.query(), "actor_id": actor_id}
            taken["status"].append(seconds(server.call, "/v1/status", {"event_ids": ids}))
            taken["search"].append(seconds(server.call, "/v1/search", search))
            spent += taken["status"][-1] + taken["search"][-1]
        ended.set()
        ingesting.join()
        server.process_all()
        for name, times in taken.items():
            samples[f"embedded.{name}_busy"].append(percentile(times, 95) * 1000)

    def _measure_growth(self, server: ServerProcess, samples: Samples) -> None:
        """The largest file and a small one, in turn: the machine is not equally fast at the beginning and the end."""
        small = self._start(self._versions[0], "small")
        self._ingest([small], self._count + CHUNK)  # whatever it does for the first time
        for _ in range(GROWTH_ROUNDS):
            rates = self._ingest([server, small], self._count + GROWTH_CHUNK)
            (_, ingest, process), (_, ingest_small, process_small) = sorted(rates)
            samples["embedded.ingest_growth"].append(ingest / ingest_small)
            samples["embedded.processing_growth"].append(process / process_small)


def _seconds_in_the_server(server: ServerProcess, paths: Sequence[str]) -> Iterator[float]:
    """What the server took for the latest requests, from parsed request to encoded response, as it noted itself."""
    requests = server.call("/_local/requests", {})["requests"][-len(paths) :]
    if [request["url"] for request in requests] != list(paths):
        raise RuntimeError("the server has noted other requests than were made")
    return iter([request["seconds"] for request in requests])


def _pages(path: str, sorts: Sequence[str], count: int) -> Iterator[str]:
    for sort, part in itertools.product(sorts, PAGES):
        yield f"{path}?{urlencode({'sort': sort, 'limit': 50, 'offset': int(part * count)})}"


def measure(versions: Sequence[Version], sizes: Sequence[int], tell: Tell) -> list[Samples]:
    """The samples of each version."""
    with TemporaryDirectory() as folder, EmbeddedServers(versions, Path(folder), tell) as servers:
        servers.run(sizes)
    return servers.samples
