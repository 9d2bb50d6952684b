"""The generated source: nothing of a contract's text runs, and what comes out reads well."""

from __future__ import annotations

import ast
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
GENERATED = ROOT / "memsy_client" / "_generated"


def test_text_of_the_contract_stays_text(odd_folder: Path) -> None:
    for file in odd_folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Name) and node.id == "__import__"), file
            assert not (isinstance(node, ast.Attribute) and node.attr == "abort"), file
            assert not isinstance(node, ast.JoinedStr), file


def test_hostile_descriptions_are_still_readable(odd_folder: Path) -> None:
    source = (odd_folder / "api" / "hostile" / "__init__.py").read_text(encoding="utf-8")
    first = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    text = ast.get_docstring(first)
    assert text is not None
    assert text.startswith('Summary """ + __import__("os").abort() + """ \\.')
    assert "\\N{BULLET} \\x41 \\u0041 {{ 7 * 7 }} {% raw %} #{x}" in text


def test_all_modules_of_a_generated_package_can_be_imported_alone(odd_folder: Path) -> None:
    names = [
        ".".join(file.relative_to(odd_folder.parent).with_suffix("").parts).removesuffix(".__init__")
        for file in odd_folder.rglob("*.py")
    ]
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    for other in [n for n in sys.modules if n.startswith(name.split('.')[0])]: del sys.modules[other]\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code, *names], check=True, cwd=odd_folder.parent)


@pytest.mark.parametrize("value", ['a"b', "a\\", "\n\r\t\0", "\u2028\u200b\ud800", "é😀", "'''\"\"\"", "{x}", "%s"])
def test_a_literal_is_what_it_stands_for(generator: ModuleType, value: str) -> None:
    source = generator.literal(value)
    assert ast.literal_eval(source) == value
    assert "\n" not in source
    assert source.isprintable()


@pytest.mark.parametrize("value", [None, True, 0, -1.5, (), ("a",), ("a", ("b", 2)), {"k": [1]}])
def test_literals_of_other_values(generator: ModuleType, value: Any) -> None:
    expected = json.loads(json.dumps(value))
    assert json.loads(json.dumps(ast.literal_eval(generator.literal(value)))) == expected


@pytest.mark.parametrize("value", [float("inf"), float("nan"), object()])
def test_what_json_does_not_know_is_no_literal(generator: ModuleType, value: Any) -> None:
    with pytest.raises(generator.ContractError):
        generator.literal(value)


def test_the_committed_code_has_no_long_line_no_blank_end_and_no_unused_import() -> None:
    files = [file for file in GENERATED.rglob("*.py") if "__pycache__" not in file.parts]
    assert len(files) > 50
    for file in files:
        lines = file.read_text(encoding="utf-8").splitlines()
        assert all(len(line) <= 120 and line == line.rstrip() for line in lines), file
    ruff = [str(Path(sys.executable).parent / "ruff"), "check", "--isolated", "--no-cache", "--select", "E,F,W,I,UP"]
    subprocess.run([*ruff, "--line-length", "120", str(GENERATED)], check=True, stdout=subprocess.DEVNULL)


def test_a_small_part_reads_as_reviewed(odd_folder: Path) -> None:
    """A change of a template shows in these files: renew them with RENEW_GOLDEN=1 and review what has changed."""
    golden = Path(__file__).parent / "golden"
    names = sorted(path.relative_to(golden).as_posix() for path in golden.rglob("*.txt"))
    assert names
    for name in names:
        generated = (odd_folder / name.removesuffix(".txt")).read_text(encoding="utf-8")
        if os.environ.get("RENEW_GOLDEN"):
            (golden / name).write_text(generated, encoding="utf-8")
        assert generated == (golden / name).read_text(encoding="utf-8"), name


def test_generated_code_is_strictly_typed(odd_folder: Path, tmp_path: Path) -> None:
    settings = tmp_path / "mypy.ini"
    settings.write_text(f"[mypy]\nstrict = true\nmypy_path = {ROOT}\nfollow_imports = silent\n", encoding="utf-8")
    # Without a cache: it is a database, and two runs of the tests at once would wait for each other.
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", settings, "--cache-dir", os.devnull, "-p", odd_folder.name],
        cwd=odd_folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_every_public_class_and_method_is_documented(odd_folder: Path) -> None:
    for file in [*odd_folder.rglob("*.py"), *GENERATED.rglob("*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith(
                "_"
            ):
                assert ast.get_docstring(node), f"{file}: {node.name}"


def test_docstrings_of_the_real_client_fit_the_page() -> None:
    from memsy_client._generated.api.core import Core

    text = inspect.getdoc(Core.search)
    assert text is not None
    assert "    limit: How many results to return at most, 1-100.\n" in text
    assert max(map(len, text.splitlines())) <= 112


def test_what_needs_an_organisation_admin_says_so_and_nothing_else_does() -> None:
    contract = json.loads((GENERATED / "openapi.json").read_text(encoding="utf-8"))
    operations = [node for item in contract["paths"].values() for node in item.values() if "operationId" in node]
    needing = {node["operationId"] for node in operations if node.get("x-admin")}
    saying = {
        (f"{file.parent.name}_{node.name}", owner.name)
        for file in GENERATED.glob("api/*/__init__.py")
        for owner in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and "Needs an organisation admin" in (ast.get_docstring(node) or "")
    }
    assert {operation for operation, _ in saying} == needing
    assert len(saying) == 2 * len(needing)  # both flavours
