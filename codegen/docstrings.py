"""Docstrings of the generated client: text of the contract, wrapped and put into sections."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from memsy_client import exceptions

if TYPE_CHECKING:
    from contract.model_modules import ModelField
    from contract.nodes import Argument, ClientMethod

WIDTH = 116
ADMIN = "Needs an organisation admin: another key gets 403 `admin_required`."


def method(operation: ClientMethod) -> str:
    """The docstring of a client method."""
    return _join(
        _flowed(f"{_title(operation) or f'Call `{operation.name}`'}."),
        "Deprecated." if operation.is_deprecated else "",
        _flowed(operation.raw.node.get("description", "")),
        ADMIN if operation.raw.node.get("x-admin") else "",
        _section("Args", ((argument.name, about(argument)) for argument in operation.arguments)),
        _section("Returns", [("", operation.result_description or "The result.")] if operation.result else []),
        _raises(operation),
    )


def iterator(operation: ClientMethod) -> str:
    """The docstring of the method that iterates over the items of all pages."""
    paging = {"limit": "How many items to fetch at a time.", "offset": "How many items to skip."}
    arguments = [(argument.name, about(argument, paging.get(argument.wire))) for argument in operation.arguments]
    return _join(
        _flowed(f"{_title(operation) or operation.name}, one item after the other."),
        "Pages are fetched as they are needed. An item that moved to a later page, because others were added in front "
        "of it, is given once. The iteration ends with the last page, or with one that brings nothing new. "
        "`pages()` of it gives whole pages.",
        _section("Args", [*arguments, ("max_items", "How many items to give at most; None for all.")]),
        _section("Yields", [("", "The items, in the order of the pages.")]),
        _raises(operation),
    )


def polling(operation: ClientMethod) -> str:
    """The docstring of the method that repeats an operation."""
    node = operation.polling
    assert node
    title, _, further = node.description.partition(". ")
    arguments = [(argument.name, about(argument)) for argument in operation.required_arguments]
    arguments.append(("timeout", "Seconds to wait in all. The client's `deadline` bounds each request."))
    arguments.append(("poll_interval", "Seconds between two requests."))
    late = f"The answer is still {node.status}, and the next request would be later than `timeout`."
    return _join(
        _flowed(f"{title.rstrip('.')}."),
        _flowed(further),
        _section("Args", arguments),
        _section("Returns", [("", operation.result_description or "The result.")]),
        _raises(operation, ("TimeoutError", late)),
    )


def model(description: str, fields: Iterable[ModelField]) -> str:
    """The docstring of a model."""
    entries = [(field.name, about(field)) for field in fields]
    entries.append(("additional_properties", "Fields that the contract does not know, by their names on the wire."))
    return _join(_flowed(description), _section("Attributes", entries))


def about(item: Argument | ModelField, text: str | None = None) -> str:
    """What a docstring says of an item: a text, or else its description, with the limits that this leaves out."""
    text = text or item.description or "Not described in the contract."
    if item.schema.get("deprecated"):
        text = f"Deprecated. {text}"
    found = limits(item.schema)
    if set(re.findall(r"\d+", text.replace(",", ""))).issuperset(re.findall(r"\d+", found)):
        return text
    return f"{text.rstrip('.')}. {found[0].upper()}{found[1:]}."


def limits(schema: dict[str, Any]) -> str:
    """The limits of a schema as a reader wants them: `1 to 100`, `at most 256 characters`."""
    bounds = [
        _range(schema.get("minimum"), schema.get("maximum"), ""),
        _range(schema.get("minLength"), schema.get("maxLength"), " characters"),
        _range(schema.get("minItems"), schema.get("maxItems"), " items"),
        "not blank" if schema.get("pattern") == r"\S" else "",
    ]
    return ", ".join(filter(None, bounds))


def text(raw: str, indent: int) -> str:
    """Text of the contract as a docstring, indented for the source."""
    return docstring(_flowed(raw), indent)


def docstring(flowed: str, indent: int) -> str:
    """A docstring, as the functions above make it, indented for the source."""
    lines: list[str] = []
    for line in flowed.splitlines():
        words = line.lstrip()
        margin = " " * (indent + len(line) - len(words))
        hang = "  " if words.startswith("- ") else "    " if re.match(r"    \S+: ", line) else ""
        lines += _wrapped(words, margin, margin + hang) or [""]
    laid_out = "\n".join(lines).strip()
    # The closing quotes stand on a line of their own below several lines, and where a quote would run into them.
    return laid_out + (f"\n{' ' * indent}" if "\n" in laid_out or laid_out.endswith('"') else "")


def _wrapped(words: str, first: str, further: str) -> list[str]:
    return textwrap.wrap(
        words, WIDTH, initial_indent=first, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )


def _title(operation: ClientMethod) -> str:
    return str(operation.raw.node.get("summary", "")).rstrip(".")


def _raises(operation: ClientMethod, *further: tuple[str, str]) -> str:
    named = [(name, _summary(getattr(exceptions, name))) for name in operation.raises]
    return _section("Raises", [*named, *further, ("MemsyError", "The base of every failure; nothing else is raised.")])


def _summary(kind: type) -> str:
    """What an exception's own documentation says first, up to a further clause."""
    first = (inspect.getdoc(kind) or "").split("\n\n")[0]
    return first.split(";")[0].rstrip(".") + "."


def _section(title: str, entries: Iterable[tuple[str, str]]) -> str:
    lines = [
        f"    {name}: {' '.join(text.split())}" if name else f"    {' '.join(text.split())}" for name, text in entries
    ]
    return "\n".join([f"{title}:", *lines]) if lines else ""


def _join(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _flowed(raw: str) -> str:
    """A text with each paragraph and list item on one line."""
    stripped = "\n".join(line.strip() for line in raw.strip().splitlines())
    return re.sub(r"(?<=.)\n(?=.)(?!- )", " ", stripped)


def _range(low: Any, high: Any, unit: str) -> str:
    if low is not None and high is not None:
        return f"{low} to {high}{unit}"
    if high is not None:
        return f"at most {high}{unit}"
    return f"at least {low}{unit}" if low is not None else ""
