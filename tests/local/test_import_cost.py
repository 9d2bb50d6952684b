"""What an import costs: the client none of the server, the engine none of the server packages."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.usefixtures("unmeasured")


def imported(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("statement", ["import memsy_client", "import memsy_client; memsy_client.MemsyClient"])
def test_importing_the_client_imports_nothing_of_the_server(statement):
    modules = imported(statement)
    assert not {name for name in modules if name.startswith("memsy_client.local")}
    assert not modules & {"sqlite3", "starlette", "uvicorn", "numpy"}


def test_importing_the_engine_imports_no_server_package():
    modules = imported("from memsy_client.local import LocalMemsy; LocalMemsy(port=None).close()")
    assert not modules & {"starlette", "uvicorn", "numpy", "jsonschema", "httpx", "pytest"}


def test_the_pytest_plugin_imports_nothing_until_a_fixture_is_used():
    modules = imported("import memsy_client.local.pytest_plugin")
    assert not modules & {"memsy_client.local.local_memsy", "sqlite3", "httpx"}
