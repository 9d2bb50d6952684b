"""`make fuzz`: answers and requests made from the contract and around it, on each carrier, over real sockets.

An answer becomes the right result or one of our errors; arguments become a request as the contract says, or a
`MemsyInputError` before anything leaves. What is made is drawn from the seed that is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime
import functools
import inspect
import json
import pickle
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote

import hypothesis
import jsonschema
from generated import Answer, Arguments, answers, arguments
from hypothesis import HealthCheck, settings
from support.flavours import EACH_TRANSPORT, KEY, Flavour
from support.operations import Case
from support.server import Recorded, Server, message, raw

from memsy_client import MemsyAPIError, MemsyDecodeError, MemsyError, MemsyInputError
from memsy_client._core import codec
from memsy_client._core.json_schema import load_contract
from memsy_client._core.raw_response import RawResponse

#: Seconds after which a call hangs: nothing here makes one wait.
TIMEOUT = 60.0


class Wire:
    """A client of each plane on one carrier, and the server that it talks to."""

    def __init__(self, flavour: Flavour, server: Server, clients: list[Any], loop: asyncio.AbstractEventLoop) -> None:
        self._flavour = flavour
        self._server = server
        self._clients = clients
        self._loop = loop

    @classmethod
    @contextlib.contextmanager
    def of(cls, flavour: Flavour) -> Iterator[Wire]:
        """One on this carrier."""
        loop = asyncio.new_event_loop()
        options: dict[str, Any] = {"timeout": TIMEOUT, "max_retries": 0}
        with Server([raw(b"")]) as server, contextlib.closing(loop):
            entered = contextlib.AsyncExitStack()
            clients = [flavour.client(server.origin, control=control, **options) for control in (False, True)]
            entering = [loop.run_until_complete(entered.enter_async_context(client)) for client in clients]
            try:
                yield cls(flavour, server, entering, loop)
            finally:
                loop.run_until_complete(entered.aclose())

    def call(self, case: Case, response: bytes, values: dict[str, Any]) -> Any:
        """The raw response to a call, if it is a success."""
        self._server.scripts[:] = [raw(response)]
        self._server.requests.clear()
        method = case.method(self._clients[case.control].with_raw_response)
        if self._flavour.is_async:
            return self._loop.run_until_complete(method(**values))
        return method(**values)

    @property
    def requests(self) -> list[Recorded]:
        """What the last call has sent."""
        return self._server.requests


def sendable(case: Case) -> dict[str, Any]:
    """Arguments of which a call is made."""
    positional, named = case.arguments()
    return {**dict(zip(inspect.signature(case.request).parameters, positional, strict=False)), **named}


def right_answer(case: Case) -> bytes:
    """The bytes of a success, as the contract's own example has it."""
    return message(json.dumps(case.answer()).encode()) if case.has_body else message(b"", 204)


def check_answer(wire: Wire, answer: Answer) -> None:
    """It becomes the right result, or one of our errors."""
    case = answer.case
    result: Any = None
    error: MemsyError | None = None
    try:
        response: RawResponse[Any] = wire.call(case, answer.response, sendable(case))
        result = response.parse()
        assert isinstance(response.deviations, tuple)
    except MemsyError as failure:
        error = failure
    if answer.status >= 300:
        assert isinstance(error, MemsyAPIError), repr(error)
        assert error.status_code == answer.status
    elif answer.document is not None:
        assert error is None, repr(error)
        assert response.deviations == ()
    if error is None:
        written = check_result(case, response, result)
        unwrapped = case.node.get("x-unwrap")
        promised = {unwrapped: answer.document[unwrapped]} if unwrapped and answer.document else answer.document
        assert promised is None or is_kept(promised, written), written
    else:
        assert isinstance(error, MemsyAPIError if answer.status >= 300 else MemsyDecodeError), repr(error)
        assert error.operation == case.operation.name
        assert len(error.attempts) == 1
        for text in (str(error), repr(error), str(pickle.loads(pickle.dumps(error)))):
            assert KEY not in text
            assert "\n" not in str(error)


def check_result(case: Case, response: RawResponse[Any], result: Any) -> Any:
    """It can be written as JSON, which is given, and that reads as the same again."""
    response.usage, response.rate_limit  # noqa: B018 - whatever the headers say
    if not case.has_body:
        assert result is None
        return None
    written = json.dumps(
        {case.node["x-unwrap"]: result} if "x-unwrap" in case.node else result,
        default=lambda model: model.to_dict(),
    )
    parse = case.operation.parse
    assert parse is not None
    document = codec.loads(written.encode())
    assert parse(document) == result
    return document


def is_kept(source: Any, written: Any) -> bool:
    """Whether what was written of a model says all that its document does."""
    if isinstance(source, dict) and isinstance(written, dict):
        return all(is_kept(value, written.get(name)) for name, value in source.items() if value is not None)
    if isinstance(source, list):
        return len(source) == len(written) and all(map(is_kept, source, written))
    if isinstance(source, str) and isinstance(written, str) and source != written:
        return datetime.datetime.fromisoformat(source) == datetime.datetime.fromisoformat(written)
    return source == written or (source == {} and written is None)


def check_arguments(wire: Wire, given: Arguments) -> None:
    """They become a request as the contract says, or are refused before anything leaves."""
    case = given.case
    try:
        wire.call(case, right_answer(case), given.values)
    except MemsyInputError:
        assert given.odd, "these are as the contract says"
        assert wire.requests == []
        return
    (request,) = wire.requests
    assert request.raw.startswith(case.operation.method.encode() + b" /")
    sent = {**in_path(case, request), **in_query(case, request), **in_body(request)}
    assert sent.keys() <= case.parameters.keys()
    for name, parameter in case.parameters.items():
        if name in sent and name not in given.odd:
            wrong = [error.message for error in validator(json.dumps(parameter.schema)).iter_errors(sent[name])]
            assert wrong == [], f"{name}: {wrong}"
        elif parameter.is_required:
            assert name in given.odd
    for name, value in given.values.items():
        if name not in given.odd and isinstance(value, str | int | float):
            assert sent[name] == value


def in_path(case: Case, request: Recorded) -> dict[str, Any]:
    """The parameters in the path, which is the operation's."""
    template, path = case.operation.path.split("/"), request.target.partition("?")[0].split("/")
    assert len(template) == len(path)
    found = {}
    for expected, step in zip(template, path, strict=True):
        if expected.startswith("{"):
            found[expected[1:-1]] = unquote(step, errors="strict")
        else:
            assert step == expected
    return found


def in_query(case: Case, request: Recorded) -> dict[str, Any]:
    """The parameters in the query, as JSON values."""
    found: dict[str, Any] = {}
    for name, text in parse_qsl(request.target.partition("?")[2], keep_blank_values=True, errors="strict"):
        kind = case.parameters[name].schema.get("type")
        found[name] = json.loads(text) if kind in ("integer", "number", "boolean") and _is_json(text) else text
    return found


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def in_body(request: Recorded) -> dict[str, Any]:
    """The fields of the body, which is strict JSON in UTF-8 with no name twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({name for name, _ in pairs}) == len(pairs)
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    if not request.body:
        return {}
    assert request.headers["content-type"] == "application/json"
    document = json.loads(request.body.decode(), object_pairs_hook=unique, parse_constant=refuse)
    assert isinstance(document, dict)
    return document


@functools.cache
def validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**json.loads(schema), "components": load_contract()["components"]})


CHECKS: dict[str, tuple[Callable[[Wire, Any], None], hypothesis.strategies.SearchStrategy[Any]]] = {
    "answers": (check_answer, answers()),
    "requests": (check_arguments, arguments()),
}


def run(wire: Wire, what: str, examples: int, seed: str) -> None:
    """Check that many examples. Raises whatever the first failure raises, with the smallest example."""
    check, strategy = CHECKS[what]

    @hypothesis.seed(seed)
    @settings(
        max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck), print_blob=False
    )
    @hypothesis.given(strategy)
    def example(made: Any) -> None:
        check(wire, made)

    example()


#: How many examples at a time, so that the time is looked at.
_PORTION = 200


def fuzz(seconds: float, examples: int | None, seed: int) -> dict[str, int]:
    """Check for so long on each carrier in turn, or that many examples; gives how many there were of each kind."""
    counts = dict.fromkeys(CHECKS, 0)
    ends = time.monotonic() + seconds
    with contextlib.ExitStack() as stack:
        wires = {flavour.name: stack.enter_context(Wire.of(flavour)) for flavour in EACH_TRANSPORT}
        this_round = seed
        while time.monotonic() < ends if examples is None else sum(counts.values()) < examples:
            for name, wire in wires.items():
                for what in CHECKS:
                    try:
                        run(wire, what, _PORTION, f"{this_round} {name} {what}")
                    except BaseException:
                        print(f"FAILED: {what} on {name}, in the first round with seed {this_round}", flush=True)
                        raise
                    counts[what] += _PORTION
            this_round += 1
            print(", ".join(f"{count:,} {what}" for what, count in counts.items()), flush=True)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--examples", type=int, help="at least how many, however long it takes")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    counts = fuzz(options.seconds, options.examples, options.seed)
    checked = " and ".join(f"{count:,} {what}" for what, count in counts.items())
    print(f"all is well: {checked} on {len(EACH_TRANSPORT)} carriers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
