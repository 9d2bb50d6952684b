"""What is optional has a room of its own: nothing loads it before it is asked for, and nothing misses it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import memsy_client

ROOT = Path(__file__).parents[2]
PACKAGE = Path(memsy_client.__file__).parent
ROOMS = ["_bulk", "cli", "distributed", "integrations"]
SEAMS = ["middleware", "telemetry", "key_provider"]
CALL = """
import sys
from memsy_client import MemsyClient, Headers, Response
def answered(request):
    return Response(200, Headers(), b"[]")
    yield request
with MemsyClient("http://x/v1", lambda: "k", middleware=[answered], deadline=60) as memsy:
    assert memsy.orgs.list() == []
    if "ROOM" != "_bulk":
        assert [result for result in memsy.ingest_many([])] == []
print(MemsyClient.__module__, [name for name in sys.modules if name.startswith("memsy_client.ROOM.")])
"""


def run(code: str, folder: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.fixture(params=ROOMS)
def package_without(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """The name of a room, and a folder with the package without it."""
    room = request.param
    shutil.copytree(PACKAGE, tmp_path / "memsy_client", ignore=shutil.ignore_patterns(room, "__pycache__"))
    return room, tmp_path


def test_a_client_works_where_a_room_is_deleted(package_without: tuple[str, Path]) -> None:
    room, folder = package_without
    assert run(CALL.replace("ROOM", room), folder) == "memsy_client.client []"


@pytest.mark.parametrize("package_without", ["cli"], indirect=True)
def test_the_embedded_server_does_without_the_command_line(package_without: tuple[str, Path]) -> None:
    walk = "pkgutil.walk_packages(memsy_client.local.__path__, 'memsy_client.local.')"
    imported = run(
        "import importlib, memsy_client.local, pkgutil, sys; "
        f"print(*[importlib.import_module(module.name).__name__ for module in {walk}])",
        package_without[1],
    )
    assert "memsy_client.local.http.listener" in imported


@pytest.mark.slow
def test_the_tests_of_the_core_pass_where_a_room_is_deleted(package_without: tuple[str, Path]) -> None:
    _, folder = package_without
    for name in ("tests", "pyproject.toml", "openapi.yaml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    (folder / "codegen").mkdir()
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "1", "tests/core"], cwd=folder, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout
    assert run("import memsy_client; print(memsy_client.__file__)", folder).startswith(str(folder))


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(
    ("kind", "most"),
    [("MemsyClient", 50), ("AsyncMemsyClient", 51), ("MemsyControlClient", 50), ("AsyncMemsyControlClient", 51)],
)
def test_making_a_client_loads_no_room_no_seam_and_no_more_modules_than_it_did(kind: str, most: int) -> None:
    loaded = run(
        f"import memsy_client, sys; memsy_client.{kind}('http://x/v1', 'k'); print(*sys.modules)", ROOT
    ).split()
    optional = {f"memsy_client.{room}" for room in ROOMS} | {"sqlite3", "opentelemetry"}
    seams = {f"memsy_client._core.{seam}" for seam in SEAMS}
    assert (optional | seams) & set(loaded) == set()
    assert len([name for name in loaded if name.startswith("memsy_client")]) <= most


def test_the_seams_of_the_core_stay_small() -> None:
    seams = [PACKAGE / "_core" / f"{seam}.py" for seam in SEAMS]
    assert sum(len(seam.read_text("utf-8").splitlines()) for seam in seams) < 120
