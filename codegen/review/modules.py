"""The source files of a package, read: nothing of it is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file."""

    path: Path
    text: str
    tree: ast.Module

    @classmethod
    def read(cls, path: Path) -> Module:
        """Read a file of Python."""
        text = path.read_text(encoding="utf-8")
        return cls(path, text, ast.parse(text))

    @property
    def classes(self) -> dict[str, ast.ClassDef]:
        """Its classes."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    def assigned(self, name: str) -> ast.expr | None:
        """The value that a name is given at the top of the file."""
        for node in self.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                return getattr(node, "value", None)
        return None

    def source(self, node: ast.ClassDef | Function) -> str:
        """The lines of a class or function."""
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        return "\n".join(self.text.splitlines()[first - 1 : node.end_lineno])


def functions(node: ast.ClassDef) -> Iterator[Function]:
    """The methods of a class; of those that a condition holds (`if TYPE_CHECKING`), each alternative."""
    waiting = [*node.body]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            yield part
        elif isinstance(part, ast.If):
            waiting[:0] = [*part.body, *part.orelse]


def decorators(node: ast.ClassDef | Function) -> list[str]:
    """What stands before a class or function, as it is written."""
    return [ast.unparse(each) for each in node.decorator_list]


def names(node: ast.AST) -> set[str]:
    """The names that stand in an expression."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
