"""Calls that a server recorded (an entry of `/_local/requests` a line), held against both contracts.

A call is broken when the old contract takes it and the new one does not: its path is gone, an argument or a field is no
longer known, or a value keeps to the schema no more. Keys and passwords are not recorded, and so scopes are not looked
at, and a password may be missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from .acceptance import Acceptance
from .callers import Caller
from .operations import Operation, operations
from .places import Place
from .shapes import Schema, shapes
from .surface import Surface
from .versions import ReviewError, Version


@dataclass(frozen=True)
class _Call:
    """One call: the values of its parameters by location and name, and its body as JSON or None."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any

    @classmethod
    def of(cls, entry: dict[str, Any]) -> _Call:
        parts = urlsplit(str(entry["url"]))
        content = entry.get("content") or ""
        return cls(
            str(entry["method"]).upper(),
            parts.path,
            parse_qs(parts.query, keep_blank_values=True),
            {name.lower(): str(value) for name, value in (entry.get("headers") or {}).items()},
            json.loads(content) if content else None,
        )


def check_log(log: Path, versions: tuple[Version, Version], surface: Surface) -> list[Caller]:
    """The lines of a log that the new contract refuses, by the names that `surface` has for them."""
    old, new = (_Contract(version.contract) for version in versions)
    found = []
    for number, text in enumerate(_lines(log), 1):
        call = _read(log, number, text) if text.strip() else None
        if call is None:
            continue
        for is_strict in (True, False):
            operation = old.find(call)
            if operation is not None and next(old.faults(call, is_strict), None) is None:
                fault = next(new.faults(call, is_strict), None)
                if fault is not None:
                    found.append(Caller(str(log), number, "broken", _name(operation, fault, surface)))
                    break
    return found


def _lines(log: Path) -> list[str]:
    try:
        return log.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError:
        raise ReviewError(f"CALLERS={log} is neither Python nor a log of requests") from None


def _read(log: Path, number: int, text: str) -> _Call | None:
    """The call of a line; None for one whose body is not JSON, which no contract takes."""
    try:
        entry = json.loads(text)
        entry = {"method": entry["method"], "url": entry["url"], **entry}
    except (ValueError, TypeError, KeyError):
        raise ReviewError(f"CALLERS={log}: line {number} is not a recorded request") from None
    try:
        return _Call.of(entry)
    except ValueError:
        return None


class _Contract:
    """The operations of a document, found by what is requested."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._operations = [
            (operation, re.compile(pattern)) for operation in operations(document) for pattern in _patterns(operation)
        ]
        # A literal segment wins over a parameter.
        self._operations.sort(key=lambda each: each[0].path.count("{"))

    def find(self, call: _Call) -> Operation | None:
        """The operation that a call is of."""
        found = (
            each
            for each, pattern in self._operations
            if each.method.upper() == call.method and pattern.fullmatch(call.path)
        )
        return next(found, None)

    def faults(self, call: _Call, is_strict: bool) -> Iterator[str]:
        """Why a call is refused: the names of arguments on the wire, or an empty name for the call as a whole."""
        operation = self.find(call)
        if operation is None:
            yield ""
            return
        rule = Acceptance("readOnly", is_strict, is_cleaned=True)
        yield from self._parameter_faults(operation, call, rule)
        yield from _body_faults(operation, call, rule)

    def _parameter_faults(self, operation: Operation, call: _Call, rule: Acceptance) -> Iterator[str]:
        given = _given(operation, call, self._operations)
        parameters = operation.parameters
        if rule.is_strict:
            yield from (name for name in call.query if ("query", name) not in parameters)
        for key, parameter in parameters.items():
            schema = parameter.at("schema")
            if key not in given:
                if parameter.get("required"):
                    yield str(parameter.get("name"))
            elif schema is not None and not _takes(rule, (schema,), given[key]):
                yield str(parameter.get("name"))


def _patterns(operation: Operation) -> Iterator[str]:
    """The paths of an operation, below those of its servers."""
    servers = operation.inherited("servers")
    urls = [str(server.get("url")) for server in servers.children()] if servers else [""]
    steps = "".join(
        "([^/]+)" if part.startswith("{") else re.escape(part) for part in re.split(r"({.*?})", operation.path)
    )
    yield from (re.escape(urlsplit(url).path.rstrip("/")) + steps for url in urls)


def _given(
    operation: Operation, call: _Call, known: list[tuple[Operation, re.Pattern[str]]]
) -> dict[tuple[str, str], list[str]]:
    """The texts of the parameters that a call gives."""
    matches = (pattern.fullmatch(call.path) for each, pattern in known if each is operation)
    segments = next((match.groups() for match in matches if match), ())
    given = {("path", str(number)): [unquote(segment)] for number, segment in enumerate(segments)}
    given |= {("query", name): values for name, values in call.query.items()}
    return given | {("header", name): [value] for name, value in call.headers.items()}


def _takes(rule: Acceptance, schema: Schema, texts: list[str]) -> bool:
    """Whether a parameter takes these texts: each may be text, a number or a boolean, all may be a list."""
    readings = [[*texts], [_scalar(text) for text in texts]]
    values = [*readings, *(reading[0] for reading in readings if len(reading) == 1)]
    return any(rule.takes(schema, value) for value in values)


def _scalar(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, (dict, list, str)) or value is None else value


def _body_faults(operation: Operation, call: _Call, rule: Acceptance) -> Iterator[str]:
    body = operation.node.at("requestBody")
    schema = body and body.at("content", "application/json", "schema")
    if body is None or schema is None:
        return
    if call.body is None:
        if body.resolved().get("required"):
            yield ""
    elif not rule.takes((schema,), call.body):
        yield _wrong_field(rule, schema, call.body)


def _wrong_field(rule: Acceptance, schema: Place, body: Any) -> str:
    """The field without which, or without whose value, a body would do; an empty name when it is not one alone."""
    for shape in shapes((schema,)):
        fields = shape.properties(rule.hidden)
        for name in dict.fromkeys([*(body if isinstance(body, dict) else ()), *sorted(rule.needed(shape))]):
            is_known = name in fields or not rule.is_strict
            if not is_known or name not in body or not rule.takes(fields.get(name, ()), body[name]):
                return str(name)
    return ""


def _name(operation: Operation, fault: str, surface: Surface) -> str:
    """The dotted name of an argument, or of the method."""
    for name, method in surface.methods.items():
        if method.operation == operation.node.get("operationId") and method.operation:
            arguments = [part.name for part in method.parameters if _plain(part.name) == _plain(fault)]
            return f"{name}.{arguments[0]}" if arguments else f"{name}.{fault}" if fault else name
    return operation.id


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
