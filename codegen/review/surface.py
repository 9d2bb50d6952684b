"""What a package offers to code that uses it, as one listing: read from its files, and plain data throughout."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .modules import Function, Module, decorators, functions, names


@dataclass(frozen=True)
class Parameter:
    """One parameter; `default` is None where it has to be given. `kind` is `positional`, `keyword`, `*` or `**`."""

    name: str
    kind: str
    annotation: str
    default: str | None


@dataclass(frozen=True)
class Method:
    """One method of a client.

    Attributes:
        returns: What it gives, to await in asynchronous clients.
        operation: The operationId of what it calls; None for one that is written by hand.
        path: Its HTTP method and path.
        meanings: What the contract says of the operation beside types: `repeatable`, `scope`, `admin`,
            `deprecated`.
        raises: The exceptions that the contract names, by status.
        source: Its text.
    """

    parameters: tuple[Parameter, ...]
    returns: str
    operation: str | None = None
    path: str | None = None
    meanings: dict[str, Any] = field(default_factory=dict)
    raises: dict[str, list[str]] = field(default_factory=dict)
    source: str = field(default="", repr=False)


@dataclass(frozen=True)
class Model:
    """One class of the contract's objects: its constructor, in order, and the attributes that follow from others."""

    fields: tuple[Parameter, ...]
    properties: dict[str, str]
    is_sent: bool = False
    is_received: bool = False
    source: str = field(default="", repr=False)

    @property
    def attributes(self) -> dict[str, str]:
        """All attributes with their types."""
        return {part.name: part.annotation for part in self.fields} | self.properties


@dataclass(frozen=True)
class Surface:
    """The listing of one package.

    Attributes:
        clients: The constructor's parameters of each client.
        resources: The dotted names of sub-resources, with the classes that they have.
        methods: The methods by their dotted names, such as `MemsyClient.roles.list`.
        models, literals: The contract's objects, and its vocabularies with their values.
        exceptions: The errors, each with those that it is one of.
        owners: The dotted names under which the methods of a class are found.
    """

    clients: dict[str, tuple[Parameter, ...]]
    resources: dict[str, str]
    methods: dict[str, Method]
    models: dict[str, Model]
    literals: dict[str, tuple[Any, ...]]
    exceptions: dict[str, tuple[str, ...]]
    owners: dict[str, list[str]]

    def as_json(self) -> dict[str, Any]:
        """The listing as JSON has it."""
        listed: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return listed


def read_surface(package: Path) -> Surface:
    """The surface of the package in a folder."""
    return _Reader(package).surface()


class _Reader:
    def __init__(self, package: Path) -> None:
        self._package = package
        generated = package / "_generated"
        self._document = json.loads((generated / "openapi.json").read_text(encoding="utf-8"))
        self._facade = Module.read(package / "client.py")
        self._planes = Module.read(generated / "client.py")
        self._models = [Module.read(path) for path in sorted((generated / "models").glob("[!_]*.py"))]
        self._tags = {
            name: module
            for path in sorted((generated / "api").glob("*/__init__.py"))
            for module in [Module.read(path)]
            for name in module.classes
        }

    def surface(self) -> Surface:
        clients: dict[str, tuple[Parameter, ...]] = {}
        resources: dict[str, str] = {}
        owners: dict[str, list[str]] = {}
        methods: dict[str, Method] = {}
        for client, plane in self._clients().items():
            clients[client] = self._constructor(client)
            owners |= {client: [client], plane: [client]}
            methods |= self._handwritten(client)
            for attribute, owner in self._resources(plane):
                if attribute:
                    resources[f"{client}.{attribute}"] = owner
                prefix = f"{client}.{attribute}" if attribute else client
                owners.setdefault(owner, []).append(prefix)
                methods |= {f"{prefix}.{name}": method for name, method in self._methods(owner)}
        literals = {name: values for module in self._models for name, values in _literals(module)}
        models = {name: model for module in self._models for name, model in _models(module)}
        models = _with_use(models, methods.values())
        return Surface(clients, resources, methods, models, literals, self._exceptions(), owners)

    def _clients(self) -> dict[str, str]:
        """The synchronous clients with the class of their plane; a plane without a client stands for itself."""
        planes = [name for name in self._planes.classes if name.endswith("Methods") and not name.startswith("Async")]
        clients = {
            base.id: name
            for name, node in self._facade.classes.items()
            for base in node.bases
            if isinstance(base, ast.Name) and not name.startswith("_")
        }
        return {clients.get(plane, plane): plane for plane in planes}

    def _lineage(self, name: str) -> list[ast.ClassDef]:
        """A class of the facade and those that it inherits from, nearest first."""
        node = self._facade.classes.get(name)
        if node is None:
            return []
        bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
        return [node, *(each for base in bases if isinstance(base, ast.Name) for each in self._lineage(base.id))]

    def _constructor(self, client: str) -> tuple[Parameter, ...]:
        found = [part for node in self._lineage(client) for part in functions(node) if part.name == "__init__"]
        return _parameters(found[0]) if found else ()

    def _handwritten(self, client: str) -> dict[str, Method]:
        found: dict[str, Method] = {}
        for node in self._lineage(client):
            for part in functions(node):
                if not part.name.startswith("_") and "property" not in " ".join(decorators(part)):
                    method = Method(_parameters(part), _annotation(part.returns), source=self._facade.source(part))
                    found.setdefault(f"{client}.{part.name}", method)
        return found

    def _resources(self, plane: str) -> Iterator[tuple[str, str]]:
        """The attributes of a plane with the classes of their methods; those of the plane itself under no name."""
        node = self._planes.classes[plane]
        yield from (("", base.id) for base in node.bases if isinstance(base, ast.Name) and base.id in self._tags)
        for part in functions(node):
            if part.name != "with_raw_response" and part.returns is not None:
                yield part.name, ast.unparse(part.returns)

    def _methods(self, owner: str) -> Iterator[tuple[str, Method]]:
        module = self._tags[owner]
        for part in functions(module.classes[owner]):
            if part.name != "with_raw_response":
                yield part.name, self._method(module, part)

    def _method(self, module: Module, node: Function) -> Method:
        called = Module.read(module.path.parent / f"{_called(node)}.py").assigned("_OPERATION")
        said = {each.arg: ast.literal_eval(each.value) for each in _keywords(called) if _is_literal(each.value)}
        operation = self._operation(str(said.get("method")), str(said.get("path")))
        meanings = {
            "repeatable": said.get("repeatable"),
            "scope": operation.get("x-scope"),
            "admin": bool(operation.get("x-admin")),
            "deprecated": bool(operation.get("deprecated")),
        }
        return Method(
            _parameters(node),
            _annotation(node.returns),
            operation.get("operationId"),
            f"{said.get('method')} {said.get('path')}",
            meanings,
            dict(self._raises(operation)),
            module.source(node),
        )

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self._document["paths"].get(path, {}).get(method.lower(), {})
        return found

    def _raises(self, operation: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
        for code, response in operation.get("responses", {}).items():
            while "$ref" in response:
                response = self._document["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
            yield code, list(response.get("x-raises", []))

    def _exceptions(self) -> dict[str, tuple[str, ...]]:
        module = Module.read(self._package / "exceptions.py")
        listed = module.assigned("__all__")
        public = ast.literal_eval(listed) if listed is not None else []
        bases = {
            name: [base.id for base in node.bases if isinstance(base, ast.Name)]
            for name, node in module.classes.items()
        }

        def above(name: str) -> list[str]:
            return [each for base in bases.get(name, []) for each in (base, *above(base))]

        found = {name: tuple(dict.fromkeys(above(name))) for name in bases if name in public}
        return {name: every for name, every in found.items() if "Exception" in every}


def _keywords(node: ast.expr | None) -> list[ast.keyword]:
    return node.keywords if isinstance(node, ast.Call) else []


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _called(node: Function) -> str:
    """The module of the operation that a method calls, as its only `_module.request(…)` names it."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr == "request" and isinstance(part.value, ast.Name):
            return part.value.id.removeprefix("_")
    raise LookupError(f"{node.name} calls no operation")


def _annotation(node: ast.expr | None) -> str:
    text = "Any" if node is None else ast.unparse(node)
    return text.replace("builtins.", "")


def _parameters(node: Function) -> tuple[Parameter, ...]:
    """The parameters of a method, without `self`."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + [*arguments.defaults]
    found = [_parameter(each, "positional", default) for each, default in zip(positional, defaults, strict=True)][1:]
    if arguments.vararg:
        found.append(_parameter(arguments.vararg, "*", None))
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    found += [_parameter(each, "keyword", default) for each, default in pairs]
    if arguments.kwarg:
        found.append(_parameter(arguments.kwarg, "**", None))
    return tuple(found)


def _parameter(node: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
    return Parameter(node.arg, kind, _annotation(node.annotation), None if default is None else ast.unparse(default))


def _literals(module: Module) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for node in module.tree.body:
        value = node.value if isinstance(node, ast.Assign) else None
        if isinstance(value, ast.Subscript) and ast.unparse(value.value) == "Literal" and isinstance(node, ast.Assign):
            members = value.slice.elts if isinstance(value.slice, ast.Tuple) else [value.slice]
            yield ast.unparse(node.targets[0]), tuple(ast.literal_eval(member) for member in members)


def _models(module: Module) -> Iterator[tuple[str, Model]]:
    for name, node in module.classes.items():
        if not name.startswith("_"):
            properties = {
                part.name: _annotation(part.returns) for part in functions(node) if "property" in decorators(part)
            }
            yield name, Model(tuple(_fields(node, properties)), properties, source=module.text)


def _fields(node: ast.ClassDef, properties: dict[str, str]) -> Iterator[Parameter]:
    """The arguments of a model's constructor. What is stored under a private name is public as a property."""
    all_keyword = any("kw_only=True" in text for text in decorators(node))
    for part in node.body:
        if isinstance(part, ast.AnnAssign):
            field = _field(part, all_keyword)
            public = field.name.lstrip("_")
            if field.name != "additional_properties" and (public == field.name or public in properties):
                yield replace(field, name=public)


def _field(node: ast.AnnAssign, all_keyword: bool) -> Parameter:
    default, keyword = None if node.value is None else ast.unparse(node.value), all_keyword
    if isinstance(node.value, ast.Call):
        said = {each.arg: ast.unparse(each.value) for each in node.value.keywords}
        default = _made_by(said["factory"]) if "factory" in said else said.get("default")
        keyword = keyword or said.get("kw_only") == "True"
    kind = "keyword" if keyword else "positional"
    return Parameter(ast.unparse(node.target), kind, _annotation(node.annotation), default)


def _with_use(models: dict[str, Model], methods: Collection[Method]) -> dict[str, Model]:
    """The models, each with whether callers build it for a call or get it from one, itself or inside another."""
    sent = _reached(models, (part.annotation for method in methods for part in method.parameters))
    received = _reached(models, (method.returns for method in methods))
    return {name: replace(model, is_sent=name in sent, is_received=name in received) for name, model in models.items()}


def _reached(models: dict[str, Model], annotations: Iterable[str]) -> set[str]:
    waiting, found = [*annotations], set[str]()
    while waiting:
        for name in names(ast.parse(waiting.pop(), mode="eval")) & models.keys() - found:
            found.add(name)
            waiting += models[name].attributes.values()
    return found


def _made_by(factory: str) -> str:
    """What a factory gives, as a reader would write it."""
    return {"list": "[]", "dict": "{}"}.get(factory.partition("[")[0], f"{factory}()")
