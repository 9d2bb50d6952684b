"""Write api.md: a line for each method, model and exception, so that a review shows the surface that changed.

PYTHONPATH=codegen python -m review.api_page            write it
PYTHONPATH=codegen python -m review.api_page --check    fail when it is not what the client has
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from .surface import Method, Parameter, Surface, read_surface

ROOT = Path(__file__).resolve().parents[2]
_HEAD = """\
# The public surface

Written by `make generate`; edits here are lost. A line for each method, model and exception. Methods of
`AsyncMemsyClient` and `AsyncMemsyControlClient` are the same, to await; those under `with_raw_response` are, too.
"""


def api_page(surface: Surface) -> str:
    """The page of a surface."""
    return "\n".join([_HEAD, *_clients(surface), *_models(surface), *_exceptions(surface)])


def _clients(surface: Surface) -> Iterator[str]:
    for client, parameters in surface.clients.items():
        yield f"## {client}\n\n- `{client}({_signature(parameters)})`"
        own = {name: method for name, method in surface.methods.items() if name.rpartition(".")[0] == client}
        yield from (_method(name, method) for name, method in own.items())
        yield ""
        for resource in (name for name in surface.resources if name.startswith(f"{client}.")):
            yield f"### {resource}\n"
            found = {name: method for name, method in surface.methods.items() if name.rpartition(".")[0] == resource}
            yield from (_method(name, method) for name, method in found.items())
            yield ""


def _method(name: str, method: Method) -> str:
    line = f"- `{name.partition('.')[2]}({_signature(method.parameters)}) -> {method.returns}`"
    return ", ".join([line, *_facts(method)])


def _facts(method: Method) -> Iterator[str]:
    """What the contract says of a method beside its types."""
    if method.path:
        yield f"`{method.path}`"
    if scope := method.meanings.get("scope"):
        yield f"scope `{scope}`"
    if method.meanings.get("admin"):
        yield "admins"
    if method.meanings.get("repeatable"):
        yield "repeatable"


def _models(surface: Surface) -> Iterator[str]:
    yield "## Models\n"
    for name, model in surface.models.items():
        properties = [f"{attribute}: {kind}" for attribute, kind in model.properties.items()]
        shown = f", with the attributes `{', '.join(properties)}`" if properties else ""
        yield f"- `{name}({_signature(model.fields)})`{shown}"
    yield "\n## Vocabularies\n"
    for name, values in surface.literals.items():
        yield f"- `{name}`: {', '.join(f'`{value!r}`' for value in values)}"


def _exceptions(surface: Surface) -> Iterator[str]:
    yield "\n## Exceptions\n"
    yield from (f"- `{name}({bases[0]})`" for name, bases in surface.exceptions.items())
    yield ""


def _signature(parameters: tuple[Parameter, ...]) -> str:
    """Parameters as Python writes them."""
    written: list[str] = []
    for part in parameters:
        has_star = any(each.startswith("*") for each in written)
        if part.kind == "keyword" and not has_star:
            written.append("*")
        stars = part.kind if part.kind.startswith("*") else ""
        default = "" if part.default is None else f" = {part.default}"
        written.append(f"{stars}{part.name}: {part.annotation}{default}")
    return ", ".join(written)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    arguments = parser.parse_args()
    page = ROOT / "api.md"
    text = api_page(read_surface(ROOT / "memsy_client"))
    if not arguments.check:
        page.write_text(text, encoding="utf-8")
        return 0
    if not page.exists() or page.read_text(encoding="utf-8") != text:
        print("api.md is not what the client has: run `make generate`")
        return 1
    print("api.md: as the client has it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
