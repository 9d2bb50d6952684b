"""The docs list every limit that is ours, not the service's: those which the contract marks with `x-chosen`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rules.nodes import resolved

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "contract.md"
START, END = "<!-- limits chosen here -->\n", "<!-- end of limits -->\n"
METHODS = {"get", "post", "put", "patch", "delete"}


def arguments(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every argument, or part of one, as method, name and schema."""
    for item in document["paths"].values():
        for node in (node for method, node in item.items() if method in METHODS):
            method = node["operationId"].replace("_", ".", 1) if node["tags"][0] not in ("core", "control") else None
            method = method or node["operationId"]
            for parameter in (resolved(document, part) for part in node.get("parameters", [])):
                yield method, parameter["name"], resolved(document, parameter["schema"])
            for media in resolved(document, node.get("requestBody", {})).get("content", {}).values():
                for name, schema in parts(document, resolved(document, media["schema"])):
                    yield method, name, schema


def parts(document: Any, schema: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in schema.get("properties", {}).items():
        yield prefix + name, inner
        if "items" in inner:
            items = resolved(document, inner["items"])
            yield f"{prefix}{name}[]", items
            yield from parts(document, items, f"{prefix}{name}[].")


def told(schema: Any) -> str:
    """The chosen limits of a schema in words."""
    chosen = {key: schema[key] for key in schema.get("x-chosen", [])}
    words = []
    for low, high, unit in (
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
    ):
        if low in chosen and high in chosen:
            words.append(f"{chosen[low]:,} to {chosen[high]:,}{unit}")
        elif low in chosen or high in chosen:
            words.append(
                f"at {'most' if high in chosen else 'least'} {chosen[high if high in chosen else low]:,}{unit}"
            )
    words += ["not blank"] if "pattern" in chosen else []
    words += [f"of the form `{chosen['format']}`"] if "format" in chosen else []
    words += [" or ".join(f"`{value}`" for value in chosen["enum"])] if "enum" in chosen else []
    return ", ".join(words)


def table(document: Any) -> str:
    rows: dict[tuple[str, str], list[str]] = {}
    for method, name, schema in arguments(document):
        if limits := told(schema):
            methods = rows.setdefault((name, limits), [])
            methods += [method] if method not in methods else []
    lines = [
        f"| `{name}` | {limits} | {', '.join(f'`{method}`' for method in methods)} |"
        for (name, limits), methods in sorted(rows.items())
    ]
    return "\n".join(["| argument | limit | of |", "| --- | --- | --- |", *lines, ""])


def test_the_docs_list_the_limits_that_are_ours() -> None:
    """Renew the list with RENEW_GOLDEN=1."""
    document = json.loads((ROOT / "memsy_client" / "_generated" / "openapi.json").read_text(encoding="utf-8"))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    listed, _, after = rest.partition(END)
    expected = f"\n{table(document)}\n"
    if os.environ.get("RENEW_GOLDEN"):
        PAGE.write_text(before + START + expected + END + after, encoding="utf-8")
        return
    assert listed == expected
    count = json.dumps(document).count('"x-chosen"')
    assert len(set(map(id, (schema for _, _, schema in arguments(document) if "x-chosen" in schema)))) == count
