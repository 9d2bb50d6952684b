"""Whom a change breaks: code, held against both versions of the package.

What is an error only with the new version is *broken*. What no type checker can tell is *maybe*: a use of a changed
name whose receiver has no type, and an argument by position whose position changed without an error.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from . import pyright
from .attribution import Attribution, imported_names
from .names import Names
from .sources import Source, asked, copy_sources, find_sources, reads, with_questions
from .untyped_code import changed_use, is_untyped, moved_argument
from .versions import Version


@dataclass(frozen=True, order=True)
class Caller:
    """One line that a change breaks (`broken`), or that it may (`maybe`)."""

    file: str
    line: int
    verdict: str
    name: str


def check_code(callers: Path, versions: tuple[Version, Version], names: Names, folder: Path) -> list[Caller]:
    """The lines of a file or folder that the changes concern; `folder` is for what is made on the way."""
    sources = find_sources(callers)
    if not sources or not names.changes:
        return []
    check = _Check(callers, sources, names, folder)
    old, new = check.run(versions)
    known = {finding.key for finding in old}
    errors = [finding for finding in new if finding.severity == "error" and finding.key not in known]
    return sorted({each for source in sources for each in check.judge(source, old, errors)})


class _Check:
    """Code, copied twice: as it is, and with questions for the types of what changed names are read from."""

    def __init__(self, callers: Path, sources: list[Source], names: Names, folder: Path) -> None:
        self._names, self._folder = names, folder
        self._roots = _roots(callers)
        self._copies, self._questions = folder / "callers", folder / "questions"
        self._nodes = {source.relative: reads(source, names.attributes) for source in sources}
        self._texts = {source.relative: with_questions(source, self._nodes[source.relative]) for source in sources}
        copy_sources(sources, self._copies, self._roots[0])
        questions = [replace(source, text=self._texts[source.relative]) for source in sources]
        copy_sources(questions, self._questions, self._roots[0])

    def run(self, versions: tuple[Version, Version]) -> tuple[list[pyright.Finding], list[pyright.Finding]]:
        """What pyright finds with either version; of the old one, what it answers, too."""
        asking = [f"{self._questions.name}/{path.as_posix()}" for path, nodes in self._nodes.items() if nodes]
        imported = [self._copies, self._copies / "src", *self._roots]
        checked = ([self._copies.name, *asking], [self._copies.name])
        started = [
            pyright.start(self._folder, paths, [version.folder, *imported])
            for paths, version in zip(checked, versions, strict=True)
        ]
        old, new = (pyright.findings(process) for process in started)
        return old, new

    def judge(self, source: Source, old: list[pyright.Finding], errors: list[pyright.Finding]) -> Iterator[Caller]:
        """The lines of one file."""
        kinds = self._kinds(source, old)
        attribution = Attribution(source, self._names, kinds)
        here = [finding for finding in errors if finding.file == self._copies / source.relative]
        broken = {(finding.line, attribution.name_of(finding)) for finding in here}
        yield from (Caller(str(source.path), line, "broken", name) for line, name in broken)
        lines = {line for line, _ in broken}
        moved = {(line, name) for line, name in self._moved(source, kinds) if line not in lines}
        maybe = {*self._untyped(source, kinds), *moved} - broken
        yield from (Caller(str(source.path), line, "maybe", name) for line, name in maybe)

    def _kinds(self, source: Source, old: list[pyright.Finding]) -> dict[int, str]:
        """The types of what the attributes are read from, by the identities of these."""
        file, nodes = self._questions / source.relative, self._nodes[source.relative]
        answers = {(each.line, each.column): each.revealed for each in old if each.file == file and each.revealed}
        questions = asked(self._texts[source.relative])
        if len(questions) != len(nodes):
            return {}
        pairs = zip(nodes, questions, strict=True)
        return {id(node): kind for node, where in pairs if (kind := answers.get(where))}

    def _untyped(self, source: Source, kinds: dict[int, str]) -> Iterator[tuple[int, str]]:
        calls = _calls(source)
        for node in self._nodes[source.relative]:
            if is_untyped(kinds.get(id(node), "")):
                name = changed_use(node, calls.get(id(node)), self._names)
                if name:
                    yield node.end_lineno or node.lineno, name

    def _moved(self, source: Source, kinds: dict[int, str]) -> Iterator[tuple[int, str]]:
        """Calls whose positional arguments mean others now."""
        surface, models = self._names.surface, imported_names(source.tree)
        for call in _calls(source).values():
            if isinstance(call.func, ast.Attribute):
                found = self._names.named(kinds.get(id(call.func), ""), call.func.attr)
            else:
                found = [models.get(call.func.id, "")] if isinstance(call.func, ast.Name) else []
            for name in found:
                method, model = surface.methods.get(name), surface.models.get(name)
                parameters = method.parameters if method else model.fields if model else ()
                if moved := moved_argument(name, parameters, call, self._names):
                    yield call.lineno, moved


def _calls(source: Source) -> dict[int, ast.Call]:
    """The calls of a file, by the identities of what they call."""
    return {id(node.func): node for node in ast.walk(source.tree) if isinstance(node, ast.Call)}


def _roots(callers: Path) -> list[Path]:
    """Where the callers' own modules are, beside what is copied."""
    if callers.is_file():
        return [callers.parent.resolve()]
    roots = [callers, callers / "src", *([callers.parent] if (callers / "__init__.py").exists() else [])]
    return [root.resolve() for root in roots]
