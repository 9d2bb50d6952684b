"""No module imports itself by way of others, whether at once, inside a function, or for type checking only."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2] / "memsy_client"


def modules(root: Path) -> dict[str, Path]:
    """The modules below a package's folder, by their dotted names; a package has the name of its folder."""
    found = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name: str, paths: Mapping[str, Path]) -> Iterator[str]:
    """The modules of the package that a module's import statements name, wherever in the file they are."""
    package = name if paths[name].name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(paths[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in paths)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *(node.module.split(".") if node.module else [])])
            for alias in node.names:
                target = f"{origin}.{alias.name}"
                if target in paths:
                    yield target
                elif origin in paths:
                    yield origin


def circle(root: Path) -> list[str]:
    """Some circle of imports below a package's folder, or an empty list; models may refer to each other."""
    paths = modules(root)
    graph = {
        name: [target for target in imports_of(name, paths) if not (is_model(name) and is_model(target))]
        for name in sorted(paths)
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def is_model(name: str) -> bool:
    return name.startswith("memsy_client._generated.models.")


def test_no_module_of_the_package_imports_itself_by_way_of_others():
    assert circle(ROOT) == []


def test_a_circle_is_seen_wherever_in_the_file_its_imports_are(tmp_path):
    package = tmp_path / "pack"
    (package / "room").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "room" / "__init__.py").write_text("from . import above\n")
    (package / "room" / "above.py").write_text("if TYPE_CHECKING:\n    from ..below import name\n")
    (package / "below.py").write_text("def load():\n    import pack.room\n")
    (package / "alone.py").write_text("from . import below\nfrom .room import above\nimport os\n")
    assert set(circle(package)) == {"pack.below", "pack.room", "pack.room.above"}
