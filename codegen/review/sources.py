"""The code of callers: its files, copied to where they can be checked, and once more with questions put into them."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

#: Folders that hold other people's code.
_FOREIGN = {"node_modules", "site-packages", "__pycache__"}
#: What cannot be the only argument of a call as it is written.
_NOT_ASKED = ast.Yield | ast.YieldFrom | ast.NamedExpr | ast.GeneratorExp | ast.Starred


@dataclass(frozen=True)
class Source:
    """One file of Python: as users call it, relative to what was given, and its text with the tree of it."""

    path: Path
    relative: Path
    text: str
    tree: ast.Module


def find_sources(callers: Path) -> list[Source]:
    """The files of a folder, or the one file. What is not Python is passed over: no caller can run it."""
    found = []
    for path in [callers] if callers.is_file() else sorted(_files(callers)):
        try:
            text = path.read_text(encoding="utf-8")
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        found.append(Source(path, path.relative_to(callers.parent if callers.is_file() else callers), text, tree))
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in _FOREIGN:
            continue
        if path.is_dir() and not path.is_symlink() and not (path / "pyvenv.cfg").exists():
            yield from _files(path)
        elif path.suffix == ".py" and path.is_file():
            yield path


def copy_sources(sources: list[Source], target: Path, stubs: Path) -> None:
    """Copy the files into `target`, and the stubs that lie beside them in the folder `stubs`."""
    for source in sources:
        path = target / source.relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source.text, encoding="utf-8")
        stub = stubs / source.relative.with_suffix(".pyi")
        if stub.exists():
            shutil.copy(stub, path.with_suffix(".pyi"))


def in_order(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes in the order of the text: one that is put around another changes nothing for the rest."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from in_order(child)


def reads(source: Source, names: Collection[str]) -> list[ast.Attribute]:
    """The places where code reads an attribute that has one of these names, annotations left out."""
    skipped = {id(part) for annotation in _annotations(source.tree) for part in ast.walk(annotation)}
    return [
        node
        for node in in_order(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in names
        and id(node) not in skipped
        and not isinstance(node.value, _NOT_ASKED)
        and _is_where_it_says(source, node.value)
    ]


def _annotations(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        for name in ("annotation", "returns", "bases", "decorator_list", "type_params"):
            value = getattr(node, name, None)
            yield from value if isinstance(value, list) else [value] if isinstance(value, ast.AST) else []
        if isinstance(node, ast.MatchValue | ast.MatchClass):
            yield node


def with_questions(source: Source, nodes: list[ast.Attribute]) -> str:
    """The text with `reveal_type(…)` around what the attributes are read from."""
    lines = [line.encode() for line in source.text.splitlines(keepends=True)]
    inserted: list[tuple[int, int, int, bytes]] = []
    for node in nodes:
        value = node.value
        inserted.append((value.lineno, value.col_offset, 1, b"reveal_type("))
        inserted.append((value.end_lineno or 0, value.end_col_offset or 0, 0, b")"))
    for line, column, _, text in sorted(inserted, reverse=True):
        lines[line - 1] = lines[line - 1][:column] + text + lines[line - 1][column:]
    return b"".join(lines).decode()


def asked(text: str) -> list[tuple[int, int]]:
    """Where the questions of such a text stand, in their order, as type checkers count; none if it is wrong."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    lines = text.splitlines()
    questions = (node.value for node in in_order(tree) if isinstance(node, ast.Attribute))
    return [
        (question.args[0].lineno, _utf16(lines[question.args[0].lineno - 1], question.args[0].col_offset))
        for question in questions
        if isinstance(question, ast.Call) and isinstance(question.func, ast.Name) and question.func.id == "reveal_type"
    ]


def _utf16(line: str, offset: int) -> int:
    return len(line.encode()[:offset].decode().encode("utf-16-le")) // 2


def _is_where_it_says(source: Source, node: ast.expr) -> bool:
    """Whether a node stands where its position says: within f-strings, Python 3.11 does not know for sure."""
    text = ast.get_source_segment(source.text, node)
    try:
        return text is not None and ast.dump(ast.parse(f"({text})", mode="eval").body) == ast.dump(node)
    except SyntaxError:
        return False
