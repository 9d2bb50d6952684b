"""The classes of methods, and the planes whose clients have them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openapi_python_client import strings
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint, EndpointCollection

from .document import ContractError, RawOperation
from .imports import STATEMENTS
from .methods import read_method
from .models import Models
from .names import CLASS_NAMES, RESOURCE_NAMES, plain_name
from .nodes import ClientMethod, Plane, Tag


class Tags:
    """All tags with their methods, by the names of their packages."""

    def __init__(self, models: Models, data: GeneratorData) -> None:
        self._models = models
        self._raw_operations: dict[tuple[str, str], RawOperation] = {}
        for raw in models.document.operations:
            if self._raw_operations.setdefault(_key(raw.method, raw.path), raw) is not raw:
                raise ContractError(f"{raw.pointer}: another path differs by names of parameters alone")
        self._faults: list[str] = []
        self.tags = {
            str(module): self._tag(str(module), collection)
            for module, collection in data.endpoint_collections_by_tag.items()
        }
        if self._faults:
            raise ContractError("\n".join(self._faults))

    @property
    def methods(self) -> list[ClientMethod]:
        return [method for tag in self.tags.values() for method in tag.methods]

    def method_of(self, endpoint: Endpoint) -> ClientMethod:
        """The method that calls an endpoint; for one of several tags, as its first tag has it."""
        raw = self._raw(endpoint)
        return next(method for method in self.methods if method.raw is raw)

    def planes(self) -> list[Plane]:
        """The planes in the document's order."""
        return [self._plane(name) for name in dict.fromkeys(name for tag in self.tags.values() for name in tag.planes)]

    def _plane(self, name: str) -> Plane:
        tags = [tag for tag in self.tags.values() if name in tag.planes]
        root = next((tag for tag in tags if tag.name == name), None)
        methods = [name for method in root.methods for name in method.python_names] if root else []
        resources = tuple(tag for tag in tags if tag is not root)
        for tag in resources:
            if tag.attribute in methods:
                pointer = tag.methods[0].raw.pointer
                raise ContractError(f"{pointer}: the {name} plane has a method and a tag called {tag.attribute}")
        return Plane(name, strings.ClassName(name, "Plane"), root, resources)

    def _raw(self, endpoint: Endpoint) -> RawOperation:
        return self._raw_operations[_key(endpoint.method, endpoint.path.get_untrusted_value())]

    def _tag(self, module: str, collection: EndpointCollection) -> Tag:
        raws = [self._raw(endpoint) for endpoint in collection.endpoints]
        names = [name for raw in raws for name in raw.node.get("tags") or ["default"]]
        name = next((name for name in names if strings.PythonIdentifier(name, "tag") == module), module)
        planes = _planes_of_tag(name, raws)
        attribute = plain_name(module, {"self", *CLASS_NAMES, *RESOURCE_NAMES})
        prefix = "" if name in planes else f"{attribute}."
        class_name = str(strings.ClassName(name, "Tag"))
        is_taken = class_name in self._models.names or class_name in STATEMENTS
        tag = Tag(
            name=name,
            module=module,
            class_name=f"{class_name}Operations" if is_taken else class_name,
            attribute=attribute,
            planes=planes,
            description=self._models.document.tag_descriptions.get(name) or f"The methods of `{attribute}`.",
            methods=tuple(self._methods(collection, name, prefix)),
        )
        _check_methods(tag)
        return tag

    def _methods(self, collection: EndpointCollection, tag: str, prefix: str) -> Iterator[ClientMethod]:
        for endpoint in collection.endpoints:
            raw = self._raw(endpoint)
            try:
                yield read_method(raw, endpoint, self._models, tag, prefix)
            except ContractError as error:
                self._faults.append(f"{raw.pointer}: {error}")


def _planes_of_tag(tag: str, raws: list[RawOperation]) -> tuple[str, ...]:
    """The planes that have all of a tag's operations; for a tag named like one of them, that plane alone."""
    common = tuple(plane for plane in raws[0].planes if all(plane in raw.planes for raw in raws))
    if not common:
        stray = next(raw for raw in raws if raw.planes != raws[0].planes)
        raise ContractError(f"{stray.pointer}: no plane has all operations of the tag {tag}; give it another tag")
    return (tag,) if tag in common else common


def _check_methods(tag: Tag) -> None:
    seen: set[str] = set()
    for method in tag.methods:
        for name in method.python_names:
            if name in seen:
                raise ContractError(f"{method.raw.pointer}: the tag {tag.name} has two methods called {name}")
            if name in RESOURCE_NAMES:
                raise ContractError(
                    f"{method.raw.pointer}: the tag {tag.name} has a method called {name}, which every resource has"
                )
            seen.add(name)


def _key(method: str, path: str) -> tuple[str, str]:
    """What the generator and the document agree on: in paths, the generator has names of its own."""
    return method, re.sub(r"{.*?}", "{}", path)
