"""The report, as text, Markdown and JSON; the version that follows, and what the changelog has to name."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .callers import Caller
from .judgement import PythonChange
from .operations import Change
from .surface import Surface


@dataclass(frozen=True)
class Report:
    """What a change means.

    Attributes:
        base: What it was compared with, as it was named.
        surfaces: The surface of either version, old and new.
    """

    base: str
    wire: list[Change]
    python: list[PythonChange]
    callers: list[Caller]
    surfaces: tuple[Surface, Surface]

    @property
    def bump(self) -> str:
        """The part of the version that has to go up: `major`, `minor`, `patch` or `none`."""
        if any(change.is_breaking for change in self.wire) or any(change.is_breaking for change in self.python):
            return "major"
        if self.python or any(not change.is_words for change in self.wire):
            return "minor"
        return "patch" if self.wire else "none"

    def unnamed(self, changelog: str) -> list[str]:
        """The breaks that a changelog does not name, each as it should."""
        python = [change.name for change in self.python if change.is_breaking and not _names(changelog, change.name)]
        wire = [
            change.operation or change.pointer
            for change in self.wire
            if change.is_breaking
            and not _names(changelog, change.pointer)
            and not (change.operation and _names(changelog, change.operation))
        ]
        return list(dict.fromkeys([*python, *wire]))

    def draft(self) -> str:
        """Lines for the changelog, which name each break."""
        sections = [("Added", self._added()), ("Changed", [*self._broken(), *self._changed()])]
        return "\n\n".join(f"### {title}\n\n{_list(lines)}" for title, lines in sections if lines)

    def _added(self) -> list[str]:
        return [_line(change) for change in self.python if not change.is_breaking and change.is_addition]

    def _changed(self) -> list[str]:
        return [_line(change) for change in self.python if not change.is_breaking and not change.is_addition]

    def _broken(self) -> list[str]:
        lines = [_line(change) for change in self.python if change.is_breaking]
        lines += [f"{_operations(group)}: {text}." for (_, text), group in _grouped(self.wire, True)]
        return [f"**Breaking:** {line}" for line in lines]

    def as_json(self) -> str:
        """One object."""
        report = {
            "base": self.base,
            "bump": self.bump,
            "wire": [
                {
                    "verdict": _verdict(change.is_breaking),
                    "operation": change.operation,
                    "pointer": change.pointer,
                    "message": change.message,
                }
                for change in self.wire
            ],
            "python": [
                {"verdict": _verdict(change.is_breaking), "name": change.name, "message": change.message}
                for change in self.python
            ],
            "callers": [
                {"file": each.file, "line": each.line, "verdict": each.verdict, "name": each.name}
                for each in self.callers
            ],
        }
        return json.dumps(report, indent=2, ensure_ascii=False)

    def as_text(self) -> str:
        """For a terminal."""
        blocks = [f"The contract, compared with {self.base}: {self._summary()}"]
        for is_breaking in (True, False):
            title = _verdict(is_breaking)
            groups = list(_grouped(self.wire, is_breaking))
            lines = [f"  {_operations(group, '')}: {text}\n      {pointer}" for (pointer, text), group in groups]
            blocks += [f"Wire, {title}:\n" + "\n".join(lines)] if lines else []
            lines = [f"  {each.name} {each.message}" for each in self.python if each.is_breaking is is_breaking]
            blocks += [f"Python, {title}:\n" + "\n".join(lines)] if lines else []
        if self.callers:
            lines = [f"  {each.file}:{each.line}: {each.verdict}: {each.name}" for each in self.callers]
            blocks.append("Callers:\n" + "\n".join(lines))
        blocks.append(f"Version: {self.bump}")
        if draft := self.draft():
            blocks.append(f"A draft for the changelog:\n\n{draft}")
        return "\n\n".join(blocks)

    def as_markdown(self) -> str:
        """For a comment in a review, with the generated code that changed."""
        blocks = [f"## The contract, compared with `{self.base}`", f"{self._summary()} Version: **{self.bump}**."]
        if self.wire:
            rows = [
                (_verdict(flag), _operations(group), _cell(text), f"`{pointer}`")
                for flag in (True, False)
                for (pointer, text), group in _grouped(self.wire, flag)
            ]
            blocks += ["### Wire", _table(("verdict", "operation", "change", "pointer"), rows)]
        if self.python:
            lines = [(_verdict(each.is_breaking), f"`{each.name}`", _cell(each.message)) for each in self.python]
            blocks += ["### Python", _table(("verdict", "name", "change"), lines)]
        if self.callers:
            lines = [(each.verdict, f"`{each.file}:{each.line}`", f"`{each.name}`") for each in self.callers]
            blocks += ["### Callers", _table(("verdict", "where", "name"), lines)]
        if draft := self.draft():
            blocks += ["### A draft for the changelog", f"````markdown\n{draft}\n````"]
        if diffs := list(self._diffs()):
            blocks += ["### Generated code", *diffs]
        return "\n\n".join(blocks)

    def _summary(self) -> str:
        if not self.wire and not self.python:
            return "no difference in meaning."
        counts = [
            f"{sum(change.is_breaking for change in changes)} of {len(changes)} changes {where} break"
            for where, changes in (("on the wire", self.wire), ("in Python", self.python))
        ]
        return f"{' and '.join(counts)}."

    def _diffs(self) -> Iterator[str]:
        """The generated code that differs, folded by method and model."""
        old, new = (_sources(surface) for surface in self.surfaces)
        for name in dict.fromkeys([*old, *new]):
            before, after = old.get(name, ""), new.get(name, "")
            if before != after:
                lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="")
                text = "\n".join(lines)
                yield f"<details><summary><code>{name}</code></summary>\n\n````diff\n{text}\n````\n\n</details>"


def _sources(surface: Surface) -> dict[str, str]:
    """The generated code by the names of methods, models and vocabularies."""
    found = {name: method.source for name, method in surface.methods.items()}
    found |= {name: model.source for name, model in surface.models.items()}
    return found | {name: f"{name} = Literal{list(values)}" for name, values in surface.literals.items()}


def _list(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _line(change: PythonChange) -> str:
    return f"`{change.name}` {change.message}."


def _names(changelog: str, name: str) -> bool:
    """Whether a changelog names something. A name that is a word of everyday language has to stand out."""
    if re.fullmatch(r"[a-z]+", name):
        return re.search(rf"[`*\"'(:,-] ?{name}[`*\"'):,;]", changelog) is not None
    return re.search(rf"(?<![\w./~]){re.escape(name)}(?![\w/~]|\.\w)", changelog) is not None


def _verdict(is_breaking: bool) -> str:
    return "breaking" if is_breaking else "compatible"


def _grouped(changes: Iterable[Change], is_breaking: bool) -> Iterator[tuple[tuple[str, str], list[Change]]]:
    """Changes of one place, which several operations may have: by its pointer, in the words of the first."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        if change.is_breaking is is_breaking:
            groups.setdefault(change.pointer, []).append(change)
    for pointer, group in groups.items():
        yield (pointer, group[0].message), group


def _operations(group: list[Change], quote: str = "`") -> str:
    names = dict.fromkeys(change.operation for change in group if change.operation)
    return ", ".join(f"{quote}{name}{quote}" for name in names) or "the contract"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [titles, tuple("---" for _ in titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
