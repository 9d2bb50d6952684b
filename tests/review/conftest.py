"""The review of the contract, and small repositories to try it on."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from checkouts import Checkout

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def review_is_importable() -> Iterator[None]:
    """Makes the package `review` importable, which is no part of the client."""
    if sys.version_info < (3, 11):
        pytest.skip("the generator needs Python 3.11")
    sys.path.insert(0, str(ROOT / "codegen"))
    yield
    sys.path.remove(str(ROOT / "codegen"))


@pytest.fixture(scope="session")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose only commit is tagged v1, to be copied."""
    from generate import generate

    root = tmp_path_factory.mktemp("checkout") / "it"
    ignored = shutil.ignore_patterns("_generated", "local", "__pycache__")
    shutil.copytree(ROOT / "memsy_client", root / "memsy_client", ignore=ignored)
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n## [1.0.0]\n\n- Everything.\n", "utf-8")
    checkout = Checkout(root)
    checkout.edit(*[lambda it: None] * 2)
    generate(root / "openapi.yaml", root / "memsy_client" / "_generated")
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.git("add", ".")
    checkout.git("commit", "--quiet", "--message=First")
    checkout.git("tag", "v1")
    return root


@pytest.fixture
def checkout(committed: Path, tmp_path: Path) -> Checkout:
    """A copy of the checkout that a test may change."""
    return Checkout(shutil.copytree(committed, tmp_path / "repository"))


@pytest.fixture
def review(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command in the checkout: its exit code, standard output and standard error."""
    from review.__main__ import main

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*arguments], checkout.root)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run
