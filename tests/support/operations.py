"""Every operation of the contract with arguments for it and an answer to it, found by walking what was generated."""

from __future__ import annotations

import datetime
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from memsy_client import ConnectorResourceItem, EventPayload, ResourceSelection
from memsy_client._core.operation import Operation
from memsy_client._generated import api
from memsy_client._generated.client import ControlMethods

SPEC = Path(__file__).parents[2] / "openapi.yaml"


class Parameter(NamedTuple):
    """Something that an operation takes.

    Attributes:
        place: `path`, `query`, `header` or `body`.
        schema: Its schema in the contract.
        is_required: Whether it must be there.
    """

    place: str
    schema: dict[str, Any]
    is_required: bool


@dataclass(frozen=True)
class Case:
    """One operation, on one plane.

    Attributes:
        operation: As the generated code has it.
        control: Whether it is of the control plane.
        request: The generated function that makes a call of it.
    """

    operation: Operation[Any]
    control: bool
    request: Callable[..., Any]

    def __str__(self) -> str:
        return f"{'control' if self.control else 'core'}:{self.operation.name}"

    @property
    def has_body(self) -> bool:
        """Whether a success of it has a body."""
        return self.operation.parse is not None

    @property
    def path_parameters(self) -> list[str]:
        return [step[1:-1] for step in self.operation.path.split("/") if step.startswith("{")]

    def method(self, client: Any) -> Callable[..., Any]:
        """The client's method of it, also of a view or of `with_raw_response`."""
        return functools.reduce(getattr, self.operation.name.split("."), client)  # type: ignore[no-any-return]

    def arguments(self, *, everything: bool = False) -> tuple[list[Any], dict[str, Any]]:
        """Arguments that can be sent: only the required ones, or all."""
        positional, named = [], {}
        for parameter in inspect.signature(self.request).parameters.values():
            is_required = parameter.default is parameter.empty
            if not is_required and not everything:
                continue
            value = sample(parameter.name, str(parameter.annotation))
            if is_required and parameter.kind is not parameter.KEYWORD_ONLY:
                positional.append(value)
            else:
                named[parameter.name] = value
        return positional, named

    @property
    def node(self) -> Any:
        """The operation in the contract."""
        return _spec()["paths"][self.operation.path][self.operation.method.lower()]

    @property
    def parameters(self) -> dict[str, Parameter]:
        """What its method takes, by name."""
        found = {}
        for node in map(followed, self.node.get("parameters", [])):
            found[node["name"]] = Parameter(node["in"], node["schema"], node.get("required", False))
        if "requestBody" in self.node:
            schema = followed(followed(self.node["requestBody"])["content"]["application/json"]["schema"])
            for name, inner in schema["properties"].items():
                found[name] = Parameter("body", inner, name in schema.get("required", []))
        return found

    def answer(self) -> Any:
        """The JSON of a success, as the contract's own example has it."""
        return _example(self.node)

    @property
    def schema(self) -> dict[str, Any]:
        """The schema of a success, with its reference followed."""
        status = next(status for status in self.node["responses"] if status.startswith("2"))
        return followed(self.node["responses"][status]["content"]["application/json"]["schema"])

    @property
    def takes_null(self) -> bool:
        """Whether a success that is null reads as a list without items, or as the default of what is unwrapped."""
        unwrapped = self.schema.get("properties", {}).get(self.node.get("x-unwrap"), {})
        return self.schema.get("type") == "array" or "default" in unwrapped


def sample(name: str, annotation: str) -> Any:
    """A value that the parameter takes."""
    if name == "events":
        return [EventPayload("alice", "chat-1", "user_message", "Grüße, “Lisbon”", ts=MOMENT, metadata='{"a": 1}')]
    if name == "resources":
        return [ResourceSelection("C024BE91L"), ConnectorResourceItem("C061EG9SL", name="support", selected=True)]
    if "Iterable" in annotation:
        return [f"{name}-1", f"{name}-2"]
    for kind, value in (("bool", True), ("int", 7), ("float", 0.25), ("datetime", MOMENT)):
        if kind in annotation:
            return value
    return f"{name} é/1"


MOMENT = datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.timezone.utc)


@functools.cache
def _spec() -> Any:
    return yaml.safe_load(SPEC.read_text("utf-8"))


def followed(node: Any) -> Any:
    """The node that a reference in the contract stands for; any other node itself."""
    while "$ref" in node:
        node = functools.reduce(lambda inner, step: inner[step], node["$ref"].split("/")[1:], _spec())
    return node


def _example(operation: Any) -> Any:
    status = next(status for status in operation["responses"] if status.startswith("2"))
    content = operation["responses"][status].get("content")
    if content is None:
        return None
    media = content["application/json"]
    if "example" in media:
        return media["example"]
    return followed(next(iter(media["examples"].values())))["value"]


def _all() -> list[Case]:
    cases = []
    for tag in pkgutil.iter_modules(api.__path__):
        package = importlib.import_module(f"{api.__name__}.{tag.name}")
        control = tag.name == "control" or hasattr(ControlMethods, tag.name)
        for module in pkgutil.iter_modules(package.__path__):
            loaded = importlib.import_module(f"{package.__name__}.{module.name}")
            cases.append(Case(loaded._OPERATION, control, loaded.request))
    return cases


ALL = _all()
WITH_BODY = [case for case in ALL if case.has_body]
