"""Values, answers and arguments made from the contract's schemas, and around them."""

from __future__ import annotations

import datetime
import decimal
import enum
import functools
import gzip
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from support.flavours import KEY
from support.operations import ALL, Case, followed
from support.server import message

from memsy_client import EventPayload
from memsy_client.exceptions import MemsyDecodeError

Strategy = st.SearchStrategy[Any]

#: What no schema of the contract has, or what it has elsewhere.
_NO_TEXT: list[Any] = [None, True, 0, -1, 1.5, 10**400, 2**63, 1e308, [], [None], {}, {"a": 1}, [[]], {"": None}, [{}]]
_ODD_TEXT = ["", " ", "x" * 300, "\ud800", "\x00", "é\u2028", KEY, "2026-13-01T00:00:00Z", "2026-01-31T09:30"]
ODD: Strategy = st.sampled_from([*_NO_TEXT, *_ODD_TEXT])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)


def _documents(leaves: Strategy) -> Strategy:
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
    )


#: JSON as it should be, and as it may be.
SOUND_JSON, ANY_JSON = _documents(st.none() | st.booleans() | NUMBERS | TEXT), _documents(ODD | NUMBERS | TEXT)
MOMENTS = st.datetimes(
    datetime.datetime(1, 1, 2),
    datetime.datetime(9999, 12, 30),
    timezones=st.sampled_from([datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=-9, minutes=-30))]),
)


def conforming(schema: Mapping[str, Any]) -> Strategy:
    """Values that the schema describes."""
    return _conforming(json.dumps(schema, sort_keys=True))


@functools.cache
def _conforming(text: str) -> Strategy:
    schema = followed(json.loads(text))
    if "allOf" in schema:
        (whole,) = schema["allOf"]
        return conforming(whole)
    choices = schema.get("anyOf", schema.get("oneOf"))
    if choices is not None:
        return st.one_of([conforming(choice) for choice in choices])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    if "type" not in schema:
        return SOUND_JSON
    kinds = schema["type"]
    return st.one_of([_OF_TYPE[kind](schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)])


def _objects(schema: Mapping[str, Any]) -> Strategy:
    properties = {name: conforming(inner) for name, inner in schema.get("properties", {}).items()}
    required = {name: properties.pop(name) for name in schema.get("required", [])}
    others = schema.get("additionalProperties", True)
    known = st.fixed_dictionaries(required, optional=properties)
    if others is False:
        return known
    names = TEXT.filter(lambda name: name not in required and name not in properties)
    further = st.dictionaries(names, conforming(others) if isinstance(others, dict) else SOUND_JSON, max_size=2)
    return st.tuples(further, known).map(lambda both: {**both[0], **both[1]})


def _arrays(schema: Mapping[str, Any]) -> Strategy:
    most = min(schema.get("maxItems", 4), schema.get("minItems", 0) + 4)
    return st.lists(conforming(schema.get("items", {})), min_size=schema.get("minItems", 0), max_size=most)


def _strings(schema: Mapping[str, Any]) -> Strategy:
    if schema.get("format") == "date-time":
        return MOMENTS.map(datetime.datetime.isoformat)
    if "format" in schema and schema["format"] in _OF_FORMAT:
        return _OF_FORMAT[schema["format"]]
    most = schema.get("maxLength", 1000)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"]).filter(
            lambda text: schema.get("minLength", 0) <= len(text) <= most and text.isprintable()
        )
    characters = st.characters(exclude_categories=["Cs", "Cc"])
    return st.text(characters, min_size=schema.get("minLength", 0), max_size=min(most, 20))


def _integers(schema: Mapping[str, Any]) -> Strategy:
    return st.integers(schema.get("minimum", -(2**63)), schema.get("maximum", 2**63))


def _numbers(schema: Mapping[str, Any]) -> Strategy:
    low, high = schema.get("minimum"), schema.get("maximum")
    return st.floats(low, high, allow_nan=False, allow_infinity=False) | st.integers(
        -(2**53) if low is None else int(low), 2**53 if high is None else int(high)
    )


_OF_FORMAT: dict[str, Strategy] = {
    "uuid": st.uuids().map(str),
    "email": st.sampled_from(["ana@memsy.example", "x+y@z.example"]),
    "uri": st.just("https://memsy.example/a?b=c"),
    "date": st.dates().map(datetime.date.isoformat),
}
_OF_TYPE: dict[str, Callable[[Mapping[str, Any]], Strategy]] = {
    "object": _objects,
    "array": _arrays,
    "string": _strings,
    "integer": _integers,
    "number": _numbers,
    "boolean": lambda schema: st.booleans(),
    "null": lambda schema: st.none(),
}


# Answers.


@dataclass
class Answer:
    """What a server says to a call.

    Attributes:
        case: The operation that is called.
        response: The bytes.
        status: The status among them.
        document: The JSON, where it is as the contract says; else None.
    """

    case: Case
    response: bytes
    status: int
    document: Any = None


def _steps(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all values of a document."""
    if not isinstance(document, dict | list):
        return []
    found = []
    for step, value in list(document.items() if isinstance(document, dict) else enumerate(document)):
        found += [(*path, step), *_steps(value, (*path, step))]
    return found


@st.composite
def damaged(draw: Any, documents: Strategy) -> Any:
    """A document of which one or two values are something else, or are not there."""
    document = json.loads(json.dumps(draw(documents)))
    for _ in range(draw(st.integers(1, 2))):
        ways = _steps(document)
        if not ways:
            return draw(ODD)
        *way, last = draw(st.sampled_from(ways))
        node = functools.reduce(lambda inner, step: inner[step], way, document)
        if isinstance(node, dict) and draw(st.booleans()):
            del node[last]
        else:
            node[last] = draw(ODD)
    return document


_SPOILT: list[Callable[[bytes], bytes]] = [
    lambda text: text[: len(text) // 2],
    lambda text: b"\xef\xbb\xbf" + text,
    lambda text: text + text,
    lambda text: text.replace(b"1", b"1e400"),
    lambda text: text.replace(b"0", b"9" * 5000),
    lambda text: text.replace(b'"', b"'"),
    lambda text: text.replace(b"null", b"NaN").replace(b"true", b"Infinity"),
    lambda text: text.replace(b": ", b": \x00"),
    lambda text: text.decode("utf-8", "replace").encode("utf-16"),
    lambda text: text.replace(b"a", "é".encode("latin-1")),
    lambda text: b'{"a":' * 3000 + text,
    lambda text: b"[" * 100_000,
    lambda text: b"",
    lambda text: b"<html>" + text,
]


@st.composite
def _framed(draw: Any, body: bytes, status: int) -> bytes:
    """A well-formed response with this body."""
    headers = draw(st.dictionaries(st.sampled_from(_HEADERS), st.sampled_from(_VALUES), max_size=2))
    framing = draw(st.sampled_from(["length", "length", "chunks", "gzip"]))
    if framing == "gzip":
        return message(gzip.compress(body, mtime=0), status, {**headers, "Content-Encoding": "gzip"})
    if framing == "length":
        return message(body, status, headers)
    size = draw(st.integers(1, 40)) if len(body) < 4000 else 4000
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    lines = [f"HTTP/1.1 {status} Said", "Transfer-Encoding: chunked", *(f"{name}: {headers[name]}" for name in headers)]
    return (
        "\r\n".join(lines).encode("latin-1")
        + b"\r\n\r\n"
        + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])
    )


_HEADERS = ["X-Request-Id", "X-Usage-EventsIngested", "X-RateLimit-Remaining", "X-Plan", "Retry-After", "Content-Type"]
_VALUES = ["0", "17", "-1", "1e400", "9" * 5000, "", "é", "soon", "nan", KEY, "Wed, 21 Oct 2099 07:28:00 GMT"]
_ERRORS = [400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 501, 502, 503, 504, 599, 300, 307, 999]
_ERROR_BODIES: Strategy = st.fixed_dictionaries(
    {},
    optional={
        "detail": ANY_JSON
        | st.fixed_dictionaries(
            {"error": st.sampled_from(["usage_limit_exceeded", "wrong_scope", "admin_required", "", KEY]) | ODD},
            optional={"message": TEXT | ODD, "current": ODD, "limit": ODD, "tier": ODD},
        )
        | st.lists(st.fixed_dictionaries({}, optional={"loc": ANY_JSON, "msg": ODD, "type": ODD}), max_size=3),
        "message": TEXT | ODD,
        "error": ODD,
    },
)


@st.composite
def answers(draw: Any) -> Answer:
    """An answer to some operation: as the contract says, nearly so, not at all, no JSON, or an error."""
    case = draw(st.sampled_from(ALL))
    kind = draw(st.sampled_from(["right", "right", "damaged", "damaged", "any", "spoilt", "error"]))
    documents = conforming(case.schema) if case.has_body else st.none()
    status, document = 200, None
    if kind == "right":
        value = document = draw(documents)
    elif kind == "error":
        status, value = draw(st.sampled_from(_ERRORS)), draw(_ERROR_BODIES | damaged(_ERROR_BODIES) | ANY_JSON)
    else:
        value = draw(ANY_JSON if kind == "any" else documents if kind == "spoilt" else damaged(documents))
    body = json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    if kind == "spoilt" or (kind == "error" and draw(st.booleans())):
        body = draw(st.sampled_from(_SPOILT))(body)
    if "\ud800" in json.dumps(document, ensure_ascii=False):
        document = None  # written as bytes, it is no UTF-8
    return Answer(case, draw(_framed(body, status)), status, document)


# Requests.


class Level(int, enum.Enum):
    TEN = 10


class Share(float, enum.Enum):
    NONE = float("nan")


class Broken:
    """Raises whenever anybody looks at it."""

    def __iter__(self) -> Any:
        raise ValueError("no")

    def __str__(self) -> str:
        raise ValueError("no")

    __repr__ = __str__

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("Broken()")


#: No argument is of these, or not always.
ODD_ARGUMENTS: Strategy = ANY_JSON | st.sampled_from(
    [
        *(float("nan"), float("inf"), 10**5000, Level.TEN, Share.NONE, decimal.Decimal("1.5"), 1j),
        *(datetime.datetime(2026, 1, 31), datetime.date.max, datetime.timedelta(1), b"x", bytearray(b"x")),
        *(object(), Broken(), [Broken()], {1, 2}, {1: 2}, {("a",): 1}, range(3), int, len, random.Random),
        *("..", ".", "a/b", "a\r\nX: b", "%2e%2e", "\x7f"),
    ]
)


@dataclass
class Arguments:
    """Arguments of a call.

    Attributes:
        case: The operation.
        values: The arguments by name.
        odd: The names of those that are not as the contract says.
    """

    case: Case
    values: dict[str, Any]
    odd: frozenset[str]

    def __repr__(self) -> str:
        return f"Arguments({self.case}, {list(self.values)}, odd={sorted(self.odd)})"


def _argument(name: str, schema: Mapping[str, Any]) -> Strategy:
    """What a caller may pass for it: JSON values, models, iterators, times."""
    if name == "events":
        events = conforming(followed(schema["items"])).map(_event)
        return st.lists(events, min_size=1, max_size=3) | st.lists(events, min_size=1, max_size=2).map(iter)
    described = followed(schema)
    if described.get("format") == "date-time":
        return MOMENTS | MOMENTS.map(datetime.datetime.isoformat)
    if described.get("type") == "array":
        known = followed(described["items"]).get("properties")
        # A field that the contract does not know is refused in a dict, as a misspelt argument is.
        lists = conforming(schema).map(lambda items: [_with(known, item) for item in items] if known else items)
        return lists | lists.map(tuple) | lists.map(iter)
    return conforming(schema)


def _with(known: Mapping[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name in known}


def _event(fields: dict[str, Any]) -> Any:
    try:
        return EventPayload.from_dict(fields)
    except MemsyDecodeError:
        return fields


@st.composite
def arguments(draw: Any) -> Arguments:
    """Arguments of some operation, of which some may be anything."""
    case = draw(st.sampled_from(ALL))
    values, odd = {}, set()
    for name, parameter in case.parameters.items():
        if not parameter.is_required and draw(st.booleans()):
            continue
        if draw(st.sampled_from([False] * 5 + [True])):
            odd.add(name)
            values[name] = draw(ODD_ARGUMENTS)
        else:
            values[name] = draw(_argument(name, parameter.schema))
        if f"{{{name}}}" in case.operation.path and values[name] in (".", ".."):
            odd.add(name)  # which the contract allows, and no path can carry
    return Arguments(case, values, frozenset(odd))
