"""How a model's fields are read out of JSON: the statements of `from_dict`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .models import Models
from .names import default_literal, literal, wire
from .properties import kind, nullable, single
from .types import Check

#: What models test themselves, because a value that is as it should be then costs no call.
_TESTS = {
    "decode.text": ("str",),
    "decode.integer": ("int",),
    "decode.integer_or_digits": ("int",),
    "decode.number": ("float", "int"),
    "decode.boolean": ("bool",),
    "decode.mapping": ("dict",),
}
#: Checks that are told where the value is, and take None as well under another name.
_LOCATED = {"decode.time", "decode.texts"}


class FieldReading:
    """How a field is read out of `data`: whether it has to be there, and what it is when it is absent or null.

    Attributes:
        check: What reads the value.
        default: What it then is, as an expression.
        is_empty_container: Whether that is a list or an object.
        is_required: Whether it then is an error.
        may_be_none: Whether the attribute may be None.
        is_open: Whether anything else than a value of its type counts as absent.
    """

    def __init__(self, prop: Any, schema: dict[str, Any], models: Models, check: Check) -> None:
        self._prop = prop
        self.check = Check("decode.integer_or_digits") if schema.get("x-number-as-text") else check
        self._is_model = models.is_open(single(prop))
        self.is_open = bool(schema.get("x-open")) or self._is_model
        self._is_list = kind(single(prop)) == "List"
        self._empty_is_null = bool(schema.get("x-empty-as-null"))
        value = schema.get("default", [] if self.is_open and self._is_list else None)
        self.has_default = value is not None
        self.is_empty_container = value in ([], {})
        self.default = default_literal(value, wire(prop)) if self.has_default else "None"
        #: Whether the service always sends it; what is only written it never does.
        self.is_promised = prop.required and not schema.get("writeOnly")
        self.is_required = self.is_promised and not self.has_default and not self.is_open
        self.may_be_none = not self.has_default and (nullable(prop) or not self.is_promised or self.is_open)

    def statements(self, name: str, checked_by: str) -> Iterator[str]:
        """The statements that set the attribute `name`; `checked_by` is what the module calls the check."""
        location = literal(wire(self._prop))
        source = f"data[{location}]" if self.is_promised else f"data.get({location})"
        source = f"decode.none_if_empty({source})" if self._empty_is_null else source
        tests = _TESTS.get(str(self.check))
        if self.is_open:
            yield from self._open_statements(name, source, tests)
        elif self.check.function == "decode.any_value":
            yield f"self.{name} = {source}"
        elif tests:
            yield from self._tested_statements(name, source, location, tests)
        elif self.has_default:
            yield f"value = {source}"
            yield f"self.{name} = {self._or_default(self._checked_at('value', location, checked_by, ''))}"
        else:
            suffix = "_or_none" if self.may_be_none else ""
            yield f"self.{name} = {self._checked_at(source, location, checked_by, suffix)}"

    def _tested_statements(self, name: str, source: str, location: str, tests: tuple[str, ...]) -> Iterator[str]:
        unlike = " and ".join(f"type(value) is not {test}" for test in tests)
        checked = f"{self.check}(value, {location})"
        # Of what is neither null nor a whole number, the check can only refuse the value.
        changes = self.has_default or tests == ("int",)
        yield f"self.{name} = value = {source}"
        yield f"if {unlike}{' and value is not None' if self.may_be_none else ''}:"
        yield f"    self.{name} = {self._or_default(checked)}" if changes else f"    {checked}"

    def _or_default(self, checked: str) -> str:
        return f"{self.default} if value is None else {checked}" if self.has_default else checked

    def _open_statements(self, name: str, source: str, tests: tuple[str, ...] | None) -> Iterator[str]:
        if self._is_model or tests:
            like = " or ".join(f"type(value) is {test}" for test in tests or ["dict"])
            value = f"{self.check}(value)" if self._is_model else "value"
            yield f"value = {source}"
            yield f"self.{name} = {value} if {like} else {self.default}"
        elif self._is_list:
            inner = self.check.parts[0] if self.check.parts else Check("decode.text")
            yield f"self.{name} = decode.readable_items({source}, {inner})"
        else:
            yield f"self.{name} = decode.readable({source}, {self.check})"

    def _checked_at(self, source: str, location: str, checked_by: str, suffix: str) -> str:
        """The call that makes an attribute's value of what stands at a location."""
        if self.check.function in _LOCATED:
            return f"{self.check}{suffix}({source}, {location})"
        return f"decode.decode_at{suffix}({source}, {location}, {checked_by})"
