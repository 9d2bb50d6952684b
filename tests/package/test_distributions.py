"""What is published: the sdist holds what git knows and nothing else, the wheel the package alone."""

from __future__ import annotations

import email.parser
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.tidy_checkout import files

import memsy_client

ROOT = Path(__file__).parents[2]
#: What building adds to the sources.
MADE_FOR_AN_SDIST = {"PKG-INFO"}


def sources() -> set[str]:
    """The files that git knows; in an unpacked sdist, where there is no git, all that there are."""
    if not (ROOT / ".git").exists():
        return files(ROOT) - MADE_FOR_AN_SDIST
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Builds a distribution of the kind, from the sources that lie here."""

    def build(kind: str) -> Path:
        folder = tmp_path_factory.mktemp(kind)
        command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", folder]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        (built,) = folder.iterdir()
        return built

    return build


@pytest.fixture(scope="module")
def wheel(build: Callable[[str], Path]) -> Path:
    return build("wheel")


def test_the_sdist_holds_what_git_knows_and_nothing_else(build: Callable[[str], Path]) -> None:
    with tarfile.open(build("sdist")) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    assert names == sources() | MADE_FOR_AN_SDIST, "is there a file that git does not know yet?"


def test_the_wheel_holds_the_package_alone(wheel: Path) -> None:
    about = f"memsy_client-{memsy_client.__version__}.dist-info"
    expected = {name for name in sources() if name.startswith("memsy_client/")}
    assert {f"memsy_client/{name}" for name in ("py.typed", "_generated/openapi.json", "_docs/guide.md")} <= expected
    described = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    with zipfile.ZipFile(wheel) as archive:
        assert set(archive.namelist()) == expected | {f"{about}/{name}" for name in described}
        metadata = email.parser.BytesParser().parsebytes(archive.read(f"{about}/METADATA"))
    links = re.findall(r"\]\(([^)]+)\)", metadata.get_payload())
    assert len(links) > 5
    assert not [link for link in links if not link.startswith("https://")], "the package index has no other files"
    assert metadata["Name"] == "memsy-client"
    assert set(metadata.get_all("Provides-Extra", [])) == {"aiohttp", "embeddings", "fast", "local"}


def test_no_two_files_of_the_wheel_are_the_same(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        contents = [content for name in archive.namelist() if (content := archive.read(name))]
    assert len(contents) == len(set(contents))


def test_the_installed_wheel_works_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    options = ["--quiet", "--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", *options, wheel], check=True)
    # What it depends on is taken from the environment of this run, whose own link to the checkout is not followed.
    paths = sysconfig.get_paths(vars={"base": str(tmp_path / "venv"), "platbase": str(tmp_path / "venv")})
    (Path(paths["purelib"]) / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"])
    code = (
        "import memsy_client\n"
        "from memsy_client.local import LocalMemsy\n"
        "with LocalMemsy() as memsy, memsy_client.MemsyClient(memsy.base_url, memsy.api_key) as client:\n"
        "    print(memsy_client.__file__, client.health().status)\n"
    )
    ran = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    file, status = ran.stdout.split()
    assert tmp_path in Path(file).parents
    assert status == "ok"
    command = tmp_path / "venv" / "bin" / "memsy-client"
    version = subprocess.run([command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert memsy_client.__version__ in version
