"""A headless Chromium, told what to do over its DevTools pipe: no driver and no package is needed."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60.0


def find_chromium() -> str | None:
    """The browser's path, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """One page of a browser; use it in a `with` block.

    Attributes:
        events: What the browser said by itself, oldest first, as (method, parameters).
    """

    def __init__(self, path: str, profile: Path) -> None:
        self.events: deque[tuple[str, dict[str, Any]]] = deque()
        self._number = 0
        self._loads = 0
        self._buffer = b""
        (its_input, self._output), (self._input, its_output) = os.pipe(), os.pipe()
        # Chromium reads from 3 and writes to 4. Higher numbers first, so that neither is overwritten.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (its_input, its_output)]

        def place_pipes() -> None:
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        command = [path, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "about:blank"]
        command += [f"--user-data-dir={profile}", "--no-first-run", "--disable-background-networking"]
        self._process = subprocess.Popen(
            command, pass_fds=(3, 4), preexec_fn=place_pipes, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for end in (its_input, its_output, *ends):
            os.close(end)
        self._session: str | None = None
        (target,) = (t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._input)
        os.close(self._output)

    def call(self, method: str, **parameters: Any) -> Any:
        """Carry out a command of the DevTools protocol, and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._output, json.dumps(message).encode() + b"\0")
        answer = self._read(lambda received: received.get("id") == self._number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def open(self, url: str) -> None:
        """Go to a page, and wait until it is loaded with all that belongs to it."""
        self.load(lambda: self.call("Page.navigate", url=url))

    def load(self, action: Callable[[], object]) -> None:
        """Do what leads to another page, and wait until that is loaded."""
        before = self._loads
        action()
        if self._loads == before:
            self._read(lambda received: received.get("method") == "Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; of a promise, what it gives."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def resize(self, width: int, height: int) -> None:
        """Give the page this size in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)

    def prefer(self, scheme: str) -> None:
        """Let the reader prefer a `light` or a `dark` page."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def _read(self, is_meant: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        ends = time.monotonic() + SECONDS
        while True:
            message, separator, rest = self._buffer.partition(b"\0")
            if separator:
                self._buffer = rest
                received: dict[str, Any] = json.loads(message)
                if "method" in received:
                    self.events.append((received["method"], received.get("params", {})))
                    self._loads += received["method"] == "Page.loadEventFired"
                if is_meant(received):
                    return received
            else:
                ready, _, _ = select.select([self._input], [], [], max(0.0, ends - time.monotonic()))
                assert ready, "the browser does not answer"
                chunk = os.read(self._input, 1 << 20)
                assert chunk, "the browser has ended"
                self._buffer += chunk
