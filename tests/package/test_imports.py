"""What importing the package costs and offers."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import memsy_client
from memsy_client import exceptions, models

pytestmark = pytest.mark.usefixtures("unmeasured")


def run(code: str) -> str:
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_every_public_name_is_there_and_listed():
    for name in memsy_client.__all__:
        assert getattr(memsy_client, name) is not None
    assert set(memsy_client.__all__) <= set(dir(memsy_client))


def test_the_public_names_are_these():
    assert sorted({*memsy_client.__all__} - {*exceptions.__all__, *models.__all__}) == [
        "AiohttpTransport",
        "AsyncBackgroundWriter",
        "AsyncIngestion",
        "AsyncItemIterator",
        "AsyncMemsyClient",
        "AsyncMemsyControlClient",
        "BackgroundWriter",
        "ClientOptions",
        "Deviation",
        "Headers",
        "IngestOutcome",
        "IngestProgress",
        "Ingestion",
        "ItemIterator",
        "Journal",
        "MemsyClient",
        "MemsyControlClient",
        "Middleware",
        "NULL",
        "ORG_SCOPED_PROVIDERS",
        "Processed",
        "ProcessingProgress",
        "RateLimitInfo",
        "RawResponse",
        "Request",
        "RequestEvent",
        "Response",
        "ResponseEvent",
        "RetryBudget",
        "RetryPolicy",
        "Timeout",
        "USER_SCOPED_PROVIDERS",
        "UsageInfo",
        "WriterStats",
        "__spec_sha256__",
        "__spec_version__",
        "__version__",
        "install_as_memsy",
        "requires_org_admin",
    ]


@pytest.mark.parametrize("module", [exceptions, models])
def test_models_and_exceptions_can_be_had_from_the_package_itself(module):
    for name in module.__all__:
        assert getattr(memsy_client, name) is getattr(module, name)
        assert name in dir(memsy_client)


@pytest.mark.parametrize("owner", [memsy_client, models])
def test_a_name_that_is_not_there_is_an_attribute_error(owner):
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = owner.NoSuchName


@pytest.mark.parametrize("name", sorted({*memsy_client.__all__, *exceptions.__all__, *models.__all__}))
def test_every_public_class_and_function_is_documented(name):
    found = getattr(memsy_client, name)
    if isinstance(found, type):
        assert found.__doc__
        for attribute, value in vars(found).items():
            if not attribute.startswith("_") and callable(value):
                assert value.__doc__ or getattr(super(found, found), attribute, value).__doc__, f"{name}.{attribute}"


def test_the_package_says_which_contract_it_was_generated_from():
    contract = (Path(__file__).parents[2] / "openapi.yaml").read_bytes()
    assert memsy_client.__spec_sha256__ == hashlib.sha256(contract).hexdigest()
    assert memsy_client.__spec_version__ == yaml.safe_load(contract)["info"]["version"]


def test_importing_the_package_loads_neither_models_nor_the_server_nor_an_http_library():
    loaded = run("import memsy_client, sys; memsy_client.__spec_version__; print(*sys.modules)").split()
    assert "httpx" not in loaded
    assert "attrs" not in loaded
    assert not [name for name in loaded if name.startswith(("memsy_client.local", "memsy_client._generated."))]


@pytest.mark.parametrize("kind", ["MemsyClient", "AsyncMemsyClient", "MemsyControlClient", "AsyncMemsyControlClient"])
def test_making_a_client_loads_nothing_that_only_some_calls_need(kind):
    loaded = run(f"import memsy_client, sys; memsy_client.{kind}('http://x/v1', 'k'); print(*sys.modules)").split()
    heavy = ("memsy_client.local", "memsy_client._bulk", "memsy_client._generated.models.", "starlette", "uvicorn")
    assert "sqlite3" not in loaded
    assert not [name for name in loaded if name.startswith((*heavy, "aiohttp", "attrs", "httpx", "anyio"))]


@pytest.mark.parametrize("kind", ["MemsyClient", "AsyncMemsyClient"])
def test_ingesting_many_events_loads_the_journal_only_where_there_is_one(kind):
    printed = run(
        "import memsy_client, sys\n"
        f"memsy = memsy_client.{kind}('http://x/v1', 'k')\n"
        "memsy.ingest_many([])\n"
        "print('memsy_client._bulk.window' in sys.modules, 'memsy_client._bulk.journal' in sys.modules)\n"
        "memsy.ingest_many([], journal='journal')\n"
        "print('memsy_client._bulk.journal' in sys.modules, 'sqlite3' in sys.modules)"
    )
    assert printed.split() == ["True", "False", "True", "False"]


def test_the_contract_is_read_only_when_somebody_asks_how_a_response_deviates():
    printed = run(
        "import sys\n"
        "from memsy_client import MemsyClient\n"
        "from memsy_client._core.messages import Headers, Response\n"
        "class Transport:\n"
        "    def send(self, request, limits): return Response(200, Headers(), b'[null]')\n"
        "    def close(self): pass\n"
        "response = MemsyClient('http://x/v1', 'k', http_client=Transport()).request('GET', '/orgs')\n"
        "needed = {'memsy_client._core.deviations', 'memsy_client._core.json_schema'}\n"
        "print(response.parse(), needed & set(sys.modules), len(response.deviations), needed <= set(sys.modules))"
    )
    assert printed == "[None] set() 1 True"


def test_every_public_name_is_there_without_the_extras():
    printed = run(
        "import sys; sys.modules |= dict.fromkeys(['aiohttp', 'starlette', 'uvicorn', 'numpy', 'yarl'])\n"
        "from memsy_client import *\n"
        "import memsy_client\n"
        "assert all(hasattr(memsy_client, name) for name in dir(memsy_client))\n"
        "try: AiohttpTransport()\n"
        "except memsy_client.MemsyInputError as error: print(error)"
    )
    assert "memsy-client[aiohttp]" in printed
