"""Every package that is imported is one that installing this one brings."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import memsy_client

ROOT = Path(memsy_client.__file__).parent
#: Packages that are imported by another name than they are installed by.
INSTALLED_AS = {"dateutil": "python-dateutil", "opentelemetry": "opentelemetry-api"}
#: What has been imported before the file gets there: by the program whose event loop is trio's, by pytest or pydantic.
PRESENT = {
    "trio": ("_transports/per_loop.py", "_bulk/async_background.py"),
    "pytest": ("local/pytest_plugin.py",),
    "pydantic_core": ("integrations/pydantic.py",),
}


def _declared(*extras: str) -> set[str]:
    """The names of the dependencies that come with these extras, and without any."""
    names = set()
    for requirement in requires("memsy-client") or []:
        extra = re.search(r"extra == ['\"](.+?)['\"]", requirement)
        if extra is None or extra[1] in extras:
            names.add(re.split(r"[^\w.-]", requirement)[0])
    return names


def _extras_of(file: str) -> tuple[str, ...]:
    if file == "_core/codec.py":
        return ("fast",)
    if file.startswith("_transports/aiohttp"):
        return ("aiohttp",)
    if file == "integrations/otel.py":
        return ("otel",)
    if file.startswith("cli/"):
        return ("cli",)
    return ("local", "embeddings") if file.startswith("local/") else ()


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]
        yield from _imported(node)


def test_every_imported_package_is_declared() -> None:
    undeclared = []
    for path in ROOT.rglob("*.py"):
        file = path.relative_to(ROOT).as_posix()
        declared = _declared(*_extras_of(file))
        foreign = set(_imported(ast.parse(path.read_text("utf-8")))) - sys.stdlib_module_names - {"memsy_client"}
        undeclared += [
            f"{file} imports {name}"
            for name in foreign
            if INSTALLED_AS.get(name, name) not in declared and file not in PRESENT.get(name, ())
        ]
    assert not undeclared
