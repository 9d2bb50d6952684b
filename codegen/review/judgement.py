"""Two listings of the public surface, compared as code that calls the client sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .subtypes import is_within
from .surface import Method, Model, Parameter, Surface


@dataclass(frozen=True)
class PythonChange:
    """One change of the surface.

    Attributes:
        is_breaking: Whether it breaks code that is right today.
        name: The dotted public name, such as `MemsyClient.search.limit`.
        message: What it is, in one line.
        effect: What it acts on: `gone` (the name itself), `needed` (whether an argument is), `place` (of an argument),
            `type` (of what is given), `read` (what is got), `meaning`.
    """

    is_breaking: bool
    name: str
    message: str
    effect: str

    @property
    def is_addition(self) -> bool:
        """Whether it is a name that was not there."""
        return self.message.startswith("is new")


def judge(old: Surface, new: Surface) -> list[PythonChange]:
    """What has changed in the surface, what breaks first."""
    found = list(dict.fromkeys(_Judge(old, new).changes()))
    return sorted(found, key=lambda change: not change.is_breaking)


class _Judge:
    def __init__(self, old: Surface, new: Surface) -> None:
        self._old, self._new = old, new
        self._renamed = {**_renamed_models(old, new), **_renamed_literals(old, new)}

    def changes(self) -> Iterator[PythonChange]:
        yield from self._clients()
        yield from _existence(self._old.resources, self._new.resources, {})
        yield from self._methods()
        yield from self._models()
        yield from self._literals()
        yield from self._exceptions()

    def _clients(self) -> Iterator[PythonChange]:
        old, new = self._old.clients, self._new.clients
        yield from _existence(old, new, {})
        for name in _common(old, new):
            yield from self._parameters(name, old[name], new[name])

    def _methods(self) -> Iterator[PythonChange]:
        old, new = self._old.methods, self._new.methods
        yield from _existence(old, new, _moved_methods(old, new))
        for name in _common(old, new):
            yield from self._method(name, old[name], new[name])

    def _method(self, name: str, old: Method, new: Method) -> Iterator[PythonChange]:
        yield from self._parameters(name, old.parameters, new.parameters)
        before = self._today(old.returns)
        if before != new.returns:
            is_safe = self._is_within(new.returns, before, is_new_first=True)
            yield PythonChange(not is_safe, name, f"gives {new.returns}, before: {old.returns}", "read")
        yield from self._meanings(name, old, new)
        yield from self._raises(name, old, new)

    def _meanings(self, name: str, old: Method, new: Method) -> Iterator[PythonChange]:
        before, after = old.meanings, new.meanings
        if before.get("repeatable") != after.get("repeatable"):
            text = "may be sent again" if after.get("repeatable") else "must not be sent again"
            yield PythonChange(True, name, f"a request that may have arrived {text}", "meaning")
        if before.get("scope") != after.get("scope"):
            needed = after.get("scope")
            text = f"needs the scope {needed}" if needed else "needs no scope"
            yield PythonChange(needed is not None, name, f"{text}, before: {before.get('scope')}", "meaning")
        if before.get("admin") != after.get("admin"):
            text = "needs" if after.get("admin") else "no longer needs"
            yield PythonChange(bool(after.get("admin")), name, f"{text} an organisation admin", "meaning")

        if before.get("deprecated") != after.get("deprecated"):
            text = "is deprecated" if after.get("deprecated") else "is no longer deprecated"
            yield PythonChange(False, name, text, "meaning")

    def _raises(self, name: str, old: Method, new: Method) -> Iterator[PythonChange]:
        """A status that is no longer answered takes its exceptions along; one that is raises what it raised."""
        for code in _common(old.raises, new.raises):
            gone = [error for error in old.raises[code] if not self._is_raised(error, new.raises[code])]
            if gone:
                yield PythonChange(True, name, f"{code} no longer raises {', '.join(gone)}", "meaning")
        every, others = ({error for errors in method.raises.values() for error in errors} for method in (old, new))
        if added := sorted(others - every):
            yield PythonChange(False, name, f"may raise {', '.join(added)}", "meaning")

    def _is_raised(self, error: str, raised: list[str]) -> bool:
        """Whether `except error` still catches something: the error itself, or one that is one of it."""
        return any(error == each or error in self._new.exceptions.get(each, ()) for each in raised)

    def _parameters(
        self, name: str, old: tuple[Parameter, ...], new: tuple[Parameter, ...], *, is_model: bool = False
    ) -> Iterator[PythonChange]:
        """How something is called: a method, a client, a model that callers build."""
        before, after = {part.name: part for part in old}, {part.name: part for part in new}
        for part in old:
            if part.name not in after:
                yield PythonChange(True, f"{name}.{part.name}", "is gone", "gone")
        for part in new:
            if part.name not in before:
                yield PythonChange(_is_needed(part), f"{name}.{part.name}", _introduced(part), "needed")
        places = [_places(parts) for parts in (old, new)]
        for part in old:
            if part.name in after:
                yield from self._parameter(f"{name}.{part.name}", part, after[part.name], is_model=is_model)
                yield from _moved(f"{name}.{part.name}", part, *(each.get(part.name) for each in places))

    def _parameter(self, name: str, old: Parameter, new: Parameter, *, is_model: bool) -> Iterator[PythonChange]:
        if old.kind != new.kind:
            kinds = {"positional": "positional", "keyword": "keyword-only"}
            text = f"is {kinds.get(new.kind, new.kind)}, before: {kinds.get(old.kind, old.kind)}"
            yield PythonChange(new.kind == "keyword", name, text, "place")
        if _is_needed(old) != _is_needed(new):
            yield PythonChange(
                _is_needed(new), name, f"is now {'required' if _is_needed(new) else 'optional'}", "needed"
            )
        elif old.default != new.default:
            text = f"has the default {new.default}, before: {old.default}"
            yield PythonChange(True, name, text, "meaning")
        before = self._today(old.annotation)
        if before != new.annotation and not is_model:
            is_safe = self._is_within(before, new.annotation, is_new_first=False)
            yield PythonChange(not is_safe, name, f"takes {new.annotation}, before: {old.annotation}", "type")

    def _models(self) -> Iterator[PythonChange]:
        old, new = self._old.models, self._new.models
        yield from _existence(old, new, self._renamed)
        for name in _common(old, new):
            yield from self._model(name, old[name], new[name])
        for name, other in self._renamed.items():
            if name in old:
                yield from self._model(name, old[name], new[other])

    def _model(self, name: str, old: Model, new: Model) -> Iterator[PythonChange]:
        is_built = old.is_sent and new.is_sent
        before, after = old.attributes, new.attributes
        if is_built:
            yield from self._parameters(name, old.fields, new.fields, is_model=True)
        for field in before:
            if field not in after:
                yield PythonChange(True, f"{name}.{field}", "is gone", "gone")
        told = {part.name for part in new.fields} if is_built else set()
        for field in after:
            if field not in before and field not in told:
                yield PythonChange(False, f"{name}.{field}", "is new", "read")
        for field in _common(before, after):
            if self._today(before[field]) != after[field]:
                is_safe = self._is_safe(old, self._today(before[field]), after[field])
                text = f"is {after[field]}, before: {before[field]}"
                yield PythonChange(not is_safe, f"{name}.{field}", text, "read")

    def _is_safe(self, model: Model, old: str, new: str) -> bool:
        """Whether a field may change its type: for who reads it, and for who builds the model."""
        is_read = not model.is_received or self._is_within(new, old, is_new_first=True)
        return is_read and (not model.is_sent or self._is_within(old, new, is_new_first=False))

    def _literals(self) -> Iterator[PythonChange]:
        old, new = self._old.literals, self._new.literals
        yield from _existence(old, new, self._renamed)
        for name in _common(old, new):
            gone = [value for value in old[name] if value not in new[name]]
            added = [value for value in new[name] if value not in old[name]]
            if gone:
                yield PythonChange(True, name, f"no longer has {', '.join(map(repr, gone))}", "type")
            if added:
                yield PythonChange(False, name, f"has {', '.join(map(repr, added))} as well", "type")

    def _exceptions(self) -> Iterator[PythonChange]:
        old, new = self._old.exceptions, self._new.exceptions
        yield from _existence(old, new, {})
        for name in _common(old, new):
            if gone := [base for base in old[name] if base not in new[name]]:
                yield PythonChange(True, name, f"is no longer a {', a '.join(gone)}", "meaning")

    def _today(self, annotation: str) -> str:
        """An annotation of the old version by the names of the new one."""
        return re.sub(r"\w+", lambda word: self._renamed.get(word[0], word[0]), annotation)

    def _is_within(self, narrow: str, wide: str, *, is_new_first: bool) -> bool:
        literals = (self._old.literals, self._new.literals)
        return is_within(narrow, wide, *(reversed(literals) if is_new_first else literals))


def _existence(old: dict[str, Any], new: dict[str, Any], moved: dict[str, str]) -> Iterator[PythonChange]:
    for name in old:
        if name not in new:
            yield PythonChange(True, name, f"is now {moved[name]}" if name in moved else "is gone", "gone")
    for name in new:
        if name not in old:
            yield PythonChange(False, name, "is new", "gone")


def _common(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [name for name in old if name in new]


def _is_needed(part: Parameter) -> bool:
    return part.default is None and not part.kind.startswith("*")


def _introduced(part: Parameter) -> str:
    return "is new and required" if _is_needed(part) else "is new and optional"


def _places(parts: tuple[Parameter, ...]) -> dict[str, int]:
    """The positional parameters by their numbers."""
    return {part.name: number for number, part in enumerate(parts, 1) if part.kind == "positional"}


def _moved(name: str, part: Parameter, old: int | None, new: int | None) -> Iterator[PythonChange]:
    if old is not None and new is not None and old != new:
        yield PythonChange(True, name, f"is the argument number {new}, before: {old}", "place")


def _moved_methods(old: dict[str, Method], new: dict[str, Method]) -> dict[str, str]:
    """Where methods went that still call the same path."""
    moved: dict[str, str] = {}
    for name in [name for name in old if name not in new and old[name].path]:
        targets = [other for other in new if other not in old and new[other].path == old[name].path]
        targets.sort(key=lambda other: new[other].returns != old[name].returns)  # `list` and `iter` have one path
        if targets:
            moved[name] = targets[0]
    return moved


def _renamed_models(old: Surface, new: Surface) -> dict[str, str]:
    """Models that are there under another name with the same fields."""
    added = {name: model for name, model in new.models.items() if name not in old.models}
    return {
        name: next(iter(same))
        for name, model in old.models.items()
        if name not in new.models
        if (same := [other for other, its in added.items() if its.attributes.keys() == model.attributes.keys()])
    }


def _renamed_literals(old: Surface, new: Surface) -> dict[str, str]:
    added = {name: values for name, values in new.literals.items() if name not in old.literals}
    return {
        name: next(iter(same))
        for name, values in old.literals.items()
        if name not in new.literals
        if (same := [other for other, others in added.items() if set(values) == set(others)])
    }
