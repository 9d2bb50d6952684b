"""Check what a release would publish, as those get it who install it.

    python .ci/release_check.py [VERSION …]

Builds the sdist, and the wheel out of it. Then: metadata and README as the package index shows them, pyroma,
check-wheel-contents, deptry, zizmor; and on each supported Python that is present (or on those named), each of the two
installed with the newest and with the oldest dependencies that they permit, with a smoke test from there.

All of it lives in a temporary folder. It needs a package index, and the `pip` of the environment that runs it.
"""

from __future__ import annotations

import argparse
import email.parser
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from email.message import Message
from pathlib import Path

import tomllib
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = sorted(PROJECT["optional-dependencies"])


class CheckFailedError(Exception):
    """A release would not be as it should; the message says why."""


class Environment:
    """A virtual environment of its own.

    Args:
        folder: Where it is made.
        python: The interpreter that it is of.
    """

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        run([python, "-m", "venv", "--without-pip", str(folder)])
        self._programs = folder / ("Scripts" if os.name == "nt" else "bin")

    def program(self, name: str) -> str:
        """The path of a program in it."""
        return str(self._programs / name)

    def pip(self, *arguments: str) -> str:
        """What pip says, of the environment that runs this."""
        command = [sys.executable, "-m", "pip", "--python", self.program("python"), "--disable-pip-version-check"]
        return run([*command, *arguments])


def run(command: Sequence[str], folder: Path = ROOT) -> str:
    """The output of a program that succeeds."""
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=_clean_environment())
    if ran.returncode:
        raise CheckFailedError(f"{' '.join(command)}\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def _clean_environment() -> dict[str, str]:
    """The variables of this process but for those that bring the checkout into other Pythons."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MEMSY_"))}


def build(tools: Environment, folder: Path) -> tuple[Path, Path]:
    """The wheel and the sdist that it is built from."""
    run([tools.program("python"), "-m", "build", "--outdir", str(folder), str(ROOT)])
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def metadata_of(wheel: Path) -> Message:
    """The wheel's metadata; its payload is the README."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        content = archive.read(name)
    return email.parser.BytesParser().parsebytes(content)


def metadata_faults(metadata: Message) -> Iterator[str]:
    """What the metadata lack, and which of the README's links lead nowhere on the package index."""
    for field in ("Summary", "Author-email", "License-Expression", "Keywords", "Requires-Python", "License-File"):
        if not metadata[field]:
            yield f"the metadata have no {field}"
    addresses = dict(url.split(", ", 1) for url in metadata.get_all("Project-URL", []))
    for label in ("Source", "Documentation", "Changelog", "Issues"):
        if label not in addresses:
            yield f"the metadata have no address of {label}"
    if metadata["Description-Content-Type"] != "text/markdown":
        yield "the README is not announced as Markdown"
    here = os.environ.get("GITHUB_REPOSITORY")
    source = addresses.get("Source")
    if here and source != f"{os.environ.get('GITHUB_SERVER_URL')}/{here}":
        yield f"the metadata call {source} the source, but this is {here}"
    for link in re.findall(r"\]\(\s*<?([^)>\s]+)", str(metadata.get_payload())):
        if not link.startswith(("https://", "#")):
            yield f"the README links to {link}, which the package index does not have"


def check_metadata(wheel: Path, tag: str | None) -> None:
    """Raise `CheckFailedError` if there are faults, or the tag is not that of the version."""
    metadata = metadata_of(wheel)
    faults = list(metadata_faults(metadata))
    if tag not in (None, f"v{metadata['Version']}"):
        faults.append(f"the tag is {tag}, the version {metadata['Version']}")
    if faults:
        raise CheckFailedError("\n".join(faults))


def direct_requirements(wheel: Path, python: str) -> list[Requirement]:
    """What the wheel requires itself, with all extras, on that version of Python."""
    found = map(Requirement, metadata_of(wheel).get_all("Requires-Dist", []))
    variables = {"python_version": python, "python_full_version": f"{python}.0"}
    return [
        requirement
        for requirement in found
        if requirement.marker is None
        or any(requirement.marker.evaluate({**variables, "extra": extra}) for extra in ("", *EXTRAS))
    ]


def oldest_of(environment: Environment, requirement: Requirement) -> str:
    """The oldest version that is permitted, and has a wheel for that Python."""
    listed = environment.pip("index", "versions", requirement.name, "--json", "--only-binary", ":all:")
    versions = map(Version, json.loads(listed)["versions"])
    return str(min(version for version in versions if version in requirement.specifier))


def check_installed(wheel: Path, sdist: Path, python: str, version: str, folder: Path) -> None:
    """Install both on that Python, with the newest and the oldest dependencies, and try them."""
    probe = Environment(folder / "probe", python)
    oldest = folder / "oldest.txt"
    requirements = direct_requirements(wheel, version)
    pins = [f"{requirement.name}=={oldest_of(probe, requirement)}" for requirement in requirements]
    oldest.write_text("\n".join(pins), encoding="utf-8")
    for distribution in (wheel, sdist):
        for age, constraints in (("newest", ()), ("oldest", ("--constraint", str(oldest)))):
            kind = "wheel" if distribution is wheel else "sdist"
            step(
                f"Python {version}, {kind}, {age} dependencies",
                functools.partial(_try_installed, distribution, constraints, python, folder / f"{kind}-{age}"),
            )


def _try_installed(distribution: Path, constraints: Sequence[str], python: str, folder: Path) -> None:
    environment = Environment(folder / "environment", python)
    for extras in ("", f"[{','.join(EXTRAS)}]"):
        environment.pip("install", "--quiet", "--prefer-binary", *constraints, f"{distribution}{extras}")
        smoke = [
            environment.program("python"),
            "-W",
            "error",
            str(ROOT / ".ci" / "smoke.py"),
            "--extras" if extras else "",
        ]
        run([*filter(None, smoke)], folder)
    run([environment.program("memsy-client"), "--version"], folder)
    environment.pip("check")


def present_pythons(versions: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Those of the versions that are on this machine, each with its interpreter."""
    for version in versions:
        found = subprocess.run([ROOT / ".ci" / "find-python", version], capture_output=True, text=True)
        if found.returncode == 0:
            yield version, found.stdout.strip()
        else:
            print(f"Python {version}: not present")


def step(name: str, check: Callable[[], object]) -> None:
    """Do one of the checks, and say so."""
    print(f"{name} … ", end="", flush=True)
    check()
    print("ok", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    supported = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", name)]
    parser.add_argument("versions", nargs="*", default=supported, metavar="VERSION")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to put wheel and sdist if all is well")
    parser.add_argument("--tag", help="the tag that is released; it has to be that of the version")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="memsy-client-release-") as name:
        folder = Path(name)
        try:
            tools = Environment(folder / "tools")
            step("tools", lambda: tools.pip("install", "--quiet", "--group", "release"))
            wheel, sdist = build(tools, folder / "dist")
            print(f"{wheel.name}, {sdist.name}")
            step("metadata", lambda: check_metadata(wheel, arguments.tag))
            step("pyroma", lambda: run([tools.program("pyroma"), "--min=10", str(sdist)]))
            step("check-wheel-contents", lambda: run([tools.program("check-wheel-contents"), str(wheel)]))
            step("deptry", lambda: run([tools.program("deptry"), "."]))
            step("zizmor", lambda: run([tools.program("zizmor"), "--offline", "--persona=pedantic", ".github"]))
            for version, python in present_pythons(arguments.versions):
                (place := folder / version).mkdir()
                check_installed(wheel, sdist, python, version, place)
            if arguments.keep:
                arguments.keep.mkdir(parents=True, exist_ok=True)
                for distribution in (wheel, sdist):
                    shutil.copy(distribution, arguments.keep)
        except CheckFailedError as error:
            print(f"failed\n{error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
