"""How a model's fields are read out of JSON: what `from_dict` does with each, and its line in the table of fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .models import Models
from .names import default_literal, literal, wire
from .properties import kind, nullable, single
from .types import Check

#: What `from_dict` tests itself, because a value that is as it should be then costs no call.
_TESTS = {
    "decode.text": ("str",),
    "decode.integer": ("int",),
    "decode.integer_or_digits": ("int",),
    "decode.number": ("float", "int"),
    "decode.boolean": ("bool",),
    "decode.mapping": ("dict",),
    "decode.texts": ("list",),
}


class FieldReading:
    """How a field is read out of `data`: whether it has to be there, and what it is when it is absent or null.

    Attributes:
        check: What reads the value.
        default: What it then is, as an expression.
        is_empty_container: Whether that is a list or an object.
        is_required: Whether it then is an error.
        may_be_none: Whether the attribute may be None.
        is_null_if_absent: Whether it may as well be absent as null.
        is_open: Whether anything else than a value of its type counts as absent.
    """

    def __init__(self, prop: Any, schema: dict[str, Any], models: Models, check: Check) -> None:
        self._prop = prop
        self.check = _as_extended(check, schema)
        self._is_model = models.is_open(single(prop))
        self.is_open = bool(schema.get("x-open")) or self._is_model
        self._is_list = kind(single(prop)) == "List"
        value = schema.get("default", [] if self.is_open and self._is_list else None)
        self.has_default = value is not None
        self.is_empty_container = value in ([], {})
        self.default = default_literal(value, wire(prop)) if self.has_default else "None"
        #: Whether the service always sends it; what is only written it never does.
        self.is_promised = prop.required and not schema.get("writeOnly")
        self.is_required = self.is_promised and not self.has_default and not self.is_open
        self.may_be_none = not self.has_default and (nullable(prop) or not self.is_promised or self.is_open)
        self.is_null_if_absent = not self.is_required and not self.has_default

    def statements(self, name: str, local: str, checked_by: str) -> Iterator[str]:
        """The statements that set the attribute `name`, most of them by way of the variable `local`.

        `checked_by` is what the module calls the check.
        """
        source = f"data[{literal(wire(self._prop))}]"
        if self.is_open:
            yield from self._open_statements(name, local, source, checked_by)
        elif self.check.function == "decode.any_value":
            yield f"self.{name} = {source}"
        elif self._tests:
            yield f"self.{name} = {local} = {source}"
            yield from self._text_tests(local)
        else:
            targets = f"self.{name} = {local}" if self._is_time else f"self.{name}"
            reader = "decode.read_time" if self._is_time else checked_by
            if self.may_be_none:
                yield f"{local} = {source}"
                yield f"{targets} = None if {local} is None else {reader}({local})"
            else:
                yield f"{targets} = {reader}({source})"

    def _text_tests(self, local: str) -> Iterator[str]:
        """The statements that look at the items of a list of strings; none for a value of another type."""
        if str(self.check) != "decode.texts":
            return
        test = f"decode.require_texts({local})"
        yield from (f"if {local} is not None:", f"    {test}") if self.may_be_none else (test,)

    def _open_statements(self, name: str, local: str, source: str, checked_by: str) -> Iterator[str]:
        if self._is_model or (self._tests and not self._is_list):
            like = " or ".join(f"type({local}) is {test}" for test in self._tests or ["dict"])
            value = f"{checked_by}({local})" if self._is_model else local
            yield f"{local} = {source}"
            yield f"self.{name} = {value} if {like} else {self.default}"
        elif self._is_list and str(self._item_check) == "decode.mapping":
            yield f"self.{name} = decode.readable_mappings({source})"
        elif self._is_list:
            yield f"self.{name} = decode.readable_items({source}, {self._item_check})"
        else:
            yield f"self.{name} = decode.readable({source}, {checked_by})"

    def row(self, name: str, checked_by: str) -> str:
        """The field's line in the table by which values are read that are not as they should be."""
        options = []
        if self.is_open and self._is_list:
            checked_by = f"decode.each_readable({self._item_check})"
        elif self.may_be_none and self.is_promised and not self.is_open:
            options.append("is_nullable=True")
        if not self.is_required:
            options.append(f"default={ {'[]': 'list', '{}': 'dict'}.get(self.default, self.default) }")
        if self.is_open:
            options.append("is_open=True")
        if name != wire(self._prop):
            options.append(f"attribute={literal(name)}")
        return f"Field({', '.join([literal(wire(self._prop)), checked_by, *options])})"

    @property
    def _tests(self) -> tuple[str, ...]:
        return _TESTS.get(str(self.check), ())

    @property
    def _is_time(self) -> bool:
        return str(self.check) == "decode.time"

    @property
    def _item_check(self) -> Check:
        return self.check.parts[0] if self.check.parts else Check("decode.text")

    def condition(self, local: str) -> str:
        """What holds when the value in the variable `local` is as it should be; empty where that is not tested."""
        if self.is_open or not (self._tests or self._is_time):
            return ""
        options = [f"type({local}) is {name}" for name in self._tests]
        if self._is_time:
            options.append(f"{local}.tzinfo is not None")
        return " or ".join([f"{local} is None", *options] if self.may_be_none else options)


def _as_extended(check: Check, schema: dict[str, Any]) -> Check:
    """The check of a field with what the extensions of its schema say."""
    if schema.get("x-number-as-text"):
        return Check("decode.integer_or_digits")
    return Check("decode.none_if_empty", (check,)) if schema.get("x-empty-as-null") else check


def conditions(readings: Sequence[tuple[str, FieldReading]]) -> list[str]:
    """What holds when all values are as they should be; each reading comes with the variable that holds its value."""
    singly = [condition for local, reading in readings if (condition := reading.condition(local))]
    joined: dict[str, list[str]] = {}  # tests of one value that can be made of several in a row
    others = []
    for condition in singly:
        value, is_of_type, wanted = condition.partition(" is ")
        if is_of_type and wanted.isidentifier():
            joined.setdefault(wanted, []).append(value)
        else:
            others.append(f"({condition})" if " or " in condition else condition)
    rows = [" is ".join([*values, wanted]) for wanted, values in joined.items()]
    # Written so that a type checker does not take `data` for a dict of unknown values from there on.
    return ["dict is type(data)", *rows, *others]
