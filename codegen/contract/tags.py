"""The classes of methods, and the planes whose clients have them."""

from __future__ import annotations

import re

from openapi_python_client import strings
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint, EndpointCollection, generate_operation_id
from openapi_python_client.schema.untrusted_string import UntrustedString

from .document import ContractError, RawOperation
from .models import Models
from .names import IMPORTED_NAMES, RESOURCE_NAMES, plain_name, twice
from .nodes import Operation, Plane, Tag
from .operations import read_operation


class Tags:
    """All tags with their operations, by the names of their packages."""

    def __init__(self, models: Models, data: GeneratorData) -> None:
        self._models = models
        self._raw_operations = {_key_of_raw(raw): raw for raw in models.document.operations}
        self.tags = {
            str(module): self._tag(str(module), collection)
            for module, collection in data.endpoint_collections_by_tag.items()
        }

    @property
    def operations(self) -> list[Operation]:
        return [operation for tag in self.tags.values() for operation in tag.operations]

    def operation_of(self, endpoint: Endpoint) -> Operation:
        """The operation of an endpoint; for one of several tags, as its first tag has it."""
        raw = self._raw(endpoint)
        return next(
            operation
            for operation in self.operations
            if (operation.path, operation.method) == (raw.path, raw.method.upper())
        )

    def planes(self) -> list[Plane]:
        """The planes in the document's order."""
        tags = self.tags.values()
        names = dict.fromkeys(name for tag in tags for name in tag.planes)
        planes = [
            Plane(
                name,
                strings.ClassName(name, "Plane"),
                next((tag for tag in tags if tag.name == name), None),
                tuple(tag for tag in tags if name in tag.planes and tag.name != name),
            )
            for name in names
        ]
        for plane in planes:
            methods = {operation.python_name for operation in plane.root.operations} if plane.root else set()
            for tag in plane.resources:
                if tag.attribute in methods:
                    raise ContractError(f"the {plane.name} plane has a method and a tag called {tag.attribute}")
        return planes

    def _raw(self, endpoint: Endpoint) -> RawOperation:
        key = _key(endpoint.method, endpoint.path.get_untrusted_value(), endpoint.name)
        if key not in self._raw_operations:
            raise ContractError(f"{endpoint.method} {endpoint.name} is not in the document")
        return self._raw_operations[key]

    def _tag(self, module: str, collection: EndpointCollection) -> Tag:
        raws = [self._raw(endpoint) for endpoint in collection.endpoints]
        names = [name for raw in raws for name in raw.node.get("tags") or ["default"]]
        name = next((name for name in names if strings.PythonIdentifier(name, "tag") == module), module)
        planes = _planes_of_tag(name, raws)
        attribute = plain_name(module, {"self", *RESOURCE_NAMES})
        prefix = "" if name in planes else f"{attribute}."
        class_name = str(strings.ClassName(name, "Tag"))
        is_taken = class_name in self._models.names | IMPORTED_NAMES
        tag = Tag(
            name=name,
            module=module,
            class_name=f"{class_name}Operations" if is_taken else class_name,
            attribute=attribute,
            planes=planes,
            description=self._models.document.tag_descriptions.get(name) or f"The methods of `{attribute}`.",
            operations=tuple(
                read_operation(raw, endpoint, self._models, name, prefix)
                for raw, endpoint in zip(raws, collection.endpoints, strict=True)
            ),
        )
        _check_methods(tag)
        return tag


def _planes_of_tag(tag: str, raws: list[RawOperation]) -> tuple[str, ...]:
    """The planes that have all of a tag's operations; for a tag named like one of them, that plane alone."""
    common = tuple(plane for plane in raws[0].planes if all(plane in raw.planes for raw in raws))
    if not common:
        raise ContractError(f"no plane has all operations of the tag {tag}")
    return (tag,) if tag in common else common


def _check_methods(tag: Tag) -> None:
    names = [name for operation in tag.operations for name in operation.methods]
    for name in twice(names):
        raise ContractError(f"the tag {tag.name} has two methods called {name}")
    for name in RESOURCE_NAMES.intersection(names):
        raise ContractError(f"the tag {tag.name} has a method called {name}, which every resource has")


def _key_of_raw(raw: RawOperation) -> tuple[str, str, str]:
    if raw.node.get("operationId") is None:
        name = generate_operation_id(path=UntrustedString(raw.path), method=raw.method, prefix="field_")
    else:
        name = strings.PythonIdentifier(raw.node["operationId"], "field_")
    return _key(raw.method, raw.path, name)


def _key(method: str, path: str, name: str) -> tuple[str, str, str]:
    """What the generator and the document agree on: in paths, the generator has names of its own."""
    return method, re.sub(r"{.*?}", "{}", path), str(name)
