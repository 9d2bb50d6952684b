"""The drop-in costs nothing and is missed by nothing, unless it is asked for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import memsy_client

PACKAGE = Path(memsy_client.__file__).parent
USE_IT = """
import asyncio, importlib, pkgutil, sys
import memsy_client
from memsy_client.local import LocalMemsy

for module in pkgutil.walk_packages(memsy_client.__path__, "memsy_client."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
for name in dir(memsy_client):
    assert name == "install_as_memsy" or hasattr(memsy_client, name), name
with LocalMemsy(port=None) as server:
    with memsy_client.MemsyClient(server.base_url, server.api_key, http_client=server.transport) as client:
        assert client.health().status
        assert client.orgs.list()
    transport = server.async_transport
    control = memsy_client.AsyncMemsyControlClient(server.control_url, server.api_key, http_client=transport)
    assert asyncio.run(control.me()).org_id == "local"
print(memsy_client.__file__)
print([name for name in sys.modules if name.startswith("memsy_client._drop_in") or name.partition(".")[0] == "memsy"])
"""


def run(code: str, folder: Path) -> list[str]:
    """The lines that a program prints, with the package that is in `folder`."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_everything_else_works_where_it_is_deleted(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "memsy_client", ignore=shutil.ignore_patterns("_drop_in", "__pycache__"))
    file, loaded = run(USE_IT, tmp_path)
    assert Path(file).parent == tmp_path / "memsy_client"
    assert loaded == "[]"


def test_nothing_of_it_is_loaded_before_it_is_asked_for():
    code = (
        "import sys\n"
        "from memsy_client import *\n"  # this asks for `install_as_memsy`, and so loads the package that has it
        "from memsy_client.models import *\n"
        "from memsy_client.exceptions import *\n"
        "from memsy_client import MemsyClient, requires_org_admin\n"
        "loaded = [name for name in sys.modules if 'memsy_client._drop_in' in name]\n"
        "install_as_memsy()\n"
        "print(loaded, 'memsy_client._drop_in.aliases' in sys.modules)"
    )
    assert run(code, PACKAGE.parent) == ["['memsy_client._drop_in'] True"]


def test_installing_it_loads_no_http_library_and_no_model():
    code = (
        "import memsy_client, sys; memsy_client.install_as_memsy()\n"
        "heavy = ('httpx', 'httpcore', 'anyio', 'attrs', 'memsy_client.local', 'memsy_client._generated.models.')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    assert run(code, PACKAGE.parent) == ["[]"]


def test_it_refuses_to_replace_another_memsy_that_is_in_use():
    code = (
        "import sys, types, memsy_client; sys.modules['memsy'] = types.ModuleType('memsy')\n"
        "try: memsy_client.install_as_memsy()\n"
        "except memsy_client.MemsyInputError as error: print(error)"
    )
    assert "already" in run(code, PACKAGE.parent)[0]
