"""Build the site: the pages of docs/, the Python reference, the HTTP contract and the changelog, into one folder.

Nothing is loaded from the network, neither here nor by the pages.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import reference
from guide import write_guide
from http_contract import HttpContract

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def build(target: Path) -> None:
    """Write the site to `target`, in place of what is there."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        _gather(source)
        built = Path(folder) / "site"
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", str(source), str(built)]
        if subprocess.run(command, check=False).returncode:
            raise SystemExit("the site was not built")
        shutil.rmtree(built / ".doctrees", ignore_errors=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(built, target)


def _gather(source: Path) -> None:
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("*.pyc", "__pycache__", "[!c]*.py"))
    (source / "_extra").mkdir()
    write_guide(source / "_extra")
    shutil.copy(ROOT / "openapi.yaml", source)
    shutil.copytree(ROOT / "examples", source / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    for page in sorted((ROOT / "docs").glob("*.md")):
        (source / page.name).write_text(_for_the_site(page.read_text("utf-8")), "utf-8")
    for picture in sorted((ROOT / "docs").glob("*/*.svg")):
        (source / picture.parent.name).mkdir(exist_ok=True)
        shutil.copy(picture, source / picture.parent.name)
    (source / "changelog.md").write_text((ROOT / "CHANGELOG.md").read_text("utf-8"), "utf-8")
    _write(source / "reference", "rst", reference.pages())
    contract = HttpContract(ROOT / "memsy_client" / "_generated" / "openapi.json")
    _write(source / "http", "md", contract.pages())


def _write(folder: Path, suffix: str, pages: dict[str, str]) -> None:
    folder.mkdir()
    for name, text in pages.items():
        (folder / f"{name}.{suffix}").write_text(text, "utf-8")


def _for_the_site(text: str) -> str:
    """A page with the links of the repository turned into those of the site."""
    text = re.sub(r"\[([^\]]*)\]\(\.\./openapi\.yaml\)", r"[\1](http/index.md)", text)
    text = re.sub(r"\[([^\]]*)\]\(\.\./(examples/[^)]*)\)", r"{download}`\1 <\2>`", text)
    text = text.replace("](../CHANGELOG.md)", "](changelog.md)")
    return text.replace("```mermaid\n", "```text\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / "site")
    build(parser.parse_args().target)
