"""The generator, run on contracts made for tests, and clients of what it gives."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from memsy_client import MemsyClient
from memsy_client._core.messages import Headers, Request, Response
from memsy_client._core.sender import AsyncSender, SharedTransport, SyncSender
from memsy_client._core.transport import Limits

HERE = Path(__file__).parent
SETTINGS = MemsyClient("https://example.org/v1", "key")._sender.settings
ROOT = HERE.parent.parent


@pytest.fixture(scope="session")
def generator() -> Iterator[ModuleType]:
    """The module `codegen/generate.py`."""
    if sys.version_info < (3, 11):
        pytest.skip("the generator needs Python 3.11")
    sys.path.insert(0, str(ROOT / "codegen"))
    try:
        yield importlib.import_module("generate")
    finally:
        sys.path.remove(str(ROOT / "codegen"))


@pytest.fixture(scope="session")
def make_package(
    generator: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Path | dict[str, Any]], str]]:
    """Generates a package from a contract and makes it importable; gives its name."""
    folder = tmp_path_factory.mktemp("generated")
    sys.path.insert(0, str(folder))
    names: list[str] = []

    def make(contract: Path | dict[str, Any]) -> str:
        name = f"generated_{len(names)}"
        names.append(name)
        if not isinstance(contract, Path):
            contract, document = folder / f"{name}.yaml", contract
            contract.write_text(json.dumps(document), encoding="utf-8")
        generator.generate(contract, folder / name)
        importlib.invalidate_caches()
        return name

    yield make
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def odd(make_package: Callable[[Path], str]) -> str:
    """The name of the package that the fixture contract gives."""
    return make_package(HERE / "fixture.yaml")


@pytest.fixture(scope="session")
def odd_folder(odd: str) -> Path:
    """Its folder."""
    found = importlib.import_module(odd).__file__
    assert found is not None
    return Path(found).parent


@pytest.fixture(scope="session")
def models(odd: str) -> Any:
    """Its models."""
    return importlib.import_module(f"{odd}.models")


class Recorder:
    """A transport that answers what it was told to, and keeps what it was sent."""

    def __init__(self) -> None:
        self.sent: list[Request] = []
        self.answers: list[tuple[int, bytes]] = []
        self.headers: list[tuple[str, str]] = []

    def send(self, request: Request, limits: Limits) -> Response:
        self.sent.append(request)
        status, content = self.answers.pop(0) if self.answers else (204, b"")
        return Response(status, Headers.of(self.headers), content)

    def close(self) -> None:
        pass


class AsyncRecorder:
    """The same, asynchronously."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def send(self, request: Request, limits: Limits) -> Response:
        await asyncio.sleep(0)
        return self._recorder.send(request, limits)

    async def aclose(self) -> None:
        pass


class Wire:
    """A generated client on a recording transport, in either flavour."""

    def __init__(self, package: str, flavour: str, plane: str = "Core") -> None:
        self._plane = plane
        self._methods = importlib.import_module(f"{package}.client")
        self._is_async = flavour == "async"
        self._recorder = Recorder()

    def answer(self, content: Any, status: int = 200, **headers: str) -> Wire:
        """Answer the next request with this as JSON, or with these bytes."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        self._recorder.answers.append((status, raw))
        self._recorder.headers = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self

    @property
    def client(self) -> Any:
        """The client of the plane."""
        kind = getattr(self._methods, f"{'Async' if self._is_async else ''}{self._plane}Methods")
        common: dict[str, Any] = {"base_url": "https://example.org/v1", "headers": (), "settings": SETTINGS}
        if self._is_async:
            return kind(AsyncSender(SharedTransport(AsyncRecorder(self._recorder), False), **common))
        return kind(SyncSender(SharedTransport(self._recorder, False), **common))

    def call(self, path: str, *args: Any, **kwargs: Any) -> Any:
        """The result of a method, such as `things.list`; an iterator gives a list."""
        method = self.client
        for step in path.split("."):
            method = getattr(method, step)
        result = method(*args, **kwargs)
        if inspect.iscoroutine(result):
            return asyncio.run(result)
        if isinstance(result, AsyncIterator):
            return asyncio.run(_all_of(result))
        return list(result) if isinstance(result, Iterator) else result

    @property
    def sent(self) -> list[Request]:
        return self._recorder.sent

    @property
    def body(self) -> Any:
        """The JSON of the last request; None when it had no body."""
        content = self.sent[-1].body
        return None if content is None else json.loads(content)

    @property
    def target(self) -> str:
        """Path and query of the last request."""
        return self.sent[-1].url.removeprefix("https://example.org/v1")


async def _all_of(items: Any) -> list[Any]:
    return [item async for item in items]


@pytest.fixture(params=["sync", "async"])
def flavour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def wire(odd: str, flavour: str) -> Wire:
    return Wire(odd, flavour)


@pytest.fixture
def wire_of() -> type[Wire]:
    """Makes a client of another generated package."""
    return Wire
