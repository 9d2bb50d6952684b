"""Python's names for what the contract names, and the contract's values as Python writes them."""

from __future__ import annotations

import datetime
import keyword
import math
from typing import Any

from openapi_python_client import strings

from memsy_client._core.list_model import ListModel
from memsy_client._core.open_model import OpenModel

from .document import ContractError

#: What ends a text in double quotes, or escapes.
_QUOTED = '\\"'
#: The types that annotations name. Where something in the same class body has such a name, they mean that.
TYPES = {"bool", "datetime", "dict", "float", "int", "list", "str"}
#: Attributes that every model has, or that its class body needs in their own meaning.
MODEL_NAMES = TYPES.union(
    dir(ListModel), ["additional_properties", "classmethod", "field", "from_dict", "property", "self"]
) - {"keys"}
#: What `from_dict` needs in its own meaning beside the types.
_FROM_DICT_NAMES = {"cls", "data", "decode", "type"}
#: Arguments that methods, or the functions that build their calls, need in their own meaning.
METHOD_NAMES = {"datetime", "encode", "max_items", "self"}
#: Methods that every resource has.
RESOURCE_NAMES = {"with_raw_response"}
#: What the class bodies of resources and clients need in its own meaning.
CLASS_NAMES = {"cached_property", "datetime", "deprecated", "deprecated_arguments"}


def plain_name(name: str, taken: set[str]) -> str:
    """The generator's identifier without the underscore it adds to the names of builtins.

    Keywords keep it, and so does what is `taken`: in a class of its own, an attribute called `type` harms nothing.
    """
    plain = str(name).removesuffix("_")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in taken else plain


def attribute(prop: Any) -> str:
    """The name of a model's attribute for a property."""
    return plain_name(prop.python_name, MODEL_NAMES)


def locals_for(attributes: list[str]) -> list[str]:
    """The names of the variables that hold the values of attributes while `from_dict` reads them."""
    names = []
    for name in attributes:
        local = name
        while local in _FROM_DICT_NAMES or (local != name and local in attributes):
            local += "_"
        names.append(local)
    return names


def open_attribute(prop: Any) -> str:
    """The name of a free-form object's property for a key."""
    return plain_name(prop.python_name, MODEL_NAMES.union(dir(OpenModel)))


def wire(prop: Any) -> str:
    """The name of a property on the wire."""
    return str(prop.name.get_untrusted_value())


def class_name(schema: str) -> str:
    """The generator's class of a named schema."""
    return str(strings.ClassName(schema, "field_"))


def twice(names: list[str]) -> list[str]:
    """The names that are there more than once."""
    return sorted({name for name in names if names.count(name) > 1})


def literal(value: Any) -> str:
    """A value of the document as a Python expression. Text is escaped so that it cannot end its quotes.

    The generator's own filter leaves characters out; names on the wire and defaults have to stay what they are.
    """
    if isinstance(value, str):
        return f'"{escaped(value, _QUOTED)}"'
    if isinstance(value, list | tuple):  # a tuple, because a signature shares its defaults between calls
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(name)}: {literal(inner)}" for name, inner in value.items()) + "}"
    if value is None or isinstance(value, bool | int | datetime.date):
        return repr(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    raise ContractError(f"{value!r} is not a value of JSON")


def default_literal(value: Any, where: str) -> str:
    """What is read in place of a value that is absent, as an expression; a list or an object of its own each time."""
    if value == [] or value == {}:
        return "[]" if value == [] else "{}"
    if not isinstance(value, str | int | float):
        raise ContractError(f"{where}: a default can be text, a number, true, false, or an empty list or object")
    return literal(value)


def escaped(text: str, also: str = "") -> str:
    """Text on one line: characters that cannot be printed, and those in `also`, are written as Python escapes them."""
    return "".join(_escaped(character, also) for character in text)


def _escaped(character: str, also: str) -> str:
    if character in also:
        return f"\\{character}"
    return character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode()
