"""An embedded server in a process of its own, the ways to call it, and what to tell it."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .versions import Version

BATCH = 100
EVENTS_PER_ACTOR = 500
EVENTS_PER_SESSION = 50
COMMON = 100
"""The words said most stand in for those that carry no meaning, of which people's questions are not made either."""

_LETTERS = ("bdfgklmnprst", "aeiou")
WORDS = ["".join(parts) for parts in itertools.islice(itertools.product(*_LETTERS * 3), 0, None, 5)]


class ServerProcess:
    """A server of a version, with its database in a folder of its own, and one connection to it."""

    def __init__(self, version: Version, folder: Path) -> None:
        self.folder = folder
        command = [
            sys.executable,
            "-m",
            "memsy_client",
            "serve",
            "--port",
            "0",
            "--data",
            str(folder / "memsy.db"),
        ]
        self._process = subprocess.Popen(
            command, cwd=version.folder, env=version.environment, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        started = itertools.takewhile(lambda line: not line.startswith("# Stop"), self._process.stdout)
        lines = [line.removeprefix("export ").strip() for line in started if line.startswith("export ")]
        self._environment = dict(line.split("=", 1) for line in lines)
        self._output = self._process.stdout
        self._log = threading.Thread(target=self._output.read)
        self._log.start()
        self.connection = self.connect()

    @property
    def control(self) -> str:
        """The path of the control plane."""
        return urlsplit(self._environment["MEMSY_CONTROL_URL"]).path

    def connect(self) -> http.client.HTTPConnection:
        address = urlsplit(self._environment["MEMSY_BASE_URL"])
        return http.client.HTTPConnection(str(address.hostname), address.port, timeout=3600)

    def call(self, path: str, body: object = None, connection: http.client.HTTPConnection | None = None) -> Any:
        """The JSON that answers a POST; without a body, a GET."""
        connection = connection or self.connection
        headers = {"Authorization": f"Bearer {self._environment['MEMSY_API_KEY']}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, content, headers)
        answer = connection.getresponse()
        document = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {document}")
        return document

    def process_all(self) -> None:
        """Process all that it held back, or has not come to yet."""
        self.call("/_local/release", {})
        self.call("/_local/settle", {"timeout": 3600})

    def memory(self) -> float | None:
        """The resident memory of the process in MiB, where the system tells (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return None
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def file_size(self) -> int:
        """Bytes on the disk."""
        return sum(path.stat().st_size for path in self.folder.iterdir())

    def stop(self) -> None:
        self.connection.close()
        self._process.terminate()
        self._process.wait()
        self._log.join()
        self._output.close()


class Text:
    """Sentences whose words are as unevenly common as those of a language; the same ones for a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        # Scattered, so that words which are alike are not equally common.
        self._words = random.Random(0).sample(WORDS, len(WORDS))
        self._weights = list(itertools.accumulate(1 / rank for rank in range(1, len(WORDS) + 1)))

    def words(self, count: int) -> str:
        return " ".join(self.chance.choices(self._words, cum_weights=self._weights, k=count))

    def query(self) -> str:
        rare = [weight - self._weights[COMMON - 1] for weight in self._weights[COMMON:]]
        return " ".join(self.chance.choices(self._words[COMMON:], cum_weights=rare, k=6))

    def common_query(self) -> str:
        """32 of the words said most."""
        return " ".join(self.chance.sample(self._words[:COMMON], 32))

    def long_query(self) -> str:
        """Words of all kinds, 8,000 characters of them."""
        return " ".join(self.chance.choices(self._words, k=1400))[:8000]

    def batches(self, start: int, end: int) -> Iterator[dict[str, Any]]:
        """Events, as many in a body as `BATCH`."""
        for first in range(start, end, BATCH):
            yield {"events": [self._event(number) for number in range(first, min(first + BATCH, end))]}

    def _event(self, number: int) -> dict[str, Any]:
        return {
            "actor_id": actor(number),
            "session_id": session(number),
            "kind": "user_message",
            "content": f"{self.words(self.chance.randint(6, 24))} {number}",
        }


def actor(number: int) -> str:
    """Whose event it is."""
    return f"actor-{number // EVENTS_PER_ACTOR}"


def session(number: int) -> str:
    """The conversation of an event."""
    return f"session-{number // EVENTS_PER_SESSION}"
