"""The import statements of generated modules; the formatter puts them in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_NAMES = {
    "attrs": ["define", "field", "setters"],
    "collections.abc": ["Iterable", "Mapping"],
    "functools": ["cached_property"],
    "typing": ["Any", "Literal", "TYPE_CHECKING"],
    "{core}": ["decode", "encode"],
    "{core}.decode": ["Field"],
    "{core}.deprecation": ["deprecated", "deprecated_arguments"],
    "{core}.list_model": ["ListModel"],
    "{core}.model": ["Model"],
    "{core}.null": ["Null"],
    "{core}.open_model": ["OpenModel"],
    "{core}.lazy": ["import_lock"],
    "{core}.operation": ["Call", "Operation"],
    "{core}.paging": ["AsyncItemIterator", "ItemIterator", "Pages"],
    "{core}.polling": ["poll"],
    "{core}.raw_response": ["async_raw", "raw", "with_raw_sender"],
    "{core}.resource": ["AsyncResource", "SyncResource"],
    "{core}.usage_and_rate_limit": ["RateLimitInfo", "UsageInfo"],
}
#: The import statements of the names that generated code uses, those of models apart. No model can have such a name.
STATEMENTS = {name: f"from {source} import {name}" for source, names in _NAMES.items() for name in names}
STATEMENTS |= {name: f"import {name}" for name in ("builtins", "datetime")}


def import_block(names: set[str], core: str, further: Iterable[str] = (), for_types: Iterable[str] = ()) -> str:
    """The statements that import names (builtins and models are passed over), further ones, those for types alone."""
    for_types = [f"    {statement}" for statement in for_types]
    needed = sorted(names | {"TYPE_CHECKING"} if for_types else names)
    lines = [STATEMENTS[name].format(core=core) for name in needed if name in STATEMENTS]
    return "\n".join([*lines, *further, *(["if TYPE_CHECKING:", *for_types] if for_types else [])])


def model_imports(classes: Iterable[Any], package: str) -> list[str]:
    """The statements that import models and enums out of a package, such as `.` or `...models.`."""
    return [f"from {package}{part.class_info.module_name} import {part.class_info.name}" for part in classes]
