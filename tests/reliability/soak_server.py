"""The server of the soak, in a process of its own: the embedded one, behind a socket that fails as a request says.

It prints its port, and then a line for each command that it reads and has carried out.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from faults import Unreliable
from support.server import Server, message

from memsy_client import Request
from memsy_client.local import LocalMemsy


def carried_out(memsy: LocalMemsy, request: bytes) -> bytes:
    """The bytes of the response to a request."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    response = memsy.engine.handle(Request(method, target, headers, body))
    return message(response.content, response.status_code, response.headers)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, LocalMemsy(Path(folder, "memsy.db"), port=None) as memsy:
        unreliable = Unreliable(lambda request: carried_out(memsy, request))
        with Server([unreliable], records=False, early=unreliable.early) as server:
            commands: dict[str, Callable[[], object]] = {
                "wait until all connections are closed": lambda: server.wait_for_open(0),
                "process all events": lambda: memsy.settle(600),
                "start afresh": lambda: (memsy.reset(), unreliable.forget()),
            }
            print(server.port, flush=True)
            for line in sys.stdin:
                commands[line.strip()]()
                print("done", flush=True)


if __name__ == "__main__":
    main()
