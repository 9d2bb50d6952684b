"""What the generator refuses by name: ways to send, bodies, keys and values that its clients do not have."""

from __future__ import annotations

import keyword
import re

from .nodes import Node, json_pointer, nodes, resolved, walk
from .registry import Document, Faults, wrong

_JSON = re.compile(r"application/([^;]+\+)?json")
_SCHEMAS = ("schema", "component schema", "media schema", "property")


@wrong
def parameters_can_be_sent(document: Document) -> Faults:
    """Parameters travel in the path, the query or a header, one value after the other."""
    styles = {"path": "simple", "query": "form", "header": "simple"}
    for node in nodes(document, "parameter"):
        location = node.value.get("in")
        if "$ref" in node.value:
            continue
        if location not in styles:
            yield f"{node.pointer}: {location} parameters are not supported; use the query or a header"
        elif "schema" not in node.value:
            yield f"{node.pointer}: a parameter needs a `schema`; `content` is not supported"
        elif node.value.get("style", styles[location]) != styles[location] or not node.value.get("explode", True):
            yield f"{node.pointer}: `style` and `explode` are supported with their defaults alone; leave them out"


@wrong
def bodies_are_json(document: Document) -> Faults:
    """Requests and responses hold JSON, and only one kind of it."""
    for node in nodes(document, "body", "response"):
        content = node.value.get("content", {})
        wanted = "application/json" if node.kind == "body" else None
        for media_type in content:
            if media_type == wanted or (wanted is None and _JSON.fullmatch(media_type)):
                continue
            what = "a stream of events" if media_type.startswith("text/event-stream") else f"a body of {media_type}"
            yield f"{node.pointer}/content: {what} is not supported; only application/json is"


@wrong
def nothing_is_binary(document: Document) -> Faults:
    """JSON holds no bytes."""
    for node in nodes(document, *_SCHEMAS):
        if node.value.get("format") == "binary" or "contentEncoding" in node.value:
            yield f"{node.pointer}: binary content is not supported; send text, or a link"


@wrong
def tuples_are_closed(document: Document) -> Faults:
    """A list whose items have a type each holds no others."""
    for node in nodes(document, *_SCHEMAS):
        if "prefixItems" in node.value and node.value.get("items", False) is not False:
            yield f"{node.pointer}: further `items` after `prefixItems` are not supported; say `items: false`"


@wrong
def planes_have_names(document: Document) -> Faults:
    """A plane becomes a class, so that its name has to be one of Python."""
    for node in walk(Node("document", (), document)):
        servers = node.value.get("servers", []) if node.kind in ("document", "path", "operation") else []
        for index, server in enumerate(servers):
            name = str(server.get("x-plane", "core"))
            if not name.isidentifier() or keyword.iskeyword(name):
                yield f"{node.pointer}/servers/{index}/x-plane: {name!r} is not an identifier"


@wrong
def enums_have_one_type(document: Document) -> Faults:
    """An enum holds either texts or integers, and null besides."""
    for node in nodes(document, *_SCHEMAS):
        values = node.value.get("enum")
        if isinstance(values, list) and len({type(value) for value in values if value is not None}) > 1:
            yield f"{node.pointer}/enum: its values are of several types; give each type a schema of its own"


@wrong
def patterns_are_regular_expressions(document: Document) -> Faults:
    """The embedded server checks requests by them."""
    for node in nodes(document, *_SCHEMAS):
        for pattern in [node.value.get("pattern"), *node.value.get("patternProperties", {})]:
            try:
                re.compile(pattern or "")
            except re.error as error:
                yield f"{node.pointer}: the pattern {pattern!r} is not a regular expression: {error}"


@wrong
def keys_are_bearer_tokens(document: Document) -> Faults:
    """Clients authenticate by one bearer token."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        scheme = resolved(document, scheme)
        if (scheme.get("type"), str(scheme.get("scheme", "")).lower()) != ("http", "bearer"):
            pointer = json_pointer(("components", "securitySchemes", name))
            yield f"{pointer}: only `type: http` with `scheme: bearer` is supported"
