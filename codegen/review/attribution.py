"""Which changed name an error of a type checker is about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from .judgement import PythonChange
from .names import Names
from .pyright import Finding
from .sources import Source

_PACKAGE = "memsy_client"
#: How much it counts that a change is touched within the error itself, its statement, its function, its file.
_WEIGHTS = (16, 8, 3, 1)


class Attribution:
    """The names that one file uses, found by where an error is.

    `kinds` holds the types of receivers by the identities of the attributes that are read from them.
    """

    def __init__(self, source: Source, names: Names, kinds: dict[int, str]) -> None:
        self._source, self._names, self._kinds = source, names, kinds
        self._imported = imported_names(source.tree)
        self._parents = {id(child): node for node in ast.walk(source.tree) for child in ast.iter_child_nodes(node)}

    def name_of(self, finding: Finding) -> str:
        """The change that explains an error best: what it touches and what its message speaks of."""
        touched = [set(self._touched(nodes)) - {""} for nodes in self._around(finding)]
        changes = [change for found in self._names.changes.values() for change in found]

        def score(change: PythonChange) -> int:
            owner, _, last = change.name.rpartition(".")
            weights = zip(_WEIGHTS, touched, strict=True)
            weight = next((weight for weight, names in weights if {change.name, owner} & names), 0)
            words = set(re.findall(r"\w+", finding.message))
            told = (14 if last in words else 0) + (2 if owner.rpartition(".")[2] in words else 0)
            is_itself = any(change.name in names for names in touched)
            return weight + told + 3 * is_itself + change.is_breaking

        return max(changes, key=score).name

    def _around(self, finding: Finding) -> list[list[ast.AST]]:
        """The nodes within the error, in its statement with what its variables were made of, its function, its file."""
        within = [node for node in ast.walk(self._source.tree) if _overlaps(node, finding)]
        statement = max((node for node in within if isinstance(node, ast.stmt)), key=_start, default=self._source.tree)
        function: ast.AST = statement
        while id(function) in self._parents and not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            function = self._parents[id(function)]
        inner = [node for node in within if isinstance(node, ast.expr | ast.keyword | ast.alias)]
        closest: list[ast.AST] = [node for node in inner if _is_inside(node, finding)] or [*inner]
        near = [*_parts(statement), *self._made_of(statement, function)]
        return [closest, near, list(ast.walk(function)), list(ast.walk(self._source.tree))]

    def _made_of(self, statement: ast.AST, function: ast.AST) -> Iterator[ast.AST]:
        """What the variables of a statement were set to, and the variables of that in turn."""
        wanted, seen = _variables(_parts(statement)), set[str]()
        while wanted - seen:
            seen |= wanted
            for node in ast.walk(function):
                targets, value = _assignment(node)
                if value is not None and seen & _variables(targets):
                    yield from ast.walk(value)
                    wanted |= _variables(ast.walk(value))

    def _touched(self, nodes: list[ast.AST]) -> Iterator[str]:
        """The dotted names that nodes speak of."""
        for node in nodes:
            if isinstance(node, ast.Attribute):
                yield from self._names.named(self._kinds.get(id(node), ""), node.attr)
                yield node.attr  # a class, read from a module
            elif isinstance(node, ast.Name):
                yield self._imported.get(node.id, "")
            elif isinstance(node, ast.alias):
                yield node.name
            elif isinstance(node, ast.keyword) and isinstance(call := self._parents[id(node)], ast.Call):
                yield from (f"{name}.{node.arg}" for name in self._touched([call.func]))


def imported_names(tree: ast.Module) -> dict[str, str]:
    """The names of the package that a file imports, by what it calls them."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == _PACKAGE
        for alias in node.names
    }


def _start(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


def _overlaps(node: ast.AST, finding: Finding) -> bool:
    start, end = (finding.line, finding.column), (finding.end_line, finding.end_column)
    return _start(node) < end and start < _end(node)


def _is_inside(node: ast.AST, finding: Finding) -> bool:
    return (finding.line, finding.column) <= _start(node) and _end(node) <= (finding.end_line, finding.end_column)


def _parts(statement: ast.AST) -> list[ast.AST]:
    """The nodes of a statement without those of the statements in it."""
    found: list[ast.AST] = []
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    return found


def _assignment(node: ast.AST) -> tuple[list[ast.AST], ast.AST | None]:
    """What a node gives a value to, with that value: an assignment, a loop, a `with`."""
    target = getattr(node, "target", None) or getattr(node, "optional_vars", None)
    targets: list[ast.AST] = [*node.targets] if isinstance(node, ast.Assign) else [target] if target else []
    value = getattr(node, "value", None) or getattr(node, "iter", None) or getattr(node, "context_expr", None)
    return [part for each in targets for part in ast.walk(each)], value


def _variables(nodes: Iterable[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}
