"""The Python reference: every public name, from the code and its docstrings, as reStructuredText for Sphinx."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from sphinx.ext.napoleon import Config, GoogleDocstring

import memsy_client
import memsy_client.local
from memsy_client import distributed, exceptions, models

CLIENTS = ("MemsyClient", "MemsyControlClient")
CONFIG = Config(napoleon_use_rtype=False, napoleon_use_ivar=True)
INDENT = "   "


class _Source:
    """An annotation or a default as it is written in the code."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def pages() -> dict[str, str]:
    """The text of each page, by its name."""
    return {
        "clients": _page("Client classes", CLIENTS_TEXT, *map(_client, CLIENTS), *map(_async_client, CLIENTS)),
        "core": _page("Methods of MemsyClient", RESOURCES_TEXT, *_resources(memsy_client.MemsyClient)),
        "control": _page("Methods of MemsyControlClient", RESOURCES_TEXT, *_resources(memsy_client.MemsyControlClient)),
        "models": _page("Models", MODELS_TEXT, _model_base(), *_documented(models, dir(models))),
        "exceptions": _page("Exceptions", EXCEPTIONS_TEXT, *_documented(exceptions, exceptions.__all__)),
        "settings": _page("Settings, responses, bulk ingestion", SETTINGS_TEXT, *_documented(memsy_client, _others())),
        "distributed": _page("More than one machine", DISTRIBUTED_TEXT, *_documented(distributed, distributed.__all__)),
        "local": _page("The embedded server", LOCAL_TEXT, *_documented(memsy_client.local, memsy_client.local.__all__)),
    }


CLIENTS_TEXT = """The methods of a plane itself, and what every client has. Methods below an attribute, such as
``orgs.list``, have pages of their own: :doc:`core` and :doc:`control`. How they are used: :doc:`../clients`."""
RESOURCES_TEXT = (
    """The asynchronous client has the same methods, to await; what is called ``iter`` there gives an ``async for``."""
)
MODELS_TEXT = """What calls take and give, in ``memsy_client.models`` and in ``memsy_client`` itself."""
EXCEPTIONS_TEXT = (
    """In ``memsy_client.exceptions`` and in ``memsy_client`` itself. :doc:`../errors` says how to handle them."""
)
SETTINGS_TEXT = """The other names of ``memsy_client``."""
DISTRIBUTED_TEXT = (
    """In ``memsy_client.distributed``. :doc:`../distributed` says how it is used and what it promises."""
)
LOCAL_TEXT = """In ``memsy_client.local``. :doc:`../local-server` says how it is used and what it does."""


def _page(title: str, text: str, *parts: str) -> str:
    return "\n\n".join([f"{title}\n{'=' * len(title)}", text, *parts]) + "\n"


def _section(title: str, *parts: str) -> str:
    return "\n\n".join([f"{title}\n{'-' * len(title)}", *parts])


def _others() -> list[str]:
    elsewhere = {*CLIENTS, *(f"Async{name}" for name in CLIENTS), *dir(models), *exceptions.__all__}
    return [name for name in memsy_client.__all__ if name not in elsewhere and name != "__version__"]


def _client(name: str) -> str:
    cls = getattr(memsy_client, name)
    return _section(name, _class("memsy_client", name, cls))


def _async_client(name: str) -> str:
    text = (
        f"As `{name}`, with every method to await, `iter` and `ingest_many` for ``async for``, and ``async with``, "
        "also for what `background` gives."
    )
    cls = getattr(memsy_client, f"Async{name}")
    body = f"{inspect.getdoc(cls)}\n\n{text}"
    return _section(cls.__name__, _directive("class", "memsy_client", f"{cls.__name__}{_signature(cls)}", body))


def _resources(client: type) -> Iterator[str]:
    for name, member in _members(client):
        if isinstance(member, cached_property) and name != "with_raw_response":
            module = importlib.import_module(f"memsy_client._generated.api.{name}")
            resource = getattr(module, member.func.__annotations__["return"])
            methods = [
                _callable(f"{client.__name__}.{name}.{method}", function, "method")
                for method, function in _members(resource)
                if inspect.isfunction(function)
            ]
            yield _section(name, _docstring(resource), *methods)


def _model_base() -> str:
    from memsy_client._core.model import Model

    own = [_member("Model", name, member) for name, member in _members(Model)]
    return _section("What every model has", _docstring(Model), *(text for text in own if text))


def _documented(module: ModuleType, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        thing = getattr(module, name)
        if inspect.isclass(thing):
            inner = _class(module.__name__, name, thing)
        elif inspect.isfunction(thing):
            inner = _callable(name, thing, "function", module.__name__)
        else:
            value = "" if name == "NULL" else f"\n{INDENT}:value: {_value(thing)}"
            inner = f".. py:data:: {name}\n{INDENT}:module: {module.__name__}{value}\n\n"
            inner += textwrap.indent(_literal_docstring(module, name), INDENT)
        yield _section(name, inner)


def _value(thing: Any) -> str:
    if isinstance(thing, frozenset):
        return f"frozenset({sorted(thing)})"
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", repr(thing))  # classes without their modules


def _class(module: str, name: str, cls: type) -> str:
    is_error, is_model = issubclass(cls, BaseException), module == models.__name__
    bases = [base.__name__ for base in cls.__bases__ if is_error and base.__module__ == exceptions.__name__]
    parts = [*(f"Base: `{base}`" for base in bases), _docstring(cls)]
    init = dict(inspect.getmembers(cls))["__init__"]
    if "Args:" in (inspect.getdoc(init) or ""):
        parts.append(_docstring(init))
    parts += _further_members(name, cls, "\n".join(parts), is_model=is_model)
    body = "\n\n".join(part for part in parts if part)
    return _directive("exception" if is_error else "class", module, f"{name}{_signature(cls)}", body)


def _further_members(owner: str, cls: type, told: str, *, is_model: bool) -> Iterator[str]:
    """Members that the docstrings do not tell; what every model has is told once."""
    for name, member in _members(cls, own=is_model):
        if f":ivar {name}:" not in told and not (is_model and name in ("from_dict", "to_dict")):
            yield _member(owner, name, member)


def _member(owner: str, name: str, member: Any) -> str:
    if isinstance(member, (property, cached_property)):
        function = member.fget if isinstance(member, property) else member.func
        annotation = function.__annotations__.get("return", "")
        summary = inspect.getdoc(member) or ""
        return f".. py:property:: {owner}.{name}\n{INDENT}:type: {annotation}\n\n" + textwrap.indent(
            _rst(summary), INDENT
        )
    if isinstance(member, (classmethod, staticmethod)):
        return _callable(f"{owner}.{name}", member.__func__, "method", option="classmethod")
    if inspect.isfunction(member):
        return _callable(f"{owner}.{name}", member, "method")
    return ""


def _members(cls: type, *, own: bool = False) -> list[tuple[str, Any]]:
    """The public members that are ours, in the order in which they are written; those of bases follow."""
    found: dict[str, Any] = {}
    for base in [cls] if own else cls.__mro__:
        if base.__module__.startswith("memsy_client"):
            for name, member in vars(base).items():
                if not name.startswith("_"):
                    found.setdefault(name, member)
    return list(found.items())


def _callable(name: str, function: Any, kind: str, module: str = "memsy_client", option: str = "") -> str:
    body = _docstring(function)
    flag = f"{INDENT}:{option}:\n" if option else ""
    if inspect.iscoroutinefunction(function):
        flag += f"{INDENT}:async:\n"
    signature = f"{name}{_signature(function, bound=kind == 'method')}"
    return _directive(kind, module, signature, body, flag)


def _directive(kind: str, module: str, signature: str, body: str, options: str = "") -> str:
    head = f".. py:{kind}:: {signature}\n{INDENT}:module: {module}\n{options}"
    return f"{head}\n{textwrap.indent(body, INDENT)}"


def _signature(thing: Any, *, bound: bool = False) -> str:
    try:
        signature = inspect.signature(thing)
    except ValueError:
        return ""
    parameters = list(signature.parameters.values())[bound:]
    shown = [
        parameter.replace(annotation=_annotation(parameter.annotation), default=_default(parameter.default))
        for parameter in parameters
        if not parameter.name.startswith("_")
    ]
    returned = signature.empty if inspect.isclass(thing) else _annotation(signature.return_annotation)
    return str(signature.replace(parameters=shown, return_annotation=returned))


def _annotation(value: Any) -> Any:
    if value is inspect.Parameter.empty:
        return value
    name = getattr(value, "__forward_arg__", None) or getattr(value, "__name__", None)
    text = value if isinstance(value, str) else name or repr(value)
    return _Source(text.replace("builtins.", "").replace("typing.", ""))


def _default(value: Any) -> Any:
    if value is inspect.Parameter.empty:
        return value
    text = repr(value)
    return _Source("..." if text == "NOTHING" or " at 0x" in text else text)


def _docstring(thing: Any) -> str:
    return _rst(inspect.getdoc(thing) or "")


def _rst(text: str) -> str:
    return str(GoogleDocstring(text, CONFIG))


def _literal_docstring(module: ModuleType, name: str) -> str:
    """The text below or above an assignment, which is nowhere at run time."""
    for file in Path(memsy_client.__file__).parent.rglob("*.py"):
        if ("local" in file.parts) == (module is memsy_client.local) and (text := _assigned(file, name)):
            return _rst(text)
    return ""


def _assigned(file: Path, name: str) -> str:
    source = file.read_text("utf-8")
    for statement, following in itertools.pairwise([*ast.parse(source).body, ast.Pass()]):
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                return inspect.cleandoc(str(following.value.value))
            above = itertools.takewhile(
                lambda line: line.startswith("#:"), reversed(source.splitlines()[: statement.lineno - 1])
            )
            return "\n".join(line.removeprefix("#:").strip() for line in reversed(list(above)))
    return ""
