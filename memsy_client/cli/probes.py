"""What a check asks a server: the contract's operations that leave nothing behind, and those that do if it may."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.json_schema import load_contract, resolve
from .._core.operation import Call, Operation
from .._generated import api

Node = Mapping[str, Any]

#: Whom what a check writes is about.
ACTOR = "memsy-client-check"

#: Operations that change nothing although they are no GET.
_READING = {"status"}
#: The bodies of the operations that a check calls only if it may write, by their ids and in the order of the calls.
_WRITING: Mapping[str, Mapping[str, Any]] = {
    "ingest": {
        "events": [
            {"actor_id": ACTOR, "session_id": ACTOR, "kind": "user_message", "content": "I have checked this service."}
        ]
    },
    "search": {"query": "Who has checked this service?", "actor_id": ACTOR},
}


@dataclass(frozen=True)
class Probe:
    """One operation on one plane.

    Attributes:
        operation_id: Its id in the contract.
        plane: The plane that is asked.
        operation: As the client calls it.
        tag: Its first tag.
        statuses: The statuses that the contract knows of it.
        path, query, body: The names of what it needs in these parts of a request.
        fixed_body: Its body, where that needs nothing.
    """

    operation_id: str
    plane: str
    operation: Operation[Any]
    tag: str
    statuses: frozenset[str]
    path: tuple[str, ...]
    query: tuple[str, ...]
    body: tuple[str, ...]
    fixed_body: Mapping[str, Any] | None

    @property
    def needs(self) -> list[str]:
        """The names of all values that it needs; of a list of ids in its body, the name of one."""
        return [*self.path, *self.query, *map(singular, self.body)]

    def call(self, values: Mapping[str, str]) -> Call[Any]:
        """The call with these values, by their names."""
        body = self.fixed_body
        if self.body:
            body = {name: [values[singular(name)]] for name in self.body}
        return self.operation.call(
            path={name: values[name] for name in self.path},
            query={name: values[name] for name in self.query},
            body=body,
        )


def singular(name: str) -> str:
    """The name of one of several: `event_id` of `event_ids`."""
    return name.removesuffix("s")


def all_probes(*, write: bool) -> list[Probe]:
    """All probes: writing ones first, so that what they leave can be asked for; otherwise in the contract's order."""
    probes = [probe for probe in _probes() if write or probe.operation_id not in _WRITING]
    order = list(_WRITING)
    return sorted(probes, key=lambda probe: order.index(probe.operation_id) if probe.fixed_body else len(order))


def _probes() -> Iterator[Probe]:
    document = load_contract()
    operations = {(operation.method, operation.path): operation for operation in _operations()}
    for path, item in document["paths"].items():
        for method, node in item.items():
            operation = operations.get((method.upper(), path))
            if operation and (method == "get" or node["operationId"] in {*_READING, *_WRITING}):
                for plane in _planes(node.get("servers") or item.get("servers") or document["servers"]):
                    yield _probe(document, item, node, operation, plane)


def _probe(document: Node, item: Node, node: Node, operation: Operation[Any], plane: str) -> Probe:
    parameters = [resolve(document, part) for part in [*item.get("parameters", []), *node.get("parameters", [])]]
    required = [parameter for parameter in parameters if parameter.get("required")]
    fixed_body = _WRITING.get(node["operationId"])
    return Probe(
        operation_id=node["operationId"],
        plane=plane,
        operation=operation,
        tag=node["tags"][0],
        statuses=frozenset(node["responses"]),
        path=tuple(part["name"] for part in required if part["in"] == "path"),
        query=tuple(part["name"] for part in required if part["in"] == "query"),
        body=() if fixed_body else _required_fields(document, node),
        fixed_body=fixed_body,
    )


def _operations() -> Iterator[Operation[Any]]:
    """The operations of the generated client."""
    for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        if not module.ispkg:
            yield importlib.import_module(module.name)._OPERATION


def _planes(servers: Sequence[Node]) -> list[str]:
    return list(dict.fromkeys(str(server.get("x-plane", "core")) for server in servers))


def _required_fields(document: Node, node: Node) -> tuple[str, ...]:
    if "requestBody" not in node:
        return ()
    body = resolve(document, node["requestBody"])
    return tuple(resolve(document, body["content"]["application/json"]["schema"]).get("required", ()))
