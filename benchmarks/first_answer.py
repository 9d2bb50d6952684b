"""From the start of a process to its first answer, next to plain libraries that do the same; and what imports take."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

from .group import ASK, HEADERS, KEY, QUERY, print_figures
from .stub_server import SameAnswers, answering

_PLAIN = """
import json, sys
import LIBRARY
with LIBRARY.Client(headers={headers}) as client:
    json.loads(client.post("{url}/search", json={ask}).content)
"""
_PLAIN_ASYNC = """
import asyncio, json, sys
import LIBRARY
async def main():
    async with LIBRARY.AsyncClient(headers={headers}) as client:
        json.loads((await client.post("{url}/search", json={ask})).content)
asyncio.run(main())
"""
PROGRAMS = {
    "python": "import sys",
    "httpx": _PLAIN.replace("LIBRARY", "httpx"),
    "httpx2": _PLAIN.replace("LIBRARY", "httpx2"),
    "memsy": """
import sys
from memsy_client import MemsyClient
with MemsyClient("{url}", "{key}") as memsy:
    memsy.search("{query}")
""",
    "async_httpx": _PLAIN_ASYNC.replace("LIBRARY", "httpx"),
    "async_aiohttp": """
import asyncio, json, sys
import aiohttp
async def main():
    async with aiohttp.ClientSession(headers={headers}) as session:
        async with session.post("{url}/search", json={ask}) as answer:
            json.loads(await answer.read())
asyncio.run(main())
""",
    "async_memsy": """
import asyncio, sys
from memsy_client import AsyncMemsyClient
async def main():
    async with AsyncMemsyClient("{url}", "{key}") as memsy:
        await memsy.search("{query}")
asyncio.run(main())
""",
    "async_memsy_fast": """
import asyncio, sys
from memsy_client import AiohttpTransport, AsyncMemsyClient
async def main():
    async with AsyncMemsyClient("{url}", "{key}", http_client=AiohttpTransport()) as memsy:
        await memsy.search("{query}")
asyncio.run(main())
""",
}
_ANSWERED = "\nsys.stdout.write('answered\\n'); sys.stdout.flush()\n"
#: Prints how long each of its steps took.
_STEPS = """
import time
began = time.perf_counter()
import httpx
plain = time.perf_counter()
from memsy_client import MemsyClient
ours = time.perf_counter()
MemsyClient("https://localhost/v1", "key")
made = time.perf_counter()
print(plain - began, ours - plain, made - ours)
"""
_SERVER = """
import time
from memsy_client.local import LocalMemsy
LocalMemsy().close()
began = time.perf_counter()
LocalMemsy().close()
print(time.perf_counter() - began)
"""


def measure() -> dict[str, float]:
    with answering(SameAnswers()) as url:
        taken = _first_answers(url)
    plain, imported, made = (float(part) for part in _run(_STEPS).split())
    return {f"first_answer.{name}": value / taken["httpx"] for name, value in taken.items() if name != "httpx"} | {
        "first_answer.httpx": 1.0,
        "first_answer.sync": taken["memsy"] / taken["httpx"],
        "first_answer.async": taken["async_memsy"] / taken["async_httpx"],
        "first_answer.import": imported / plain,
        "first_answer.client": made / plain,
        "first_answer.embedded": float(_run(_SERVER)) * 1000,
    }


def _first_answers(url: str) -> dict[str, float]:
    taken = {}
    for name in random.sample(list(PROGRAMS), len(PROGRAMS)):
        program = PROGRAMS[name].format(url=url, key=KEY, query=QUERY, headers=HEADERS, ask=ASK)
        taken[name] = _seconds_to_answer(program + _ANSWERED)
    return taken


def _seconds_to_answer(program: str) -> float:
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=_environment()) as process:
        assert process.stdout is not None
        answered = process.stdout.readline()
        taken = time.perf_counter() - began
    if answered != b"answered\n" or process.returncode:
        raise RuntimeError(f"the program got no answer:\n{program}")
    return taken


def _run(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=_environment()).stdout


def _environment() -> dict[str, str]:
    # As installed: with compiled bytecode, which an environment for tests may keep from being written.
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    print_figures(measure)
