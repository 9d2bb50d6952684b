"""What the official package has, by the facts about its version 0.3.5, and where it is after `install_as_memsy()`."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pickle
from typing import get_args
from unittest import mock

import pytest

import memsy_client
from memsy_client import exceptions, models

CLIENTS = ["AsyncMemsyClient", "AsyncMemsyControlClient", "MemsyClient", "MemsyControlClient"]
RENAMED = {
    "MemoryScopeInfo": "MemoryScope",
    "DimensionUsage": "UsageDimension",
    "TimeseriesPoint": "UsageDataPoint",
    "BillingSummary": "BillingSummaryResponse",
    "Invoice": "InvoiceResource",
    "ApiKeyInfo": "KeyResource",
    "ApiKeyListResponse": "KeyListResponse",
    "CreateKeyResponse": "KeyCreateResponse",
    "EventItemResponse": "EventItemResource",
    "ProInterestResponse": "InterestResponse",
}
NEW = {
    "ActorListResponse",
    "ActorResource",
    "Connector",
    "ConnectorConnection",
    "ConnectorResourceItem",
    "ConnectorStatus",
    "PickerConfig",
    "ResourceSelection",
}
PROVIDERS = ["ORG_SCOPED_PROVIDERS", "USER_SCOPED_PROVIDERS", "requires_org_admin"]
RESOURCES = {
    "memsy.resources": ["actors", "memories", "orgs", "roles", "teams"],
    "memsy.control_resources": ["billing", "connectors", "events", "interest", "keys", "usage"],
}
SINGLE = {
    "memsy.client": "MemsyClient",
    "memsy.async_client": "AsyncMemsyClient",
    "memsy.control": "MemsyControlClient",
    "memsy.async_control": "AsyncMemsyControlClient",
}
MODULES = [
    *("memsy", "memsy.models", "memsy.exceptions", *SINGLE, *RESOURCES),
    *(f"{package}.{module}" for package, modules in RESOURCES.items() for module in modules),
]

pytestmark = pytest.mark.usefixtures("memsy")


def names(*owners: object) -> set[str]:
    return {name for owner in owners for name in owner.__all__}  # type: ignore[attr-defined]


def test_the_package_has_clients_models_errors_and_providers_and_no_other_object_than_ours():
    package = importlib.import_module("memsy")
    for name in [*CLIENTS, *names(models, exceptions), *PROVIDERS, "UsageInfo", "RateLimitInfo", "__version__"]:
        assert getattr(package, name) is getattr(memsy_client, name)
        assert name in dir(package)
    assert names(models) >= NEW


@pytest.mark.parametrize("official", RENAMED)
@pytest.mark.parametrize("module", ["memsy", "memsy.models"])
def test_a_class_that_has_another_name_here_is_the_same_class(module, official):
    owner = importlib.import_module(module)
    assert getattr(owner, official) is getattr(models, RENAMED[official])
    assert official in dir(owner)
    assert not hasattr(memsy_client, official), "our own names stay ours"
    assert not hasattr(models, official), "our own names stay ours"


def test_the_models_module_has_every_model_and_what_the_headers_say():
    owner = importlib.import_module("memsy.models")
    for name in [*names(models), "UsageInfo", "RateLimitInfo"]:
        assert getattr(owner, name) is getattr(memsy_client, name)


def test_the_exceptions_module_has_every_exception():
    owner = importlib.import_module("memsy.exceptions")
    assert names(exceptions) == set(owner.__all__)
    assert all(getattr(owner, name) is getattr(exceptions, name) for name in owner.__all__)


@pytest.mark.parametrize("module", SINGLE)
def test_each_client_is_in_a_module_of_its_own(module):
    owner = importlib.import_module(module)
    assert getattr(owner, SINGLE[module]) is getattr(memsy_client, SINGLE[module])


@pytest.mark.parametrize("package", RESOURCES)
def test_each_resource_has_a_module_with_both_flavours_of_its_class(package):
    above = importlib.import_module(package)
    control = package == "memsy.control_resources"
    for flavour in ("", "Async"):
        kind = getattr(memsy_client, f"{flavour}Memsy{'Control' * control}Client")
        client = kind("http://x/v1", "msy_k")
        for name in RESOURCES[package]:
            module = importlib.import_module(f"{package}.{name}")
            official = f"{flavour}{name.title()}Resource"
            assert type(getattr(client, name)) is getattr(module, official) is getattr(above, official)


def test_the_vocabulary_of_actor_sorts_is_beside_the_actors():
    from memsy.resources.actors import ActorSort

    assert get_args(ActorSort) == ("first_memory_desc", "first_memory_asc", "last_memory_desc", "actor_id_asc")


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported_in_each_way_and_says_what_it_has(name):
    module = importlib.import_module(name)
    above, _, last = name.rpartition(".")
    assert module.__name__ == name
    assert module.__doc__
    assert importlib.util.find_spec(name).name == name
    if above:
        assert getattr(importlib.import_module(above), last) is module
    space: dict[str, object] = {}
    exec(f"import {name} as module\nfrom {name} import *", space)
    assert space["module"] is module
    assert set(module.__all__) <= space.keys()
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = module.NoSuchName
    with pytest.raises(ImportError, match="NoSuchName"):
        exec(f"from {name} import NoSuchName")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"{name}.no_such_module")


def test_a_name_can_be_patched_in_its_module_and_is_back_afterwards():
    with mock.patch("memsy.client.MemsyClient") as patched:
        from memsy.client import MemsyClient

        assert MemsyClient is patched
    from memsy.client import MemsyClient

    assert MemsyClient is memsy_client.MemsyClient


def test_what_is_pickled_under_the_drop_in_can_be_read_without_it():
    from memsy.models import DimensionUsage

    assert b"memsy." not in pickle.dumps(DimensionUsage("api_calls", 3))


def test_models_have_the_constructors_of_both_ways_to_make_them():
    owner = importlib.import_module("memsy.models")
    kinds = [getattr(owner, name) for name in [*names(models), *RENAMED] if inspect.isclass(getattr(owner, name))]
    assert len(kinds) > 40
    assert [kind for kind in kinds if not (callable(kind.from_dict) and callable(kind.to_dict))] == []


def test_installing_it_again_changes_nothing():
    import memsy

    memsy_client.install_as_memsy()
    assert importlib.import_module("memsy") is memsy
