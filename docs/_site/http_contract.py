"""The HTTP contract as pages: every operation and every schema of `openapi.yaml`, without a script to render it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Node = dict[str, Any]
#: The keywords of a least and a most, and what they count.
LIMITS = (("minimum", "maximum", ""), ("minLength", "maxLength", " characters"), ("minItems", "maxItems", " items"))
METHODS = ("get", "post", "put", "patch", "delete")


class HttpContract:
    """The pages of one document."""

    def __init__(self, path: Path) -> None:
        self.document: Node = json.loads(path.read_text("utf-8"))

    def pages(self) -> dict[str, str]:
        """The text of each page, by its name."""
        info, components = self.document["info"], self.document["components"]
        operations = list(self._operations())
        planes = {plane: [entry for entry in operations if entry[0] == plane] for plane in ("core", "control")}
        lines = [f"# The HTTP contract\n\n{info['description']}"]
        lines.append(
            "The whole document: {download}`openapi.yaml <../openapi.yaml>`. "
            "[Schemas](schemas.md) has the objects, [headers and errors](responses.md) what every response has."
        )
        lines += [
            f"## The {plane} plane\n\n"
            + self._table(
                ["request", "what it does", "in Python"],
                [
                    [f"[`{method.upper()} {path}`]({plane}.md#{_anchor(node)})", node["summary"], f"`{_python(node)}`"]
                    for _, _, method, path, node in entries
                ],
            )
            for plane, entries in planes.items()
        ]
        return {
            "index": "\n\n".join(lines) + "\n",
            **{plane: self._plane(plane, entries) for plane, entries in planes.items()},
            "schemas": "\n\n".join(
                ["# Schemas", *(self._schema(name, node) for name, node in components["schemas"].items())]
            ),
            "responses": "\n\n".join(["# Headers and errors", *self._shared()]),
        }

    def _operations(self) -> Iterator[tuple[str, str, str, str, Node]]:
        """Each as plane, base URL, method, path and node."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    node = item[method]
                    server = (node.get("servers") or item.get("servers") or self.document["servers"])[0]
                    parameters = [*item.get("parameters", []), *node.get("parameters", [])]
                    yield server["x-plane"], server["url"], method, path, {**node, "parameters": parameters}

    def _plane(self, plane: str, entries: list[tuple[str, str, str, str, Node]]) -> str:
        lines = [f"# Requests of the {plane} plane", f"Paths are below the base URL, such as `{entries[0][1]}`."]
        described = {tag["name"]: tag["description"] for tag in self.document["tags"]}
        tag = None
        for _, _, method, path, node in entries:
            if node["tags"][0] != tag:
                tag = node["tags"][0]
                lines.append(f"## {tag}\n\n{described[tag]}")
            lines += self._operation(method, path, node)
        return "\n\n".join(lines) + "\n"

    def _operation(self, method: str, path: str, node: Node) -> Iterator[str]:
        yield f"({_anchor(node)})=\n### {node['summary']}"
        yield f"```text\n{method.upper()} {path}\n```"
        yield node["description"]
        yield _facts(node)
        if node["parameters"]:
            rows = [self._parameter(self._resolved(parameter)) for parameter in node["parameters"]]
            yield self._table(["parameter", "type", "what it is"], rows)
        if "requestBody" in node:
            yield from self._media("Request", self._resolved(node["requestBody"]))
        errors = []
        for status, response in node["responses"].items():
            if status.startswith("2"):
                yield from self._media(f"Response {status}", self._resolved(response))
            else:
                errors.append(f"- {status}: [{_target(response)}](responses.md#{_target(response).lower()})")
        yield "**Errors**\n\n" + "\n".join(errors)

    def _parameter(self, node: Node) -> list[str]:
        required = ", required" if node.get("required") else ""
        kind = f"{self._type(node['schema'])}, in the {node['in']}{required}"
        return [f"`{node['name']}`", kind, self._words(node, node["schema"])]

    def _media(self, title: str, node: Node) -> Iterator[str]:
        media = node.get("content", {}).get("application/json")
        kind = f" {self._type(media['schema'])}." if media else ""
        yield f"**{title}**:{kind} {node.get('description', '')}".rstrip()
        if not media:
            return
        schema = self._resolved(media["schema"])
        if "properties" in schema and title == "Request":
            yield self._fields(schema)
        for example in self._examples(media):
            yield f"```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```"

    def _examples(self, media: Node) -> list[Any]:
        if "example" in media:
            return [media["example"]]
        return [self._resolved(example)["value"] for example in list(media.get("examples", {}).values())[:1]]

    def _schema(self, name: str, node: Node) -> str:
        parts = [f"## {name}", node.get("description", "")]
        if "properties" in node:
            parts.append(self._fields(node))
        elif "anyOf" in node or "allOf" in node or "oneOf" in node:
            parts.append(f"{self._type(node)}.")
            parts += [self._fields(part) for part in node.get("allOf", []) if "properties" in part]
        elif "enum" not in node or "- `" not in node.get("description", ""):
            parts.append(self._type(node))
        return "\n\n".join(part for part in parts if part)

    def _fields(self, schema: Node) -> str:
        required = schema.get("required", [])
        rows = [
            [
                f"`{name}`",
                self._type(node) + (", required" if name in required else ""),
                self._words(node, node),
            ]
            for name, node in schema["properties"].items()
        ]
        return self._table(["field", "type", "what it is"], rows)

    def _shared(self) -> Iterator[str]:
        components = self.document["components"]
        yield "## Headers of responses"
        rows = [[f"`{name}`", node.get("description", "")] for name, node in self._header_names().items()]
        yield self._table(["header", "what it says"], rows)
        for name, node in components["responses"].items():
            yield f"## {name}\n\n{node['description']}"
            if raised := node.get("x-raises"):
                yield "In Python: " + ", ".join(f"`{error}`" for error in raised) + "."
            for media in node.get("content", {}).values():
                for example in self._examples(media):
                    yield f"```json\n{json.dumps(example, indent=2, ensure_ascii=False)}\n```"

    def _header_names(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for node in self.document["components"]["responses"].values():
            for name, header in node.get("headers", {}).items():
                found[name] = self._resolved(header)
        return found

    def _resolved(self, node: Node) -> Node:
        while "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].split("/")[1:]:
                target = target[step]
            node = target
        return node

    def _type(self, schema: Node) -> str:
        if "$ref" in schema:
            name = _target(schema)
            return f"[{name}](schemas.md#{name.lower()})"
        for keyword, word in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
            if keyword in schema:
                return word.join(self._type(part) for part in schema[keyword])
        if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
            return " or ".join(f"`{json.dumps(value)}`" for value in values)
        kinds = schema.get("type", "anything")
        words = " or ".join([kinds] if isinstance(kinds, str) else kinds)
        if "items" in schema:
            words = words.replace("array", f"list of {self._type(schema['items'])}")
        return words + (f" ({schema['format']})" if "format" in schema else "")

    def _words(self, described: Node, schema: Node) -> str:
        """A description, with its limits and the default."""
        limits = [_range(schema, *keys) for keys in LIMITS]
        default = f"Default `{json.dumps(schema['default'])}`." if "default" in schema else ""
        text = described.get("description") or self._resolved(schema).get("description", "")
        return " ".join(part for part in (text, *limits, default) if part)

    def _table(self, head: list[str], rows: list[list[str]]) -> str:
        lines = [head, ["---"] * len(head), *rows]
        return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _facts(node: Node) -> str:
    facts = [f"In Python: `{_python(node)}`."]
    if "x-scope" in node:
        facts.append(f"Scope: `{node['x-scope']}`.")
    if node.get("x-admin"):
        facts.append("Needs an organisation admin.")
    if node.get("x-repeatable"):
        facts.append("May be sent again when it is not known whether it arrived.")
    return " ".join(facts)


def _range(schema: Node, low: str, high: str, unit: str) -> str:
    if low in schema and high in schema:
        return f"{schema[low]:,} to {schema[high]:,}{unit}."
    if low in schema:
        return f"At least {schema[low]:,}{unit}."
    return f"At most {schema[high]:,}{unit}." if high in schema else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _target(node: Node) -> str:
    return str(node["$ref"]).rsplit("/", 1)[1]


def _anchor(node: Node) -> str:
    return "http-" + str(node["operationId"]).replace("_", "-")


def _python(node: Node) -> str:
    plane = node["tags"][0] in ("core", "control")
    return str(node["operationId"]) if plane else str(node["operationId"]).replace("_", ".", 1)
