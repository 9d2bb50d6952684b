"""What templates call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty

from .document import ContractError, Document
from .method_modules import CallModule, TagModule, client_imports
from .model_modules import ModelModule, Uses
from .models import Models
from .properties import kind
from .tags import Tags


class TemplateContext:
    """The contract, as the templates need it. Raises `ContractError` for what cannot be generated.

    Attributes:
        core: The package that the generated code uses.
        planes: The planes in the document's order.
        client_imports: The import statements of the module with the clients' methods.
        models, enums: Those that get a class.
    """

    def __init__(self, content: dict[str, Any], data: GeneratorData, core: str) -> None:
        self.core = core
        for tag, collection in data.endpoint_collections_by_tag.items():
            # A template is told of an endpoint alone, not for which of its tags.
            collection.endpoints = [replace(endpoint, tags=[tag]) for endpoint in collection.endpoints]
        self._models = Models(Document(content), data)
        self._tags = Tags(self._models, data)
        self.planes = self._tags.planes()
        self.client_imports = client_imports(self.planes, core)
        self.enum_values = self._models.enum_values

        methods = self._tags.methods
        received = self._models.reachable_from(method.result for method in methods)
        sent = self._models.reachable_from(argument.prop for method in methods for argument in method.arguments)
        results = self._models.classes_in(method.result for method in methods if kind(method.result) == "Model")
        self._uses = {name: Uses(name in sent, name in sent - received, name in results) for name in self._models.names}
        self.models, self.enums = self._models.kept(sent | received)
        self._modules = dict(self._model_modules())

    def _model_modules(self) -> Iterator[tuple[str, ModelModule]]:
        faults = []
        for model in self.models:
            name = str(model.class_info.name)
            try:
                yield name, ModelModule(model, self._models, self._uses[name], self.core)
            except ContractError as error:
                faults.append(f"#/components/schemas/{name}: {error}")
        if faults:
            raise ContractError("\n".join(faults))

    def model(self, model: ModelProperty) -> ModelModule:
        """The module of a model."""
        return self._modules[model.class_info.name]

    def call(self, endpoint: Endpoint) -> CallModule:
        """The module of an endpoint."""
        return CallModule(self._tags.method_of(endpoint), self._models, self.core)

    def heading(self, endpoint: Endpoint) -> str:
        """What an endpoint is: method and path, and the plane where a method of the client itself calls it.

        So no two modules of one operation, which more than one plane has, are the same file.
        """
        raw = self._tags.method_of(endpoint).raw
        tag = self._tags.tags[endpoint.tags[0]]
        plane = f" of the {tag.name} plane" if tag.name in tag.planes else ""
        return f"{raw.method.upper()} {raw.path}{plane}"

    def tag(self, module: str) -> TagModule:
        """The module of a tag."""
        return TagModule(self._tags.tags[module], self._models, self.core)
