"""What the templates call."""

from __future__ import annotations

from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import ModelProperty

from . import names, properties
from .document import Document
from .models import Models
from .tags import Tags


class Contract:
    """The contract, asked by the templates. Raises `ContractError` for what cannot be generated.

    Making one also drops from `data` the models and enums that nothing needs.
    """

    annotated = staticmethod(names.annotated)
    attribute = staticmethod(names.attribute)
    names_used = staticmethod(names.names_used)
    wire = staticmethod(names.wire)

    kind = staticmethod(properties.kind)
    members = staticmethod(properties.members)
    nullable = staticmethod(properties.nullable)
    single = staticmethod(properties.single)

    def __init__(self, content: dict[str, Any], data: GeneratorData, core: str) -> None:
        self.core = core
        document = Document(content)
        self.description = document.description

        models = Models(document, data)
        self.circular = models.circular
        self.enum_values = models.enum_values
        self.exposed = models.exposed
        self.field_schema = models.field_schema
        self.is_map = models.is_map
        self.needed_by = models.needed_by
        self.types_in = models.types_in

        tags = Tags(models, data)
        self.tags = tags.tags
        self.operation_of = tags.operation_of

        received = models.reachable_from(operation.result for operation in tags.operations)
        sent = models.reachable_from(argument.prop for operation in tags.operations for argument in operation.arguments)
        self._only_sent = sent - received
        models.drop_unneeded(data, sent | received)
        models.check_names(data)
        self.planes = tags.planes()

    def only_sent(self, model: ModelProperty) -> bool:
        """Whether a model is part of requests alone."""
        return str(model.class_info.name) in self._only_sent
