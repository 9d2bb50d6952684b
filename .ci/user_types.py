"""What a user's type checker sees of the package, installed from a wheel: all types are known, the docs' snippets pass.

`make check` runs it, and is strict. Snippets for the official package, which has no types, are left out.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Per cent of the public symbols whose types a checker need not guess.
LEAST_COMPLETE = 99.0
#: mypy's cache, which saves it from reading what does not change.
CACHE = ROOT / ".mypy_cache" / "snippets"


def install(folder: Path) -> Path:
    """An environment with the wheel of these sources, and what else this one has; returns its Python."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    home = folder / "venv"
    venv.create(home)
    paths = sysconfig.get_paths("venv", {"base": str(home), "platbase": str(home)})
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(paths["purelib"])
    # The links of this environment, such as the one to the checkout, are not followed from there.
    Path(paths["purelib"], "dependencies.pth").write_text("\n".join(path for path in sys.path if "-packages" in path))
    return Path(paths["scripts"], "python")


def write_snippets(folder: Path) -> int:
    """Write each snippet of the docs into a module of its own; returns how many there are."""
    folder.mkdir()
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', "utf-8")
    count = 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for number, code in enumerate(re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.M | re.S), 1):
            if not re.search(r"^(from|import) memsy\b", code, re.M):
                name = re.sub(r"\W", "_", page.stem.lower())
                (folder / f"{name}_{number}.py").write_text(code, "utf-8")
                count += 1
    return count


def completeness(report: str) -> str | None:
    """What is wrong with the answer of `pyright --verifytypes`, if anything is."""
    found = json.loads(report)["typeCompleteness"]
    score = 100 * float(found["completenessScore"])
    print(f"types: {score:.1f} % of the public symbols have one that no checker needs to guess")
    if score >= LEAST_COMPLETE:
        return None
    unknown = [symbol for symbol in found["symbols"] if symbol["isExported"] and not symbol["isTypeKnown"]]
    return f"below {LEAST_COMPLETE} %:\n" + "\n".join(symbol["name"] for symbol in unknown)


def main() -> int:
    """Check, and return the exit code."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        python = install(folder)
        snippets = folder / "snippets"
        print(f"types: {write_snippets(snippets)} snippets of the docs, strictly")
        environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
        strict_mypy = ["mypy", "--strict", "--python-executable", str(python), "--cache-dir", str(CACHE), "."]
        commands = {
            "pyright --verifytypes": ["pyright", "--outputjson", "--ignoreexternal", "--verifytypes", "memsy_client"],
            "pyright": ["pyright"],
            "mypy": strict_mypy,
        }
        running = {
            name: subprocess.Popen(
                [sys.executable, "-m", *command], cwd=snippets, env=environment, stdout=subprocess.PIPE, text=True
            )
            for name, command in commands.items()
        }
        told = {name: process.communicate()[0] for name, process in running.items()}
    problems = {name: told[name] for name in ("pyright", "mypy") if running[name].returncode}
    if problem := completeness(told["pyright --verifytypes"]):
        problems["pyright --verifytypes"] = problem
    for name, problem in problems.items():
        print(f"{name}:\n{problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
